"""Numbers that are known beforehand."""

import numpy as np
import pytest
from patchpilot_luck.hearing import Envelope, Punchy, loudness

from patchpilot.audio import Audio
from patchpilot.instruments.take import Origin, Take
from patchpilot.space import Patch, Performance, Space

SINE = Audio(0.5 * np.sin(2 * np.pi * 441 * np.arange(22050) / 44100)[None].astype(np.float32), 44100)


def take(audio: Audio) -> Take:
    """A sound as if an instrument had made it."""
    return Take(Patch.make(Space("none", "1", ())), Performance(), audio, "none 1", Origin("nobody"))


def test_half_as_loud_is_6_db_away() -> None:
    """20 log10 of 2."""
    assert loudness(SINE, Audio(SINE.samples / 2, 44100)) == pytest.approx(6.02, abs=0.01)


def test_a_sine_has_3_db_of_punch() -> None:
    """20 log10 of the square root of 2."""
    assert Punchy(3.01).score(take(SINE))["punchy"] == pytest.approx(0.0, abs=0.001)
    assert Punchy(13.01).score(take(SINE))["punchy"] == pytest.approx(-1.0, abs=0.001)


def test_a_sound_that_stops_half_way_has_half_an_envelope() -> None:
    """And how loud it is does not matter."""
    halved = SINE.samples * (np.arange(22050) < 11025)
    found = Envelope()(Audio(0.1 * halved, 44100), pitch=69.0, hold_s=0.5)
    assert found.shape == (16,)
    assert found[:7] == pytest.approx(0.0, abs=0.05)
    assert found[9:] == pytest.approx(-6.0)
