"""Envelopes, LFO shapes and wavetables of a patch as points to draw."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np

from patchpilot.errors import PatchPilotError
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.vital.assets import FRAME_SIZE, MAX_FRAME
from patchpilot.space import Asset, Patch, Space

_STAGES = ("delay", "attack", "hold", "decay", "sustain", "release")
_CURVE = 12
"""Points of a curved stage."""
_POINTS, _FRAMES = 64, 9
"""Of a wave, and waves of a wavetable, at most."""
Shape = dict[str, Any]


def envelopes(space: Space, patch: Patch, held_s: float) -> list[Shape]:
    """The envelopes of an instrument that has Vital's stages.

    Args:
        space: of the instrument.
        patch: whose.
        held_s: seconds that the key is down.

    Returns:
        Of each its `name`, its `stages` (seconds; `sustain` 0..1), `points` [[seconds, 0..1], …] of the curve with the
        key up after `held_s`, and `is_used`: whether it shapes anything.
    """
    groups = sorted({p.group for p in space if p.name == f"{p.group}_sustain"})
    used = {routing.source for routing in patch.routings} | set(groups[:1])
    return [
        _envelope(space, patch, group, held_s) | {"is_used": group in used}
        for group in groups
        if all(f"{group}_{stage}" in space.by_name for stage in _STAGES)
    ]


def _envelope(space: Space, patch: Patch, group: str, held_s: float) -> Shape:
    from patchpilot.search.resynthesis.envelope import Adsr, gain

    def shown(part: str) -> float:
        name = f"{group}_{part}"
        if name not in space.by_name:
            return 0.0
        return space[name].shown(patch.values.get(name, space[name].default))

    stages = {stage: max(0.0, shown(stage)) for stage in _STAGES}
    adsr = Adsr(
        *(stages[stage] for stage in _STAGES[1:]),
        *(shown(f"{stage}_power") for stage in ("attack", "decay", "release")),
    )
    delay_s = stages["delay"]
    at_s = [0.0, adsr.attack_s, adsr.attack_s + adsr.hold_s, adsr.attack_s + adsr.hold_s + adsr.decay_s]
    off_s = max(held_s - delay_s, 0.0)
    ends = [*(min(end, off_s) for end in at_s), off_s, off_s + adsr.release_s]
    times = np.unique(np.concatenate([np.linspace(a, b, _CURVE) for a, b in pairwise(ends)]))
    values = np.sqrt(gain(adsr, times, off_s))
    lead = [[0.0, 0.0]] if delay_s else []
    points = [
        [round(delay_s + t, 5), round(v, 4)] for t, v in zip(times.tolist(), values.tolist(), strict=True)
    ]
    return {"name": group, "stages": {k: round(v, 5) for k, v in stages.items()}, "points": lead + points}


def lfos(space: Space, patch: Patch) -> list[Shape]:
    """The LFO shapes of a patch.

    Returns:
        Of each its `name`, `points` [[0..1 of its period, 0..1], …], `powers` (curvature from each point to the next, 0
        for straight), `is_smooth`, and `is_used`.
    """
    used = {routing.source for routing in patch.routings}
    return [
        {"name": slot, **_lfo(asset), "is_used": slot in used}
        for slot, asset in _slots(space, patch)
        if asset.kind == "lfo"
    ]


def _lfo(asset: Asset) -> Shape:
    header = json.loads(asset.header)
    flat = header.get("points", [])
    return {
        "points": [
            [x, 1.0 - y] for x, y in zip(flat[::2], flat[1::2], strict=False)
        ],  # Vital draws downwards
        "powers": header.get("powers", []),
        "is_smooth": bool(header.get("smooth", False)),
    }


def wavetables(instrument: Instrument, patch: Patch) -> list[Shape]:
    """The wavetables of a patch.

    Returns:
        Of each its `slot`, `name`, `frames` [{position 0..1, points [-1..1, …]}, …] of one period, `position` (0..1,
        which frame plays; null where nothing says) and `is_used`. A table that is computed, not sampled, has no frames,
        and says in `why` what it is.
    """
    space, names = instrument.space, patch.info.get("assets", {})
    found = []
    for slot, asset in _slots(space, patch):
        if asset.kind != "wavetable":
            continue
        oscillator = slot.replace("wavetable", "osc")

        def value(part: str, oscillator: str = oscillator) -> float | None:
            name = f"{oscillator}_{part}"
            return patch.values.get(name, space[name].default) if name in space.by_name else None

        frame = value("wave_frame")
        found.append(
            {
                "slot": slot,
                "name": str(names.get(slot, "")),
                **_frames(asset),
                "position": None if frame is None else round(frame / MAX_FRAME, 4),
                "is_used": bool(value("on") or 0.0),
            }
        )
    return found


def _frames(asset: Asset) -> Shape:
    try:
        components = [part for group in json.loads(asset.header)["groups"] for part in group["components"]]
        kinds = [str(part["type"]) for part in components]
        if kinds != ["Wave Source"]:
            return {"frames": [], "why": f"computed by Vital: {', '.join(kinds)}"}
        keys = components[0]["keyframes"]
        some = np.unique(np.linspace(0, len(keys) - 1, min(len(keys), _FRAMES)).round().astype(int)).tolist()
        return {"frames": [_frame(asset, keys[place]) for place in some], "why": ""}
    except (KeyError, TypeError, ValueError, IndexError, PatchPilotError):
        return {"frames": [], "why": "not one of Vital's"}


def _frame(asset: Asset, key: dict[str, Any]) -> Shape:
    wave = np.frombuffer(asset.blobs[key["wave_data"]["$blob"]], "<f4")[:FRAME_SIZE]
    drawn = wave[:: FRAME_SIZE // _POINTS]
    return {
        "position": round(int(key["position"]) / MAX_FRAME, 4),
        "points": [round(float(v), 3) for v in drawn],
    }


def _slots(space: Space, patch: Patch) -> list[tuple[str, Asset]]:
    return [(slot, patch.assets.get(slot, asset)) for slot, asset in space.assets.items()]
