"""What a sound is like, in numbers that have names: how bright, how wide, how slow its attack.

For words and for looking at, not for comparing sounds: an embedding hears much more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio._audio import F32, F64, Audio
from patchpilot.audio._resample import resample
from patchpilot.audio._spectral import mel_filterbank, stft_magnitude

_SAMPLE_RATE = 44100
_N_FFT, _HOP, _N_MELS = 2048, 256, 64
_FRAME_S = _HOP / _SAMPLE_RATE
_RANGE_DB = 60.0
_BASS_HZ = 150.0
_RINGING_DB = -20.0
_LOWEST_HZ = 30.0


@dataclass(frozen=True)
class Descriptor:
    """A number that says one thing about a sound.

    Attributes:
        name: of the number.
        unit: of it, "" for a part of one.
        low: a word for sounds that have little of it.
        high: a word for those that have much.
    """

    name: str
    unit: str
    low: str
    high: str


DESCRIPTORS = (
    Descriptor("attack", "log10 s", "fast attack", "slow attack"),
    Descriptor("length", "log10 s", "short", "long"),
    Descriptor("brightness", "octaves re 1 kHz", "dark", "bright"),
    Descriptor("fullness", "octaves", "focused", "full"),
    Descriptor("bass", "", "thin", "bassy"),
    Descriptor("noise", "", "pure", "noisy"),
    Descriptor("width", "", "narrow", "wide"),
    Descriptor("movement", "dB", "still", "moving"),
)
"""In the order in which `described` gives them."""
NAMES = tuple(descriptor.name for descriptor in DESCRIPTORS)


def described(audio: Audio) -> F64:
    """All descriptors of a sound, float64 (8,), finite; of silence all are as low as they go.

    - attack: from the first frame within 20 dB of the loudest to the first within 3 dB.
    - length: of all frames within 20 dB of the loudest.
    - brightness, fullness: mean and deviation of the frequency in octaves, weighted with the magnitude of thirds of
      an octave.
    - bass: part of the energy below 150 Hz.
    - noise: spectral flatness (geometric over arithmetic mean of the power), 0 to 1, to the power of a quarter.
    - width: part of the energy that is in the side, half the difference of left and right.
    - movement: mean change of a mel band from frame to frame while it sounds.

    Args:
        audio: one or two channels, from its beginning.
    """
    heard = resample(audio, _SAMPLE_RATE)
    mid = heard.mono()
    power = np.square(stft_magnitude(mid, n_fft=_N_FFT, hop=_HOP).astype(np.float64))
    energy = power.sum(axis=1)
    loudest = float(energy.max(initial=0.0))
    if loudest <= 1e-12:
        return np.array([np.log10(_FRAME_S), np.log10(_FRAME_S), -5.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    level_db = 10.0 * np.log10(np.maximum(energy / loudest, 1e-12))
    sounding = power[level_db > _RINGING_DB]
    mean = sounding.mean(axis=0)
    brightness, fullness = _spread(mean)
    return np.array(
        [
            _attack(level_db),
            np.log10(len(sounding) * _FRAME_S),
            brightness,
            fullness,
            _bass(mean),
            _flatness(sounding),
            _width(heard),
            _movement(sounding),
        ]
    )


def said(values: F64, *, typical: F64, spread: F64, most: int = 3, least: float = 0.5) -> list[str]:
    """The words for what is most unusual about a sound, the most unusual first.

    Args:
        values: float64 (8,), of the sound.
        typical: float64 (8,), of sounds that it is compared with.
        spread: float64 (8,), > 0: how much those vary.
        most: at most how many words.
        least: how many spreads off a descriptor must be.
    """
    off = (values - typical) / np.maximum(spread, 1e-9)
    order = np.argsort(-np.abs(off), kind="stable")[:most]
    return [_word(int(i), off[i] > 0) for i in order if abs(off[i]) >= least]


def _word(index: int, high: bool) -> str:
    return DESCRIPTORS[index].high if high else DESCRIPTORS[index].low


def _attack(level_db: F64) -> float:
    opened = int(np.argmax(level_db > _RINGING_DB))
    reached = int(np.argmax(level_db > -3.0))
    return float(np.log10((max(reached - opened, 0) + 1) * _FRAME_S))


def _spread(power: F64) -> tuple[float, float]:
    """Mean and deviation of the octaves, weighted with the magnitude of each third of an octave."""
    hz = np.fft.rfftfreq(_N_FFT, 1.0 / _SAMPLE_RATE)
    audible = hz >= _LOWEST_HZ
    thirds = np.round(3.0 * np.log2(hz[audible] / 1000.0)).astype(int)
    magnitudes = np.sqrt(np.bincount(thirds - thirds[0], weights=power[audible]))
    octaves = (np.arange(len(magnitudes)) + thirds[0]) / 3.0
    weights = magnitudes / max(float(magnitudes.sum()), 1e-30)
    centre = float(weights @ octaves)
    return centre, float(np.sqrt(weights @ np.square(octaves - centre)))


def _bass(power: F64) -> float:
    hz = np.fft.rfftfreq(_N_FFT, 1.0 / _SAMPLE_RATE)
    return float(power[hz < _BASS_HZ].sum() / power.sum())


def _flatness(power: F64) -> float:
    bands = power[:, 4:] + 1e-12 * power.max()
    return float((np.exp(np.log(bands).mean(axis=1)) / bands.mean(axis=1)).mean() ** 0.25)


def _width(audio: Audio) -> float:
    if audio.channels != 2:
        return 0.0
    left, right = audio.samples.astype(np.float64)
    mid, side = np.square(left + right).sum(), np.square(left - right).sum()
    return float(side / (mid + side)) if mid + side > 0.0 else 0.0


def _movement(power: F64) -> float:
    bands: F32 = power.astype(np.float32) @ mel_filterbank(_SAMPLE_RATE, n_fft=_N_FFT, n_mels=_N_MELS)
    db = 10.0 * np.log10(np.maximum(bands / max(float(bands.max()), 1e-30), 10.0 ** (-_RANGE_DB / 10.0)))
    return float(np.abs(np.diff(db, axis=0)).mean()) if len(db) > 1 else 0.0
