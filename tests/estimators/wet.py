"""A toy with two effects in any order after it, which clip and which mute highs: in process, and heard at once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from patchpilot.audio import Audio
from patchpilot.datasets.generation import generate
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.instruments.rack.chained import chain_priors
from patchpilot.modules import knob, module, ordered
from patchpilot.modules.base import Signal
from patchpilot.modules.ordered import chain_of
from patchpilot.space import Patch, Performance, Space
from tests.toy import Toy

RATE = 8000
PLAN = Plan(notes=(), drawn=1, drawn_from=(40, 60), hold_s=0.4, length_s=0.5, sample_rate=RATE)


@module(drive=knob(2.0, 1.0, 12.0))
def clip(audio: Signal, *, drive: float) -> Signal:
    """Bends a wave."""
    return np.asarray(np.tanh(drive * audio) + 0.2 * np.maximum(audio, 0.0), np.float32)


@module(tone=knob(0.5, 0.0, 0.95))
def dark(audio: Signal, *, tone: float) -> Signal:
    """A short mean of the past."""
    taps = tone ** np.arange(32)
    made = [np.convolve(side, taps / taps.sum())[: audio.shape[1]] for side in audio]
    return np.asarray(made, np.float32)


FX = ordered([clip, dark], "fx")
PLAY = {"clip": (clip, "drive"), "dark": (dark, "tone")}


class Wet(Toy):
    """A sine, and what its chain makes of it."""

    name = "wet"
    fingerprint = "modules 1"

    def __init__(self) -> None:
        super().__init__()
        fx = tuple(dataclasses.replace(p, name=f"fx_{p.name}", group="fx") for p in FX.parameters)
        self.space = Space(instrument="wet", version="1", parameters=(*self.space.parameters, *fx))
        self.priors |= chain_priors(self.priors, self.space, "fx", FX)

    def render(self, patch: Patch, performance: Performance) -> Audio:
        sound = super().render(patch, performance).samples
        for name in chain_of(patch.values, FX.names, "fx_"):
            made, said = PLAY[name]
            parameter = self.space[f"fx_{name}_{said}"]
            value = patch.values.get(parameter.name, parameter.default)
            sound = made.function(sound, **{said: value})
        return Audio(sound, performance.sample_rate)

    def knobs(self, patch: Patch) -> dict[str, float]:
        sounding = chain_of(patch.values, FX.names, "fx_")
        return {"level": 0.1, **{f"fx_{name}_{PLAY[name][1]}": 0.1 for name in sounding}}


def twins(folder: Path, rows: int) -> tuple[Path, Path]:
    """A wet dataset and its dry twin."""
    wet, made = Wet(), []
    for name in ("toy-v1-chain-v1", "dry-toy-v1-chain-v1"):
        sampler = Drawn(wet.space, wet.priors[name], 3, 5)
        path = folder / f"{name.partition('-')[0]}.h5"
        generate(wet, path, rows, tier=3, seed=5, sampler=sampler, plan=PLAN, features=("front_end",)).close()
        made.append(path)
    return made[0], made[1]
