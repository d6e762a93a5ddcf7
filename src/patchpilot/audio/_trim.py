"""Where a sound begins and ends.

The level is followed in 1 ms steps. A sound has *opened* when it passes −40 dB below its own peak; from there
one walks back while it stays above −60 dB and on while it stays above −80 dB (or above the noise it sits in),
so quiet attacks and long tails stay whole and a hiss around the sound doesn't count as the sound (hysteresis,
as in a gate).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio._audio import F32, Audio

STEP_S = 0.001
"""Seconds between two values of `level_db`."""

_OPEN_DB = -40.0
_START_DB = -60.0
_END_DB = -80.0
_ABOVE_NOISE_DB = 6.0
_FLAT_DB = 4.0
_PREROLL_S = 0.001
_POSTROLL_S = 0.010
_SILENCE_DB = -200.0
_GAP_STEPS = 5


@dataclass(frozen=True)
class Extent:
    """Where a sound lies in its recording.

    Attributes:
        start_s: s, where the sound begins, right to a millisecond.
        end_s: s, where it has died away; `start_s` < `end_s`.
    """

    start_s: float
    end_s: float


def level_db(audio: Audio) -> F32:
    """Largest absolute sample of each millisecond over all channels, dB below the peak of the whole sound.

    Returns:
        float32 (n_ms,), values in [−200, 0]; all −200 for silence.
    """
    step = max(1, round(STEP_S * audio.sample_rate))
    n_steps = -(-len(audio) // step)
    loudest = np.zeros(n_steps * step, np.float32)
    loudest[: len(audio)] = np.abs(audio.samples).max(axis=0)
    level = loudest.reshape(n_steps, step).max(axis=1)
    reference = max(float(level.max(initial=0.0)), 1e-30)
    decibels = 20 * np.log10(np.maximum(level / reference, 10 ** (_SILENCE_DB / 20)))
    return np.asarray(decibels, np.float32)


def extent(audio: Audio) -> Extent:
    """Where the sound begins and ends; the whole recording if it is silent."""
    level = level_db(audio)
    opened = np.flatnonzero(level > _OPEN_DB)
    if opened.size == 0 or not audio.samples.any():
        return Extent(0.0, audio.duration_s)
    step_s = max(1, round(STEP_S * audio.sample_rate)) / audio.sample_rate
    noise = _noise_db(level)
    first = _walk(level > max(_START_DB, noise), int(opened[0]), -1)
    last = _walk(level > max(_END_DB, noise), int(opened[-1]), +1)
    return Extent(first * step_s, min((last + 1) * step_s, audio.duration_s))


def trim(audio: Audio) -> Audio:
    """Cut the silence off both ends.

    One millisecond before the onset and ten after the end are kept, with a fade as long, so neither clicks.

    Args:
        audio: any number of channels.

    Returns:
        Audio whose sound begins 1 ms (±1 ms) after its start; silence comes back as it is.
    """
    found = extent(audio)
    return cut(audio, found.start_s - _PREROLL_S, found.end_s + _POSTROLL_S)


def cut(audio: Audio, start_s: float, end_s: float, *, fade_s: float = 0.0) -> Audio:
    """The part between two times, faded out over its last `fade_s` seconds.

    Times outside the sound are moved to its ends.
    """
    first = max(0, round(start_s * audio.sample_rate))
    last = min(len(audio), round(end_s * audio.sample_rate))
    samples = audio.samples[:, first:last]
    n_fade = min(round(fade_s * audio.sample_rate), samples.shape[1])
    if n_fade > 0:
        samples = samples.copy()
        samples[:, -n_fade:] *= np.linspace(1, 0, n_fade, dtype=np.float32)
    return Audio(samples, audio.sample_rate)


def fitted(y: F32, n: int) -> F32:
    """`y` (..., any) cut, or padded with zeros, to `n` samples along its last axis."""
    missing = max(0, n - y.shape[-1])
    return np.pad(y[..., :n], [(0, 0)] * (y.ndim - 1) + [(0, missing)])


def _noise_db(level: F32) -> float:
    """The noise a sound sits in: the quietest quarter of it if that is quiet and flat, else −200 dB."""
    quietest, quarter = np.percentile(level, (5, 25))
    is_noise = quarter < _OPEN_DB and quarter - quietest < _FLAT_DB
    return float(quarter) + _ABOVE_NOISE_DB if is_noise else _SILENCE_DB


def _walk(sounding: npt.NDArray[np.bool_], index: int, direction: int) -> int:
    """The furthest index that sounds, going in `direction` from `index` over no gap longer than 5 ms."""
    edge = index
    while 0 <= index < len(sounding) and abs(index - edge) <= _GAP_STEPS:
        if sounding[index]:
            edge = index
        index += direction
    return edge
