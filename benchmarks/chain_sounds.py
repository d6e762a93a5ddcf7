"""The rack that `chain.py` measures, and its sounds."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from patchpilot.audio import Target, listen
from patchpilot.audio.front_end import NAME as FRONT_END
from patchpilot.datasets import Plan, generate
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.errors import AudioError
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.rack.chain import chain
from patchpilot.instruments.rack.rack import Rack
from patchpilot.modules.kinds import named
from patchpilot.space import Patch

EFFECTS = ("saturator", "auto_filter", "phaser_flanger", "delay", "reverb")
PRIORS = {"wet": "effects-v1-chain-v1", "dry": "dry-effects-v1-chain-v1"}
SEED, TIER = 8000, 3
OTHERS = 88_000
"""Seed of the sounds that no dataset holds."""
PLAN = Plan(notes=(), drawn=1, drawn_from=(48, 72), hold_s=(0.3, 0.7), length_s=1.0)


def made_rack(vital: Instrument) -> Rack:
    """The instrument."""
    return chain(vital, [named(effect) for effect in EFFECTS], any_order=True, workers=1)


def make(rack: Rack, path: Path, prior: str, rows: int) -> None:
    """A dataset, or the rest of it."""
    sampler = Drawn(rack.space, rack.priors[prior], TIER, SEED)
    options: dict[str, Any] = {"audio": "float16", "features": (FRONT_END,)}
    generate(rack, path, rows, tier=TIER, seed=SEED, sampler=sampler, plan=PLAN, **options).close()


def sound(rack: Rack, index: int) -> tuple[Patch, Target] | None:
    """A patch that nobody has heard, and what it sounds like; None where it cannot be used."""
    patch = rack.priors[PRIORS["wet"]].draw(rack.space, OTHERS, index)
    (performance,) = PLAN.performances(OTHERS, index)
    note = performance.notes[0]
    try:
        target = listen(rack.render(patch, performance), note=note.pitch)
    except AudioError:
        return None
    return patch, dataclasses.replace(target, hold_s=note.hold_s, velocity=note.velocity)
