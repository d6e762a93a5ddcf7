"""What the tests of looking at datasets share: a small dataset of which everything is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from patchpilot.audio import F32, Audio
from patchpilot.datasets.faults import CLIPPED, KEPT, SILENT, Limits
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.samplers.base import Source
from patchpilot.datasets.storage.writer import Entry, Writer
from patchpilot.instruments.take import Origin, Take
from patchpilot.space import Note, Parameter, Patch, Performance, Routing, RoutingSpace, Space

RATE = 8000
PLAN = Plan(length_s=0.25, hold_s=0.2, sample_rate=RATE)
_FIELDS = tuple(
    Parameter(f"modulation_1_{name}", -1.0, 1.0, 0.0, is_categorical=False)
    for name in ("amount", "power", "bipolar", "stereo", "bypass")
)


def _option(name: str, group: str, *options: str, default: float = 0.0) -> Parameter:
    return Parameter(name, 0.0, len(options) - 1.0, default, True, options=options, group=group)


SPACE = Space(
    instrument="toy",
    version="1",
    parameters=(
        Parameter("env_1_attack", 0.0, 2.0, 0.0, False, curve="quartic", unit="s", group="env_1"),
        Parameter("filter_1_cutoff", 8.0, 136.0, 60.0, False, unit="semitones", group="filter_1"),
        _option("filter_1_on", "filter_1", "Off", "On"),
        Parameter("osc_1_level", 0.0, 1.0, 0.5, False, group="osc_1"),
        _option("osc_1_wave", "osc_1", "Sine", "Soft Saw", "Square"),
    ),
    routing=RoutingSpace(("lfo_1", "velocity"), ("filter_1_cutoff", "modulation_1_amount"), 8, _FIELDS),
)
N_PATCHES, SAME_SOUND, SAME_PATCH, QUIET, ROUTED = 12, 5, 7, 9, (2, 6, 10)
"""Of the candidates: 3 and 11 are rejected, 5 sounds like 4, 7 is 6 again, 9 is hardly heard."""
_REJECTED = {3: SILENT, 11: CLIPPED}
_SOURCES: tuple[Source, ...] = ("synthetic", "preset", "augmented")
NAMES = ("Glass Pad", "Brass", "Don't")


def patch(candidate: int) -> Patch:
    """The patch of a candidate; its level says which it is."""
    candidate = 6 if candidate == SAME_PATCH else candidate
    routings = [Routing("lfo_1", "filter_1_cutoff", 0.5), Routing("velocity", "modulation_1_amount", -0.25)]
    return Patch.make(
        SPACE,
        {
            "osc_1_level": candidate / 20,
            "osc_1_wave": float(candidate % 3),
            "env_1_attack": 0.3 if candidate % 2 else 0.0,
            "filter_1_on": 1.0,
            "filter_1_cutoff": 100.0 if candidate == 1 else 60.0,
        },
        routings=routings if candidate in ROUTED else (),
    )


def tone(candidate: int, pitch: int) -> F32:
    """Two channels of a decaying tone."""
    candidate = {SAME_SOUND: 4, SAME_PATCH: 6}.get(candidate, candidate)
    t = np.arange(PLAN.n_samples) / RATE
    level = 0.002 if candidate == QUIET else 0.1 + candidate / 10
    wave = level * np.exp(-4 * t) * np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * t)
    return np.stack([wave, wave]).astype(np.float32)


def entries(candidate: int, features: tuple[str, ...] = ()) -> list[Entry]:
    """The rows of a candidate: C3, C4 and C5 at velocities that rise with the candidate."""
    made = []
    for pitch in PLAN.notes:
        velocity = round(0.5 + (6 if candidate == SAME_PATCH else candidate) / 25, 4)
        played = Performance((Note(pitch, velocity, 0.0, 0.2),), PLAN.length_s, RATE)
        take = Take(patch(candidate), played, Audio(tone(candidate, pitch), RATE), "toy 1", Origin("test"))
        name = f"{NAMES[candidate % 3]} {candidate}"
        made.append(Entry(take, _SOURCES[candidate % 3], name, {name: np.zeros((2, 3)) for name in features}))
    return made


def made(
    path: Path, *, tier: int = 3, audio: str = "float32", n_patches: int = N_PATCHES, seal: bool = True
) -> Path:
    """A dataset's file: three rows of each candidate but the third and the eleventh."""
    sampler = "prior toys\n  level  anything\n\n" + "more\n" * 30
    features = ("flat",) if audio == "none" else ()
    recipe = Recipe("toy", "toy 1", tier, 7, sampler, "0" * 64, PLAN, Limits(), audio, features)
    provenance = {"command": "patchpilot dataset generate", "packages": {"numpy": "2.0"}}
    with Writer.open(path, recipe, SPACE, provenance=provenance) as writer:
        for candidate in range(n_patches):
            verdict = _REJECTED.get(candidate, KEPT)
            writer.add(candidate, verdict, entries(candidate, features) if verdict == KEPT else [])
        writer.commit()
        if seal:
            writer.seal()
    return path
