"""Small datasets for tests of what is done with them: a toy with a switch, and a file of its patches."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.audio import Audio
from patchpilot.datasets.generation import generate
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.space import Parameter, Patch, Performance, Prior
from patchpilot.space.prior import Uniform, choice
from tests.toy import Toy

PLAN = Plan(notes=(48, 60), hold_s=0.2, length_s=0.25, sample_rate=8000)


class Buzzing(Toy):
    """A toy with a buzz that has a switch, and a knob that does nothing; stereo."""

    def __init__(self) -> None:
        super().__init__()
        self.space = dataclasses.replace(
            self.space,
            parameters=(
                *self.space.parameters,
                Parameter("buzz_on", 0.0, 1.0, 0.0, is_categorical=True),
                Parameter("buzz", 0.0, 1.0, 0.5, is_categorical=False),
                Parameter("idle", -1.0, 1.0, 0.0, is_categorical=False),
            ),
            views={
                "core": ("level", "transpose"),
                "tier1": ("level", "transpose", "buzz_on", "buzz", "idle"),
            },
        )
        self.priors = {
            "buzz-v1": Prior(
                "buzz-v1",
                {
                    "level": Uniform(0.1, 0.5),
                    "transpose": Uniform(-12.0, 12.0),
                    "buzz_on": choice({0: 1.0, 1: 1.0}),
                    "buzz": Uniform(0.0, 1.0),
                    "idle": Uniform(-1.0, 1.0),
                },
            )
        }

    def render(self, patch: Patch, performance: Performance) -> Audio:
        plain = super().render(patch, performance).samples[0]
        if patch.values.get("buzz_on", 0.0):
            t = np.arange(len(plain)) / performance.sample_rate
            hz = 1000.0 + 2000.0 * patch.values.get("buzz", 0.5)
            plain = plain + 0.2 * np.sin(2 * np.pi * hz * t).astype(np.float32)
        return Audio(np.stack([plain, plain]), performance.sample_rate)


def small(path: Path, rows: int = 12, *, toy: Toy | None = None, **options: Any) -> Dataset:
    """A sealed dataset of a toy's prior, two rows a patch."""
    toy = toy or Buzzing()
    sampler = Drawn(toy.space, next(iter(toy.priors.values())), 1, 0)
    made: dict[str, Any] = {"tier": 1, "plan": PLAN, "sampler": sampler} | options
    return generate(toy, path, rows, **made)
