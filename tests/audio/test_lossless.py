"""Audio as it is kept: to 24 bits of its peak, under a name that says what it is."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from patchpilot.audio.lossless import audio_sha256, from_flac, gain_of, to_flac
from patchpilot.errors import AudioError


@pytest.mark.parametrize("peak", [0.0, 1e-4, 0.7, 1.0, 2.1, 40.0])
@pytest.mark.parametrize("channels", [1, 2])
def test_what_is_kept_is_as_exact_as_24_bits_are(peak: float, channels: int) -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, (channels, 500)).astype(np.float32)
    samples = (noise / np.abs(noise).max() * peak).astype(np.float32)
    data, gain = to_flac(samples, 44100)
    assert gain == gain_of(samples) == pytest.approx(max(1.0, peak))
    assert np.abs(from_flac(data, gain) - samples).max() <= gain * 2.0**-23  # half a step, and float32
    assert (data, gain) == to_flac(samples, 44100)


def test_a_name_is_of_the_samples_channel_by_channel() -> None:
    samples = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert audio_sha256(samples) == hashlib.sha256(np.arange(6, dtype="<f4").tobytes()).hexdigest()
    assert audio_sha256(np.asfortranarray(samples)) == audio_sha256(samples)
    assert audio_sha256(samples.astype(">f4")) == audio_sha256(samples)
    assert audio_sha256(samples[::-1]) != audio_sha256(samples)


def test_damage_is_told() -> None:
    data, gain = to_flac(np.ones((1, 100), np.float32), 44100)
    for damaged in (b"", data[:30], b"no FLAC at all"):
        with pytest.raises(AudioError, match="FLAC is damaged"):
            from_flac(damaged, gain)
