"""What a local network is given to hear: a picture, samples, or a log-mel, as its description says."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from patchpilot.audio import F32, Audio, fitted, front_end, mel_filterbank, peak, resample, stft_magnitude
from patchpilot.retrieval.description_input import Input

_MIDDLE_PITCH, _PITCH_RANGE = 60.0, 48.0
_QUIETEST = 1e-9
HELD_CHANNELS = front_end.SHAPE[0] + 2


def network_input(heard: Input, audio: Audio, *, pitch: float, hold_s: float) -> F32:
    """A sound as a network's input.

    Args:
        heard: what the network hears.
        audio: from its note-on.
        pitch: the MIDI note it is; for pictures.
        hold_s: > 0, how long the key is held; for pictures.

    Returns:
        float32, with the axes of `heard`; of pictures (1, channels, 96, 64).
    """
    if heard.kind == "front_end":
        picture = front_end.front_end(audio, pitch=pitch)[np.newaxis]
        if heard.planes == "none":
            return picture
        seconds = audio.samples.shape[-1] / audio.sample_rate
        return held(picture, np.array([pitch]), np.array([min(hold_s, seconds)]))
    windows = _windows(heard, audio)
    if heard.kind == "waveform":
        return _ordered(windows, "bct", heard.axes)
    return _ordered(_logmel(heard, windows[:, 0]), "btf", heard.axes)


def held(pictures: F32, pitch: np.ndarray, hold_s: np.ndarray) -> F32:
    """Pictures of what sounds while the key is held, and what is known about it.

    Args:
        pictures: float32 (n, 4, 96, 64), of `audio.front_end`.
        pitch: (n,), MIDI notes.
        hold_s: (n,), seconds > 0.

    Returns:
        float32 (n, 6, 96, 64): the four channels, 0 in spans that don't end before the key goes up (the first
        always counts); 1 in the other spans; (pitch − 60) / 48 everywhere.
    """
    ends = front_end.edges_s()[1:]
    is_held = ends <= np.asarray(hold_s, np.float64)[:, np.newaxis] + 1e-6
    is_held[:, 0] = True
    mask = is_held[:, np.newaxis, np.newaxis].astype(np.float32)
    one = (len(pictures), 1, *front_end.SHAPE[1:])
    height = ((np.asarray(pitch, np.float64) - _MIDDLE_PITCH) / _PITCH_RANGE).astype(np.float32)
    return np.concatenate(
        [pictures * mask, np.broadcast_to(mask, one), np.broadcast_to(height[:, None, None, None], one)],
        axis=1,
    )


def _windows(heard: Input, audio: Audio) -> F32:
    """The sound at the network's rate and level, cut into windows: float32 (windows, channels, samples)."""
    at_rate = resample(audio, heard.sample_rate)
    if heard.channels == 1:
        samples = at_rate.mono()[np.newaxis]
    else:
        samples = np.broadcast_to(at_rate.samples, (2, at_rate.samples.shape[-1]))
    if heard.peak is not None:
        loudest = max(peak(Audio(samples, heard.sample_rate)), _QUIETEST)
        samples = np.asarray(samples * (heard.peak / loudest), np.float32)
    if heard.seconds is None:
        return np.asarray(samples[np.newaxis], np.float32)
    length = max(round(heard.seconds * heard.sample_rate), 1)
    starts = [0]
    if heard.every_s is not None:
        step = max(round(heard.every_s * heard.sample_rate), 1)
        starts = list(range(0, max(samples.shape[-1] - length, 0) + 1, step))
    return np.stack([fitted(samples[:, start:], length) for start in starts]).astype(np.float32)


def _logmel(heard: Input, windows: F32) -> F32:
    """Log-mel bands of windows, float32 (windows, frames, bands)."""
    magnitudes = stft_magnitude(windows, n_fft=heard.n_fft, hop=heard.hop)
    power = np.asarray(magnitudes**heard.power, np.float32)
    bands: F32 = np.asarray(np.maximum(power @ _filters(heard), heard.floor), np.float32)
    if heard.log == "db":
        bands = np.asarray((20.0 / heard.power) * np.log10(bands), np.float32)
        if heard.range_db is not None:
            bands = np.asarray(np.maximum(bands - bands.max(), -heard.range_db), np.float32)
    elif heard.log != "none":
        bands = np.asarray(np.log10(bands) if heard.log == "log10" else np.log(bands), np.float32)
    return np.asarray((bands + heard.shift) * heard.factor, np.float32)


@lru_cache(maxsize=8)
def _filters(heard: Input) -> F32:
    """Mel filters, float32 (1 + n_fft // 2, n_mels)."""
    if heard.mel == "slaney":
        return mel_filterbank(
            heard.sample_rate, n_fft=heard.n_fft, n_mels=heard.n_mels, fmin_hz=heard.fmin, fmax_hz=heard.fmax
        )
    top = heard.fmax if heard.fmax is not None else heard.sample_rate / 2
    low, high = (2595.0 * np.log10(1.0 + hz / 700.0) for hz in (heard.fmin, top))
    edges = 700.0 * (10.0 ** (np.linspace(low, high, heard.n_mels + 2) / 2595.0) - 1.0)
    bins = np.fft.rfftfreq(heard.n_fft, 1 / heard.sample_rate)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(np.minimum(rising, falling), 0.0), np.float32)


def _ordered(array: F32, axes: str, wanted: str) -> F32:
    """An array with its axes as wanted; what is not wanted is of length 1, and only one window then."""
    for at, axis in reversed(list(enumerate(axes))):
        if axis not in wanted:
            array, axes = np.asarray(np.take(array, 0, axis=at)), axes.replace(axis, "")
    kept = wanted.replace("1", "")
    array = array.transpose([axes.index(axis) for axis in kept])
    for at, axis in enumerate(wanted):
        if axis == "1":
            array = np.expand_dims(array, at)
    return np.ascontiguousarray(array, np.float32)
