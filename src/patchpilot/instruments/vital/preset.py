"""Vital's preset files: a `Patch` as `.vital` JSON, and back.

Writing is ours alone. Reading asks the engine what it understands of the file (it converts presets of older
versions), takes wavetables, shapes and samples from the file itself, and keeps whatever neither knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from patchpilot.errors import EngineError, PatchError
from patchpilot.instruments.vital.assets import from_vital, to_vital
from patchpilot.instruments.vital.wavetables import names_by_digest
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import Json, canonical_json, float32, sha256
from patchpilot.space.patch import Patch
from patchpilot.space.routing import FIELDS, SLOT, Routing
from patchpilot.space.space import Space

SYNTH_VERSION = "1.5.5"
"""Version written to presets: one that released Vitals accept (the engine's own, 99999.9.9, may not be)."""
MAX_BYTES = 64 * 2**20
"""Largest preset file that is read."""

_INFO = {
    "preset_name": "name",
    "author": "author",
    "comments": "comments",
    "preset_style": "style",
    "macro1": "macro1",
    "macro2": "macro2",
    "macro3": "macro3",
    "macro4": "macro4",
}
_SLOTS = {"wavetables": ("wavetable", 3), "lfos": ("lfo", 8)}
"""Lists of a preset: what is in them, and how many."""


def document(space: Space, patch: Patch, *, structure_only: bool = False) -> Json:
    """The preset JSON of a patch.

    Args:
        space: Vital's space.
        patch: what to write.
        structure_only: leave all values at their defaults but `oversampling`, which the engine takes up
            only while loading: what renders of patches with the same assets and routings share.
    """
    assert space.routing is not None
    extra = json.loads(patch.extra)
    values = {"oversampling": patch.values["oversampling"]} if "oversampling" in patch.values else {}
    settings = {
        **extra.get("settings", {}),
        **{p.name: p.default for p in space.parameters},
        **{name: float("view_2d" in name) for name in space.unused},
        **patch.info.get("view", {}),
        **(values if structure_only else patch.values),
        **_slots(space, patch, extra.get("modulations", []), structure_only=structure_only),
        **_assets(space, patch, structure_only=structure_only),
    }
    info = {key: str(patch.info.get(ours, "")) for key, ours in _INFO.items()}
    for i in range(1, 5):
        info[f"macro{i}"] = info[f"macro{i}"] or f"MACRO {i}"
    return {**extra.get("preset", {}), **info, "synth_version": SYNTH_VERSION, "settings": settings}


def structure_key(patch: Patch) -> str:
    """Hash of what `document(…, structure_only=True)` depends on."""
    return sha256(
        canonical_json(
            [
                patch.values.get("oversampling"),
                [[routing.source, routing.destination, routing.mapping] for routing in patch.routings],
                {slot: asset.sha256 for slot, asset in patch.assets.items()},
                patch.extra,
            ]
        ).encode()
    )


def _slots(space: Space, patch: Patch, unknown: list[Json], *, structure_only: bool) -> dict[str, Json]:
    """The list of routings, padded to all slots, and the five controls of each slot."""
    assert space.routing is not None
    n_slots = space.routing.n_slots
    slots: dict[str, Json] = {
        f"modulation_{i}_{field}": 0.0 for i in range(1, n_slots + 1) for field in FIELDS
    }
    if not structure_only:
        slots.update(patch.slot_values())
    entries: list[Json] = [_entry(routing) for routing in patch.routings]
    for item in unknown[: n_slots - len(entries)]:
        entries.append(item["entry"])
        slots.update({f"modulation_{len(entries)}_{name}": item["fields"][name] for name in FIELDS})
    padding = [{"source": "", "destination": ""}] * (n_slots - len(entries))
    return {**slots, "modulations": entries + padding}


def _entry(routing: Routing) -> Json:
    entry: dict[str, Json] = {"source": routing.source, "destination": routing.destination}
    if routing.mapping:
        entry["line_mapping"] = {"name": "", **json.loads(routing.mapping)}
    return entry


def _assets(space: Space, patch: Patch, *, structure_only: bool) -> dict[str, Json]:
    """All assets; a built-in table that a patch has no name for goes by its own."""
    assets = {**space.assets, **patch.assets}
    names = {"sample": "White Noise", **patch.info.get("assets", {})}
    if not structure_only:
        for slot in patch.assets.keys() - names.keys():
            names[slot] = names_by_digest().get(patch.assets[slot].sha256, "Init")
    lists = {
        key: [to_vital(assets[f"{kind}_{i}"], names.get(f"{kind}_{i}", "Init")) for i in range(1, count + 1)]
        for key, (kind, count) in _SLOTS.items()
    }
    return {**lists, "sample": to_vital(assets["sample"], names["sample"])}


def parse(space: Space, text: str, understood: Callable[[str], str]) -> Patch:
    """A patch from the text of a `.vital` file.

    Args:
        space: Vital's space.
        text: the file's content.
        understood: loads preset JSON into a live engine and returns what it made of it as JSON.

    Raises:
        PatchError: it is no Vital preset, holds what would crash the engine, or the engine refuses it.
    """
    try:
        preset = _checked(space, text)
        settings = preset["settings"]
        assets, names = _read_assets(settings)
    except RecursionError:
        raise PatchError("not a Vital preset: its JSON is nested too deeply") from None
    try:
        read = json.loads(understood(json.dumps(preset)))["settings"]
    except EngineError as error:
        raise PatchError(f"Vital's engine cannot load this preset ({error}); is the file damaged?") from None
    routings, unknown = _routings(space, settings, read)
    known = {*read, *space.unused, "wavetables", "lfos", "sample", "modulations"}
    extra = {
        "settings": {k: v for k, v in settings.items() if k not in known},
        "preset": {k: v for k, v in preset.items() if k not in {*_INFO, "settings", "synth_version"}},
        "modulations": unknown,
    }
    info = {ours: preset[key] for key, ours in _INFO.items() if preset.get(key)}
    return Patch.make(
        space,
        {p.name: read[p.name] for p in space.parameters if p.name in read},
        routings=routings,
        assets=assets,
        extra={key: value for key, value in extra.items() if value},
        info={**info, "assets": names, "view": {k: read[k] for k in space.unused if k in read}},
    )


def _checked(space: Space, text: str) -> dict[str, Any]:
    """The preset as JSON, refused where the engine would crash on it."""
    assert space.routing is not None
    try:
        preset = json.loads(text, parse_constant=_no_number)
        json.dumps(preset, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise PatchError("not a Vital preset: half of a surrogate pair in its text") from None
    except ValueError as error:
        raise PatchError(f"not a Vital preset: expected JSON, but {error}; was the file cut off?") from None
    if not isinstance(preset, dict) or not isinstance(preset.get("settings"), dict):
        raise PatchError("not a Vital preset: expected a JSON object with 'settings'")
    settings = preset["settings"]
    limits = {**{key: count for key, (_, count) in _SLOTS.items()}, "modulations": space.routing.n_slots}
    for key, limit in limits.items():
        items = settings.get(key, [])
        if not isinstance(items, list) or len(items) > limit:
            count = len(items) if isinstance(items, list) else type(items).__name__
            raise PatchError(f"not a Vital preset: expected at most {limit} {key}, got {count}")
    _check_values(space, settings)
    return preset


def _no_number(constant: str) -> float:
    raise ValueError(f"it holds {constant}")


def _check_values(space: Space, settings: Mapping[str, Json]) -> None:
    """Refuse controls that are no numbers, or categories that do not exist."""
    values = {}
    for name, value in settings.items():
        if name not in space.by_name and not SLOT.match(name):
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise PatchError(f"{name}: expected a number, got {value!r}")
        values[name] = float32(value, name=name)
    Patch.make(space, {name: value for name, value in values.items() if name in space.by_name})


def _read_assets(settings: Mapping[str, Json]) -> tuple[dict[str, Asset], dict[str, str]]:
    """The assets of a preset by slot, and their names."""
    found = {
        f"{kind}_{i}": from_vital(kind, item, where=f"{kind} {i}")
        for key, (kind, _) in _SLOTS.items()
        for i, item in enumerate(settings.get(key, []), start=1)
    }
    if "sample" in settings:
        found["sample"] = from_vital("sample", settings["sample"], where="sample")
    return (
        {slot: asset for slot, (asset, _) in found.items()},
        {slot: name for slot, (_, name) in found.items() if name},
    )


def _routings(
    space: Space, settings: Mapping[str, Json], read: Mapping[str, Json]
) -> tuple[list[Routing], list[Json]]:
    """The routings that the engine understood, in the file's order, and the entries it did not."""
    assert space.routing is not None
    sources, destinations = set(space.routing.sources), set(space.routing.destinations)
    known: list[Routing] = []
    unknown: list[Json] = []
    position: dict[int, int] = {}  # slot in the file -> place among the known ones, from 0
    for i, entry in enumerate(settings.get("modulations", []), start=1):
        if not isinstance(entry, dict) or not (entry.get("source") or entry.get("destination")):
            continue
        fields = {name: float(read.get(f"modulation_{i}_{name}", 0.0)) for name in FIELDS}
        if str(entry.get("source")) not in sources or str(entry.get("destination")) not in destinations:
            unknown.append({"entry": entry, "fields": fields})
            continue
        curve = entry.get("line_mapping") or {}
        if not isinstance(curve, dict):
            raise PatchError(f"modulation {i}: expected a JSON object as 'line_mapping', got {curve!r}")
        mapping = canonical_json({k: v for k, v in curve.items() if k != "name"}) if curve else ""
        position[i - 1] = len(known)
        routing = Routing(entry["source"], entry["destination"], amount=0.0, mapping=mapping)
        for name, value in fields.items():
            routing = routing.turned(name, value)
        known.append(routing)
    # Slots are numbered as in the file until here; empty ones may lie between.
    empty = space.routing.n_slots - 1
    return [r if r.target is None else r.retargeted(position.get(r.target, empty)) for r in known], unknown
