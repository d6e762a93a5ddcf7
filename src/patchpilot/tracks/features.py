"""What every stage of an analysis hears, computed once.

Frames are rows; frame k of a curve is centred on k times its hop. Powers are mean squares, full scale = 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from patchpilot.audio import F32, F64, Audio, fold_to_stereo, hann, peak, resample
from patchpilot.audio.chroma import chromagram
from patchpilot.errors import AudioError

SAMPLE_RATE = 44100
SHORTEST_S = 2.0
_SILENT = 1e-4
"""A peak of −80 dBFS."""
_CHUNK = 512
"""Frames transformed at once: they stay in the processor's cache."""

ONSET_BANDS_HZ = ((30.0, 150.0), (150.0, 800.0), (800.0, 5000.0), (5000.0, 16000.0))
"""Kick and bass; bodies of notes; clicks, claps and snares; hats."""
ONSET_HOP, _ONSET_FFT = 256, 1024
ONSET_HOP_S = ONSET_HOP / SAMPLE_RATE
_ONSET_FLOOR_DB = -60.0
"""Relative to a band's loudest frame: what is below it rises from here."""

BAND_HOP, _BAND_FFT = 4096, 8192
BAND_HOP_S = BAND_HOP / SAMPLE_RATE
BANDS_HZ = tuple(float(f) for f in np.round(1000.0 * 2.0 ** (np.arange(-16, 13) / 3.0), 1))
"""Centres of the thirds of an octave from 25 Hz to 16 kHz."""
_BASS_HZ = 250.0


@dataclass(frozen=True, eq=False)
class Bands:
    """Power by thirds of an octave over time.

    Attributes:
        left: float32 (frames, 29).
        right: the same; the left's where there is one channel.
        cross: float32 (frames, 29), real part of the mean of left times conjugated right.
    """

    left: F32
    right: F32
    cross: F32

    @property
    def total(self) -> F32:
        """Mean power of the two channels, float32 (frames, 29)."""
        return np.asarray((self.left + self.right) / 2, np.float32)

    @property
    def mid(self) -> F32:
        """Power of half the sum, float32 (frames, 29)."""
        return np.asarray(np.maximum((self.left + self.right + 2 * self.cross) / 4, 0), np.float32)

    @property
    def side(self) -> F32:
        """Power of half the difference, float32 (frames, 29)."""
        return np.asarray(np.maximum((self.left + self.right - 2 * self.cross) / 4, 0), np.float32)


class Listened:
    """A whole track, ready to be analysed: at 44 100 Hz, in one or two channels, without its DC.

    Args:
        audio: any rate and channels; 2 s or longer.

    Attributes:
        audio: as it is heard from here on.
        offsets: mean of each channel before it was taken off, full scale = 1.

    Raises:
        AudioError: it is shorter, silent, or not finite.
    """

    def __init__(self, audio: Audio) -> None:
        _check(audio)
        heard = resample(fold_to_stereo(audio), SAMPLE_RATE)
        self.offsets = tuple(float(mean) for mean in heard.samples.mean(axis=1, dtype=np.float64))
        self.audio = Audio(heard.samples - np.array(self.offsets, np.float32)[:, None], SAMPLE_RATE)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.audio.duration_s

    @cached_property
    def mono(self) -> F32:
        """Mean of the channels; the louder of them where they cancel. float32 (n,)."""
        mono = self.audio.mono()
        if self.audio.channels == 2 and np.abs(mono).max() < 0.01 * peak(self.audio):
            return np.ascontiguousarray(self.audio.samples[0])
        return mono

    def hear_mono(self) -> None:
        """Make `mono` now: what is computed on demand is best made before several threads want it."""
        self.mono  # noqa: B018

    @cached_property
    def onset_bands(self) -> F32:
        """How fast each of `ONSET_BANDS_HZ` rises, in dB a frame of 5.8 ms; float32 (frames, 4), >= 0."""
        level = 10.0 * np.log10(np.maximum(self.onset_power, 1e-12))
        level = np.maximum(level, level.max(axis=0) + _ONSET_FLOOR_DB)
        rises = np.maximum(level[2:] - level[:-2], 0.0) / 2.0
        return np.asarray(np.pad(rises, ((1, 1), (0, 0))), np.float32)

    @cached_property
    def onset_power(self) -> F32:
        """Power of each of `ONSET_BANDS_HZ`, float32 (frames, 4), every 5.8 ms."""
        hz = np.fft.rfftfreq(_ONSET_FFT, 1.0 / SAMPLE_RATE)
        bins = np.stack([(hz >= low) & (hz < high) for low, high in ONSET_BANDS_HZ], axis=1)
        n = _ONSET_FFT
        scale = np.float32(2.0 / n / float(np.square(hann(n)).sum()))
        return _band_powers([self.mono], n, ONSET_HOP, bins.astype(np.float32))[0] * scale

    @cached_property
    def bands(self) -> Bands:
        """Power by thirds of an octave and channel, every 93 ms."""
        weights = _thirds()
        scale = np.float32(2.0 / _BAND_FFT / float(np.square(hann(_BAND_FFT)).sum()))
        found = _band_powers(list(self.audio.samples), _BAND_FFT, BAND_HOP, weights)
        powers = [power * scale for power in found]
        return Bands(*powers) if len(powers) == 3 else Bands(powers[0], powers[0], powers[0])

    @cached_property
    def chromagram(self) -> F64:
        """How much each pitch class sounds, float64 (frames, 12) from C on, every 93 ms."""
        return chromagram(Audio(self.mono, SAMPLE_RATE))

    @cached_property
    def bass_chromagram(self) -> F64:
        """The same of what lies below 250 Hz."""
        return chromagram(resample(Audio(self.mono, SAMPLE_RATE), round(2 * _BASS_HZ)))


def _check(audio: Audio) -> None:
    if audio.samples.size and not np.isfinite(audio.samples).all():
        raise AudioError(
            "expected finite samples, but this track holds NaN or infinite ones; export it again."
        )
    if audio.duration_s < SHORTEST_S:
        raise AudioError(
            f"expected a track of at least {SHORTEST_S:g} s, got {audio.duration_s:.2f} s. "
            "For single sounds there is `patchpilot match`."
        )
    if float(np.ptp(audio.samples, axis=1).max(initial=0.0)) < _SILENT:
        raise AudioError(
            "expected a track, but this one is silent (below −80 dBFS, apart from any DC). "
            "A muted bus was probably exported; export it again."
        )


def _thirds() -> F32:
    """Which third of an octave each bin counts to, float32 (bins, 29); an edge within a bin shares it."""
    width_hz = SAMPLE_RATE / _BAND_FFT
    low_hz = (np.arange(_BAND_FFT // 2 + 1) - 0.5)[:, None] * width_hz
    centres = np.array(BANDS_HZ)
    lower, upper = centres * 2.0 ** (-1 / 6), centres * 2.0 ** (1 / 6)
    shared = np.minimum(low_hz + width_hz, upper) - np.maximum(low_hz, lower)
    return np.asarray(np.clip(shared / width_hz, 0.0, 1.0), np.float32)


def _band_powers(channels: list[F32], n_fft: int, hop: int, weights: F32) -> list[F32]:
    """Summed squared magnitudes by band: of each channel, and of two their cross power; float32 (frames, bands)."""
    from scipy.fft import rfft

    padded = [np.pad(channel, n_fft // 2) for channel in channels]
    framed = [np.lib.stride_tricks.sliding_window_view(channel, n_fft)[::hop] for channel in padded]
    window = hann(n_fft)
    found: list[list[F32]] = [[] for _ in range(1 if len(channels) == 1 else 3)]
    step = max(1, _CHUNK * 1024 // n_fft)
    for start in range(0, len(framed[0]), step):
        spectra = [rfft(frames[start : start + step] * window, axis=1) for frames in framed]
        powers = [spectrum.real**2 + spectrum.imag**2 for spectrum in spectra]
        if len(spectra) == 2:
            left, right = spectra
            powers.append(left.real * right.real + left.imag * right.imag)
        for kept, power in zip(found, powers, strict=True):
            kept.append(power @ weights)
    return [np.concatenate(kept).astype(np.float32) for kept in found]
