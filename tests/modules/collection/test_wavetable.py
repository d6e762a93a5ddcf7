"""A wavetable morphs from frame to frame."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from patchpilot.modules.collection.wavetable import N_FRAMES, TABLES, series, wavetable
from patchpilot.space import Note
from tests.modules.collection.spectra import amplitude, heard
from tests.modules.conftest import RATE

NOTE = [Note(57, 1.0, 0.0, 2.0)]


def _harmonics(position: float, table: str) -> list[float]:
    made = heard(wavetable, notes=NOTE, table=table, position=position, level=1.0)[0, 4000:]
    return [amplitude(made, 220.0 * k) for k in range(1, 17)]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("frame", [0, 3, N_FRAMES - 1])
def test_a_frame_has_its_harmonics(table: str, frame: int) -> None:
    wanted = np.abs(series(table, frame)(np.arange(1.0, 17.0)))
    assert _harmonics(frame / (N_FRAMES - 1), table) == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize("table", TABLES)
def test_between_frames_it_is_their_mean(table: str) -> None:
    k = np.arange(1.0, 17.0)
    middle = np.abs(series(table, 2)(k) + series(table, 3)(k)) / 2.0
    assert _harmonics(2.5 / (N_FRAMES - 1), table) == pytest.approx(middle, abs=1e-3)


@pytest.mark.parametrize("table", TABLES)
def test_frames_are_as_strong_as_one_another(table: str) -> None:
    """An RMS of 0.7 for a level of 1, and no two frames alike."""
    frames = [np.array(_harmonics(frame / (N_FRAMES - 1), table)) for frame in range(N_FRAMES)]
    for frame in range(N_FRAMES):
        whole = series(table, frame)(np.arange(1.0, 1025.0))
        assert np.sum(np.abs(whole) ** 2) == pytest.approx(1.0, abs=1e-6)
    assert min(float(np.abs(a - b).max()) for a, b in pairwise(frames)) > 0.005


def test_the_first_basic_frame_is_a_sine() -> None:
    found = _harmonics(0.0, "basic")
    assert found[0] == pytest.approx(1.0, abs=1e-3)
    assert max(found[1:]) < 1e-3


def test_a_moving_position_goes_through_what_lies_between() -> None:
    moving = np.linspace(0.0, 1.0, RATE).astype(np.float32)
    made = heard(wavetable, notes=NOTE, table="organ", position=moving)[0]
    early, late = made[2000:6000], made[-6000:-2000]
    assert amplitude(early, 880.0) < 0.1 * amplitude(late, 880.0)
    still = [heard(wavetable, notes=NOTE, table="organ", position=k / 7.0)[0] for k in range(8)]
    steepest = max(float(np.abs(np.diff(frame)).max()) for frame in still)
    assert np.abs(np.diff(made)).max() < 1.05 * steepest  # no clicks where frames change
