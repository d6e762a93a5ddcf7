from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.distance import mss, wmfcc
from patchpilot.distance._pair import stereo_pair

RNG = np.random.default_rng(0)
ONE = RNG.standard_normal((1, 9000)).astype(np.float32) * 0.1
OTHER = RNG.standard_normal((1, 9000)).astype(np.float32) * 0.1


def both_sides(samples: np.ndarray) -> Audio:
    return Audio(np.repeat(samples, 2, axis=0), 44100)


def test_two_sounds_that_play_both_sides_alike_are_compared_once() -> None:
    ours, theirs = stereo_pair(both_sides(ONE), both_sides(OTHER), 44100)
    assert ours.shape == theirs.shape == (1, 9000)
    wide = Audio(np.vstack([ONE, OTHER]), 44100)
    ours, theirs = stereo_pair(wide, both_sides(OTHER), 44100)
    assert ours.shape == theirs.shape == (2, 9000)


@pytest.mark.parametrize("metric", [mss, wmfcc])
def test_playing_both_sides_alike_is_playing_one(metric: object) -> None:
    assert callable(metric)
    assert metric(both_sides(ONE), both_sides(OTHER)) == pytest.approx(
        metric(Audio(ONE, 44100), Audio(OTHER, 44100)), rel=1e-6
    )
