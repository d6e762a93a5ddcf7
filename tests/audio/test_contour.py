"""The course of a level says what was done to it."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.audio.contour import contour

RATE, HELD_S, LENGTH_S = 44100, 0.6, 1.0
T = np.arange(round(LENGTH_S * RATE)) / RATE


def note(*, attack_s: float = 0.01, decay_s: float = 1e6, release_s: float = 0.02, hit: float = 0.0) -> Audio:
    level = np.minimum(T / attack_s, 1.0) * (np.exp(-T / decay_s) + hit * np.exp(-T / 0.05))
    level *= np.exp(-np.maximum(T - HELD_S, 0.0) / release_s)
    return Audio((0.2 * level * np.sin(2.0 * np.pi * 440.0 * T)).astype(np.float32), RATE)


@pytest.mark.parametrize("attack_s", [0.05, 0.2])
def test_the_attack_of_a_straight_line(attack_s: float) -> None:
    found = contour(note(attack_s=attack_s), released_s=HELD_S).attack_s
    line = attack_s * (10.0 ** (-6.0 / 20.0) - 10.0 ** (-20.0 / 20.0))
    assert found == pytest.approx(line, abs=0.006)


def test_decay_lowers_what_stays() -> None:
    held, plucked = (contour(note(decay_s=decay_s), released_s=HELD_S) for decay_s in (1e6, 0.2))
    assert held.sustain_db == pytest.approx(0.0, abs=0.5)
    assert plucked.sustain_db == pytest.approx(-18.0, abs=2.0)
    assert plucked.punch_db > held.punch_db + 5.0


def test_a_hit_is_punch_and_a_release_is_a_tail() -> None:
    plain, hit, ringing = (
        contour(one, released_s=HELD_S) for one in (note(), note(hit=2.0), note(release_s=0.3))
    )
    assert hit.punch_db > plain.punch_db + 3.0
    assert ringing.tail_db > plain.tail_db + 10.0


def test_silence_and_what_is_too_short_have_a_contour() -> None:
    for n in (0, 10, RATE):
        found = contour(Audio(np.zeros((2, n), np.float32), RATE), released_s=HELD_S)
        assert (found.attack_s, found.sustain_db, found.tail_db) == (0.0, -60.0, -60.0)
    assert np.isfinite(contour(note(), released_s=9.0).tail_db)
