from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.retrieval.library import embedding_of
from tests.audio.tones import noise, sine


def test_it_is_registered_and_gives_what_it_says() -> None:
    timbre = embedding_of("timbre")
    vector = timbre(sine(220), pitch=57.0, hold_s=0.4)
    assert vector.shape == (timbre.size,)
    assert vector.dtype == np.float32
    assert np.abs(vector).max() <= timbre.scale


def test_it_hears_width_and_release_and_not_level() -> None:
    timbre = embedding_of("timbre")
    tone = sine(220)
    mono = timbre(tone, pitch=57.0, hold_s=0.4)
    assert timbre(Audio(0.1 * tone.samples, 44100), pitch=57.0, hold_s=0.4) == pytest.approx(mono, abs=0.01)
    wide = Audio(np.stack([noise(0.5, seed=1).samples[0], noise(0.5, seed=2).samples[0]]), 44100)
    narrow = Audio(np.repeat(noise(0.5, seed=1).samples, 2, axis=0), 44100)
    apart = timbre(wide, pitch=60.0, hold_s=0.4) - timbre(narrow, pitch=60.0, hold_s=0.4)
    assert np.abs(apart[288:384]).max() > 0.3  # the side's channel
    long = timbre(sine(220, 1.5), pitch=57.0, hold_s=0.4)
    assert np.linalg.norm(long - mono) > 1.0
