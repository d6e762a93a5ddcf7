"""The same sound in another file: louder, at another rate, as MP3."""

from __future__ import annotations

import base64
import hashlib

import numpy as np
import numpy.typing as npt

from patchpilot.audio import Audio, mel_filterbank, resample, stft_magnitude, trim

_SAMPLE_RATE, _N_FFT, _HOP = 22050, 4096, 256
_BANDS, _TIMES = 96, 16
_HIGHEST_HZ, _RANGE_DB = 7000.0, 40.0
"""Above and below lies what encoders take away."""
MOST_APART_DB = 0.6
"""Mean difference of two pictures of one sound: an MP3 is up to 0.5 off, the next semitone 2.4."""
MOST_LONGER = 0.02
"""Part by which one may be longer, or 60 ms: encoders pad."""
_PADDING_S = 0.06


def content_id(audio: Audio) -> str:
    """sha256 of the float32 samples, the channels and the rate."""
    said = f"{audio.sample_rate} {audio.channels}\n".encode()
    return hashlib.sha256(said + np.ascontiguousarray(audio.samples, "<f4").tobytes()).hexdigest()


def fingerprint(audio: Audio) -> str:
    """A picture of a sound, 96 mel bands by 16 times, in dB below its loudest; as text."""
    heard = resample(trim(audio), _SAMPLE_RATE).mono()
    power = np.square(stft_magnitude(heard, n_fft=_N_FFT, hop=_HOP))
    bands = power @ mel_filterbank(
        _SAMPLE_RATE, n_fft=_N_FFT, n_mels=_BANDS, fmin_hz=40.0, fmax_hz=_HIGHEST_HZ
    )
    edges = np.linspace(0, len(bands), _TIMES + 1)
    times = np.array(
        [bands[int(a) : max(int(np.ceil(b)), int(a) + 1)].mean(axis=0) for a, b in _pairs(edges)]
    )
    db = 10.0 * np.log10(np.maximum(times / max(float(times.max()), 1e-20), 10.0 ** (-_RANGE_DB / 10.0)))
    return base64.b64encode(np.round(db * 3.0).astype(np.int8).tobytes()).decode()


def are_alike(a: str, a_s: float, b: str, b_s: float) -> bool:
    """Whether two fingerprints are of one sound.

    Args:
        a: fingerprint of one.
        a_s: how long it lasts, seconds.
        b: of the other.
        b_s: likewise.
    """
    if abs(a_s - b_s) > max(MOST_LONGER * max(a_s, b_s), _PADDING_S):
        return False
    return float(np.abs(_picture(a) - _picture(b)).mean()) <= MOST_APART_DB


def _picture(text: str) -> npt.NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(text), np.int8).astype(np.float32) / 3.0


def _pairs(edges: npt.NDArray[np.float64]) -> list[tuple[float, float]]:
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
