from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.tracks.bars import bars
from patchpilot.tracks.beats import beats
from patchpilot.tracks.features import Listened
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.tempo import tempo
from tests.tracks.beating import RATE, beat, pad


def off_s(first_s: float, true_s: float, beat_s: float) -> float:
    return abs((first_s - true_s + beat_s / 2) % beat_s - beat_s / 2)


@pytest.mark.parametrize("bpm", [90.0, 128.0, 133.33, 140.0, 150.0, 174.0])
def test_tempo_and_phase_are_those_that_were_played(bpm: float) -> None:
    listened = Listened(beat(bpm, 16, first_s=0.23))
    found = tempo(listened)
    assert found is not None
    pulse = beats(listened, found.bpm)
    assert pulse.bpm == pytest.approx(bpm, abs=0.02)
    assert off_s(pulse.first_s, 0.23, 60 / bpm) < 0.005
    assert found.stability > 0.8


def test_a_loud_bass_between_the_beats_is_not_the_beat() -> None:
    listened = Listened(beat(138.0, 16, first_s=0.1, bass=0.5, kick=0.4))
    assert off_s(beats(listened, 138.0).first_s, 0.1, 60 / 138.0) < 0.01


def test_a_slow_tempo_is_not_folded_into_the_usual_range() -> None:
    found = tempo(Listened(beat(90.0, 12)))
    assert found is not None
    assert found.bpm == pytest.approx(90.0, abs=0.1)


@pytest.mark.parametrize(
    "sound",
    [pad(20.0), Audio(0.1 * np.random.default_rng(0).standard_normal(20 * RATE), RATE)],
    ids=["pad", "noise"],
)
def test_without_a_beat_there_is_no_tempo(sound: Audio) -> None:
    assert tempo(Listened(sound)) is None


def test_bars_begin_where_claps_do_not_fall_and_waltzes_have_three_beats() -> None:
    for per_bar in (4, 3):
        listened = Listened(beat(132.0, 24, first_s=0.3, beats=per_bar, bass=0.2))
        pulse = beats(listened, 132.0)
        metre = bars(listened, pulse)
        assert metre.beats_per_bar == per_bar
        if per_bar == 4:
            first_s = pulse.first_s + metre.first * 60 / 132.0
            assert off_s(first_s, 0.3, 2 * 60 / 132.0) < 0.01  # claps alone do not tell one from three


def test_a_tempo_that_changes_is_not_stable() -> None:
    both = np.concatenate([beat(130.0, 16).samples, beat(131.5, 16).samples], axis=1)
    found = tempo(Listened(Audio(both, RATE)))
    assert found is not None
    assert found.stability < 0.5


def test_a_grid_counts_its_beats_and_bars() -> None:
    grid = Grid(bpm=120.0, first_beat_s=0.25, first_downbeat_s=0.75, beats_per_bar=4, duration_s=6.0)
    assert grid.beats_s[:3].tolist() == [0.25, 0.75, 1.25]
    assert grid.bars_s.tolist() == [0.75, 2.75, 4.75]
    assert grid.bar_edges_s.tolist() == [0.0, 0.75, 2.75, 4.75, 6.0]
    assert [grid.bar_of(s) for s in (0.5, 0.75, 2.7, 2.75)] == [-1, 0, 0, 1]
    assert grid.nearest_bar_s(3.9) == 4.75
