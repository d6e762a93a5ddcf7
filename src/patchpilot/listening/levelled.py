"""Sounds of a test made comparable: one rate, one number of channels, one length and fades, one loudness."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from patchpilot.audio import F32, Audio, fitted, fold_to_stereo, loudness_lufs, resample
from patchpilot.errors import AudioError
from patchpilot.matching.report import equally_loud

FADE_IN_S, FADE_OUT_S = 0.002, 0.02
HIGHEST_RATE = 48000
_LSB = 2.0**-15


def alike(sounds: Sequence[Audio], *, seconds: float) -> list[Audio]:
    """Sounds of one trial with one rate, as many channels, and the same length and fades.

    Args:
        sounds: at least one.
        seconds: > 0; longer sounds are cut, shorter ones get silence behind them up to the longest.
    """
    rate = min(HIGHEST_RATE, max(sound.sample_rate for sound in sounds))
    ready = [resample(fold_to_stereo(sound), rate) for sound in sounds]
    channels = max(sound.channels for sound in ready)
    length = min(round(seconds * rate), max(len(sound) for sound in ready))
    fade = _fade(length, rate)
    return [
        Audio(fitted(np.repeat(sound.samples, channels // sound.channels, axis=0), length) * fade, rate)
        for sound in ready
    ]


def equal(sounds: Sequence[Audio], names: Sequence[str]) -> list[Audio]:
    """Sounds at one loudness of ITU-R BS.1770, the highest at which none passes −1 dBFS, at most −16 LUFS.

    Args:
        sounds: at least one.
        names: of each, for the message.

    Raises:
        AudioError: one of them is silent, so that it has no loudness.
    """
    for sound, name in zip(sounds, names, strict=True):
        if not math.isfinite(loudness_lufs(sound)):
            raise AudioError(
                f"{name}: expected a sound that can be heard, got silence or less than 10 ms; leave it out"
            )
    return equally_loud(sounds)


def flac(audio: Audio, seed: int) -> bytes:
    """A 16-bit FLAC file with triangular dither, so that the same sound under two codes is two different files.

    Args:
        audio: peak below −0.5 dBFS.
        seed: of the dither.
    """
    import io

    import soundfile

    rng = np.random.default_rng(seed)
    noise = rng.random(audio.samples.shape) - rng.random(audio.samples.shape)
    whole = np.rint(audio.samples / _LSB + noise).clip(-(2**15), 2**15 - 1).astype(np.int16)
    buffer = io.BytesIO()
    soundfile.write(buffer, whole.T, audio.sample_rate, format="FLAC", subtype="PCM_16")
    return buffer.getvalue()


def _fade(length: int, rate: int) -> F32:
    """Gain over a sound: up in 2 ms, down in 20 ms, or less where the sound is shorter."""
    gain = np.ones(length, np.float32)
    up, down = (min(length // 2, round(s * rate)) for s in (FADE_IN_S, FADE_OUT_S))
    gain[:up] = np.linspace(0.0, 1.0, up, endpoint=False, dtype=np.float32)
    gain[length - down :] = np.linspace(1.0, 0.0, down, dtype=np.float32)
    return gain
