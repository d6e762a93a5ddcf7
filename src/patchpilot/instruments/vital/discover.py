"""Vital's Space, as the live engine describes it, cached per engine version."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import platformdirs

from patchpilot.errors import OutputError, PatchError
from patchpilot.files import make_folder, write_text
from patchpilot.instruments.vital.assets import from_vital, white_noise
from patchpilot.instruments.vital.views import named_views
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import Json
from patchpilot.space.parameter import Curve, Parameter
from patchpilot.space.routing import FIELDS, RoutingSpace
from patchpilot.space.space import Space

VIEW_ONLY = re.compile(r"^(osc_\d_view_2d|view_spectrogram)$")
"""Controls that only change what Vital's window shows."""
_SLOT = re.compile(r"^modulation_\d+_")
_CURVES: dict[str, Curve] = {
    "Linear": "linear",
    "Quadratic": "quadratic",
    "Quartic": "quartic",
    "SquareRoot": "square_root",
    "Exponential": "exponential",
    "Indexed": "indexed",
}


def engine_version() -> str:
    """Version of the installed engine."""
    return importlib.metadata.version("vita")


def vital_space(describe: Callable[[], str], cache: Path | None = None) -> Space:
    """The space, from the cache where it was discovered before.

    Args:
        describe: asks the live engine; called only when the cache does not have this version.
        cache: folder of the cache; the user's cache folder by default.
    """
    folder = cache if cache is not None else platformdirs.user_cache_path("patchpilot")
    path = folder / f"vital-{engine_version()}.json"
    try:
        description = json.loads(path.read_text())
        return space_of(description)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, PatchError):
        text = describe()
        with suppress(OutputError):  # a place that cannot be written to costs only time
            make_folder(folder)
            write_text(path, text)
        return space_of(json.loads(text))


def space_of(description: Json) -> Space:
    """The space of what the engine says of itself (see `_worker`)."""
    controls = {control["name"]: control for control in description["controls"]}
    sounding = [n for n in controls if not _SLOT.match(n) and not VIEW_ONLY.match(n)]
    parameters = tuple(_parameter(controls[name]) for name in sounding)
    slots = [name for name in controls if _SLOT.match(name)]
    return Space(
        instrument="vital",
        version=description["version"],
        parameters=parameters,
        routing=RoutingSpace(
            sources=tuple(description["sources"]),
            destinations=tuple(description["destinations"]),
            n_slots=len(slots) // len(FIELDS),
            fields=tuple(_parameter(controls[f"modulation_1_{name}"]) for name in FIELDS),
        ),
        assets=_default_assets(description["init"]["settings"]),
        views=named_views(parameters),
        unused=tuple(name for name in controls if VIEW_ONLY.match(name)),
    )


def _default_assets(settings: Json) -> dict[str, Asset]:
    """Content of each slot in the init preset, with noise that stays the same."""
    tables = {
        f"wavetable_{i}": from_vital("wavetable", table, where=f"wavetable {i}")[0]
        for i, table in enumerate(settings["wavetables"], start=1)
    }
    lfos = {
        f"lfo_{i}": from_vital("lfo", shape, where=f"LFO {i}")[0]
        for i, shape in enumerate(settings["lfos"], start=1)
    }
    return {**tables, **lfos, "sample": white_noise()}


def _parameter(control: Json) -> Parameter:
    name = control["name"]
    unit = {"secs": "s", "v": "voices"}.get(control["unit"].strip(), control["unit"].strip())
    multiply = float(control["multiply"])
    if unit == "ms":
        unit, multiply = "s", multiply / 1000.0
    if control["scale"] == "Exponential" and name.endswith("_frequency"):
        unit = "Hz"  # the engine shows the period of what it stores as a frequency
    if control["is_discrete"]:
        multiply = 1.0  # the engine's factors of discrete controls are of no use to a reader
    return Parameter(
        name=name,
        minimum=float(control["minimum"]),
        maximum=float(control["maximum"]),
        default=float(control["default"]),
        is_categorical=bool(control["is_discrete"]),
        curve=_CURVES[control["scale"]],
        unit=unit,
        multiply=multiply,
        offset=float(control["offset"]),
        options=tuple(control["options"]),
        group=_group(name),
    )


def _group(name: str) -> str:
    """The module of a control: "osc_1_level" belongs to "osc_1", "filter_fx_cutoff" to "filter_fx"."""
    match = re.match(r"^((?:osc|env|lfo|filter|random)_(?:\d|fx)|macro_control|[a-z]+)", name)
    assert match is not None
    module = match[1]
    return module if f"{module}_on" == name or module in _MODULES or "_" in module else "global"


_MODULES = {
    "sample", "chorus", "compressor", "delay", "distortion", "eq", "flanger", "phaser", "reverb",
    "portamento", "voice",
}  # fmt: skip
