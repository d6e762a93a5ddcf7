"""Modulators move as fast, as far and as evenly as they are told."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.modules.collection.modulators import envelope_follower, glide, lfo, sample_and_hold
from patchpilot.space import Note
from tests.modules.collection.spectra import amplitude, heard, hertz
from tests.modules.conftest import RATE

SIDES = {"sine": 0.5, "triangle": 1.0 / 3.0, "square": 1.0, "saw up": 1.0 / 3.0, "saw down": 1.0 / 3.0}
"""Mean square of waves from -1 to 1."""


@pytest.mark.parametrize("shape", SIDES)
def test_lfo_waves(shape: str) -> None:
    made = heard(lfo, shape=shape, rate=4.0, depth=0.5)[0]
    assert np.mean((made / 0.5) ** 2) == pytest.approx(SIDES[shape], rel=0.01)
    assert np.abs(made).max() == pytest.approx(0.5, rel=1e-3)
    period = RATE // 4
    assert np.allclose(made[:period], made[period : 2 * period], rtol=0.0, atol=1e-6)


def test_lfo_keeps_to_the_tempo() -> None:
    """A quarter at 90 beats a minute is 1.5 Hz."""
    made = heard(lfo, rhythm="1/4", depth=1.0, n=8 * RATE, tempo_bpm=90.0)[0]
    assert amplitude(made, 1.5) == pytest.approx(1.0, abs=0.01)


def test_lfo_begins_anew_with_a_note() -> None:
    notes = [Note(60, 0.8, 0.0, 0.2), Note(60, 0.8, 0.37, 0.2)]
    made = heard(lfo, notes=notes, rate=1.0, phase=0.25, restart="notes", depth=1.0)[0]
    start = round(0.37 * RATE)
    assert made[start] == pytest.approx(1.0)
    assert np.allclose(made[start : start + 1000], made[:1000], rtol=0.0, atol=1e-9)


def test_a_moving_rate_goes_on_without_a_jump() -> None:
    made = heard(lfo, rate=np.repeat(np.array([1.0, 8.0], np.float32), RATE), depth=1.0, n=2 * RATE)[0]
    assert np.abs(np.diff(made)).max() < 2.0 * np.pi * 8.0 / RATE * 1.01
    assert np.count_nonzero(np.diff(np.sign(made[RATE + 10 :])) > 0) in (7, 8)


def test_sample_and_hold_throws_dice() -> None:
    made = [heard(sample_and_hold, rate=10.0, depth=1.0, seed=seed, n=4 * RATE)[0] for seed in (0, 0, 1)]
    assert np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])
    assert len(np.unique(made[0])) == 40
    steps = np.flatnonzero(np.diff(made[0])) + 1
    assert steps == pytest.approx(RATE / 10 * np.arange(1, 40), abs=1)
    assert np.array_equal(heard(sample_and_hold, rate=10.0, depth=1.0)[0], made[0][:RATE])


def test_sample_and_hold_holds_what_it_is_given() -> None:
    ramp = np.linspace(0.0, 1.0, RATE, dtype=np.float32)
    made = heard(sample_and_hold, inputs={"control": ramp}, rate=4.0, depth=1.0)[0]
    assert made[RATE // 8] == pytest.approx(0.0)
    assert made[3 * RATE // 8] == pytest.approx(0.25, abs=1e-4)
    slid = heard(sample_and_hold, inputs={"control": ramp}, rate=4.0, depth=1.0, glide=1.0)[0]
    assert slid[3 * RATE // 8] == pytest.approx(0.125, abs=1e-4)


def test_follower_takes_its_times() -> None:
    """After an attack of time t the envelope of a step is at 1 - 1/e; after a release it is at 1/e."""
    step = np.zeros((2, RATE), np.float32)
    step[:, : RATE // 2] = 1.0
    made = heard(envelope_follower, inputs={"audio": step}, attack_ms=20.0, release_ms=100.0, depth=1.0)[0]
    assert made[round(0.02 * RATE)] == pytest.approx(1.0 - np.exp(-1.0), rel=0.01)
    assert made[RATE // 2 + round(0.1 * RATE)] == pytest.approx(np.exp(-1.0), rel=0.01)


def test_glide_slides_in_pitch() -> None:
    notes = [Note(60, 0.8, 0.0, 0.5), Note(72, 0.8, 0.5, 0.5)]
    made = heard(glide, notes=notes, time_ms=100.0)[0]
    octaves = np.log2(made / hertz(60))
    assert np.abs(octaves[: RATE // 2 - 1]).max() < 1e-6
    assert octaves[round(0.6 * RATE)] == pytest.approx(0.999, abs=1e-3)
    assert octaves[round(0.5 * RATE + 0.1 * RATE * np.log10(2.0) / 3.0)] == pytest.approx(0.5, abs=0.01)
