from __future__ import annotations

import dataclasses

import numpy as np

from patchpilot.audio import Audio
from patchpilot.instruments.take import Origin, Take
from patchpilot.space import Patch, Performance


def test_a_take_is_named_by_patch_performance_and_engine() -> None:
    patch = Patch("toy", {"x": 0.5}, info={"name": "Lead"})
    take = Take(patch, Performance(), Audio(np.zeros((2, 4), np.float32), 44100), "toy 1", Origin("by hand"))
    others = [
        dataclasses.replace(take, patch=Patch("toy", {"x": 0.25})),
        dataclasses.replace(take, performance=Performance(engine_seed=1)),
        dataclasses.replace(take, fingerprint="toy 2"),
    ]
    assert len({take.id, *(other.id for other in others)}) == 4
    assert dataclasses.replace(take, origin=Origin("cmaes"), features={"rms": 0.0}).id == take.id
    assert dataclasses.replace(take, patch=Patch("toy", {"x": 0.5})).id == take.id
