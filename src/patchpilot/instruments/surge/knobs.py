"""Which of Surge's parameters are worth turning on a patch, and by how much at first.

Only what sounds is listed: scenes and oscillators that are heard, filters and effects that are on, envelopes and LFOs
that move something. What depends on a type is turned by parts of its range, whichever it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from patchpilot.instruments.surge.catalogue import MACROS, Catalogue
from patchpilot.instruments.surge.dice import played_value, sounding_oscillators, sounding_scenes
from patchpilot.space.patch import Patch

_PLACE = 0.06
"""Of a parameter whose meaning its type decides."""
_SCENE = {
    "feedback": 0.08,
    "f_balance": 0.15,
    "lowcut": 8.0,
    "pitch": 0.06,
    "noisecol": 0.15,
    "level_noise": 0.08,
    "level_ring12": 0.08,
    "level_ring23": 0.08,
    "level_pfg": 2.0,
    "fm_depth": 3.0,
    "ws_drive": 2.0,
}
_FILTER = {"cutoff": 5.0, "resonance": 0.08, "envmod": 6.0}
_ENVELOPE = {"attack": 0.6, "decay": 0.5, "sustain": 0.08, "release": 0.5}
_LFO = {"rate": 0.3, "magnitude": 0.1}
_AMOUNT = 0.04
_MACRO = 0.08
_LFO_NAME = re.compile(r"^(s?)lfo(\d)$")


def knobs(catalogue: Catalogue, patch: Patch) -> dict[str, float]:
    """Parameters that matter for a patch, each with a typical step in stored units.

    Args:
        catalogue: of the engine.
        patch: what is to be refined.

    Returns:
        By name of the parameter, or "modulation_N_amount" for the amount of the N-th routing (from 1).
    """
    found: dict[str, float] = {}
    for scene in sounding_scenes(lambda name: catalogue.value(patch.values, name)):
        found |= dict(_scene(catalogue, patch, scene))
    for name in catalogue.ids:
        match = re.match(r"^(fx\d+)_p\d+$", name)
        if match and catalogue.value(patch.values, f"{match[1]}_type") and _turns(catalogue, patch, name):
            found[name] = _PLACE
    for number, routing in enumerate(patch.routings, start=1):
        if not routing.bypass and catalogue.is_routed(patch.values, routing):
            found[f"modulation_{number}_amount"] = _AMOUNT
    used = {routing.source for routing in patch.routings}
    found |= {macro: _MACRO for n, macro in enumerate(MACROS, start=1) if f"ctrl{n}" in used}
    return {
        n: step for n, step in found.items() if n.startswith("modulation_") or n in catalogue.space.by_name
    }


def _scene(catalogue: Catalogue, patch: Patch, scene: str) -> Iterator[tuple[str, float]]:
    def value(name: str) -> float:
        return catalogue.value(patch.values, f"{scene}_{name}")

    yield from _oscillators(catalogue, patch, scene, value)
    off = {
        "level_noise": bool(value("mute_noise")),
        "noisecol": bool(value("mute_noise")),
        "level_ring12": bool(value("mute_ring12")),
        "level_ring23": bool(value("mute_ring23")),
        "fm_depth": not value("fm_switch"),
        "ws_drive": not value("ws_type"),
        "level_pfg": not value("ws_type"),
        "feedback": not value("fb_config"),  # the first way of connecting the filters has none
        "f_balance": not (value("filter1_type") and value("filter2_type")),
    }
    yield from ((f"{scene}_{part}", step) for part, step in _SCENE.items() if not off.get(part, False))
    filters = [n for n in (1, 2) if value(f"filter{n}_type")]
    yield from ((f"{scene}_filter{n}_{part}", step) for n in filters for part, step in _FILTER.items())
    sources = {r.source for r in patch.routings if r.destination[:2] not in {"a_", "b_"} - {f"{scene}_"}}
    is_moving = "filtereg" in sources or any(value(f"filter{n}_envmod") for n in filters)
    envelopes = (1, 2) if is_moving else (1,)
    yield from ((f"{scene}_env{n}_{part}", step) for n in envelopes for part, step in _ENVELOPE.items())
    for match in filter(None, map(_LFO_NAME.match, sorted(sources))):
        number = int(match[2]) - 1 + (6 if match[1] else 0)
        yield from ((f"{scene}_lfo{number}_{part}", step) for part, step in _LFO.items())


def _oscillators(
    catalogue: Catalogue, patch: Patch, scene: str, value: Callable[[str], float]
) -> Iterator[tuple[str, float]]:
    """Of those that are heard, or turn another; all levels but that of the loudest, since only ratios are heard."""
    heard = sounding_oscillators(scene, played_value(catalogue, patch))
    modulating = (2, 3) if value("fm_switch") else ()
    ringing = (1, 2, 3) if not (value("mute_ring12") and value("mute_ring23")) else ()
    loudest = max(heard, key=lambda n: value(f"level_o{n}"), default=0)
    for n in sorted({*heard, *modulating, *ringing}):
        names = (name for name in catalogue.ids if name.startswith(f"{scene}_osc{n}_param"))
        yield from ((name, _PLACE) for name in names if _turns(catalogue, patch, name))
        if n != loudest:
            yield f"{scene}_osc{n}_pitch", 0.06
        if n != loudest and n in heard:
            yield f"{scene}_level_o{n}", 0.08


def _turns(catalogue: Catalogue, patch: Patch, name: str) -> bool:
    """Whether a parameter is a number with its present type, and one note tells it."""
    member = catalogue.member(name, patch.values)
    if member is None or member.kind != "float":
        return False
    label = member.label.lower()
    if name.startswith("fx") and label.split()[-1:] == ["width"]:  # of the stereo image
        return False
    if "unison detune" in label and not _has_voices(catalogue, patch, name):
        return False
    changed = json.loads(patch.extra).get("attributes", {}).get(name, {})
    return str(changed.get("deactivated", member.attributes.get("deactivated", "0"))) != "1"


def _has_voices(catalogue: Catalogue, patch: Patch, name: str) -> bool:
    """Whether an oscillator has more voices than one; the parameter beside its detuning counts them."""
    beside = f"{name[:-1]}{int(name[-1]) + 1}"
    member = catalogue.member(beside, patch.values)
    return member is None or member.own(catalogue.value(patch.values, beside)) > 1.0
