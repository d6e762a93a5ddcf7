"""How loud a track is over time, how far its peaks stand out, and whether it was clipped.

One pass of the K-weighting filter (ITU-R BS.1770-4, with pyloudnorm's coefficients) serves the integrated loudness, the
loudness of windows of 3 s (EBU Tech 3341) and its range (EBU Tech 3342). `audio.loudness_lufs` says the same of single
sounds; a test compares them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, F64, db
from patchpilot.tracks.features import SAMPLE_RATE, Listened

STEP_S = 0.1
"""Of the curves."""
_MOMENT, _SHORT_TERM = 4, 30
"""Steps of 0.4 s and 3 s."""
_ABSOLUTE_LUFS, _RELATIVE_LU, _RANGE_LU = -70.0, -10.0, -20.0
_OVERSAMPLED, _TAPS = 4, 24
_NEAR_PEAK = 0.6
"""True peaks are sought about samples above this part of the highest."""
_CLIPPED_RUN, _AT_TOP = 3, 0.9999
_LEAST_TOP = 0.5
"""So many samples in a row at the very top are no coincidence, if the top is above −6 dBFS."""


@dataclass(frozen=True)
class Loudness:
    """The loudness of a track.

    Attributes:
        integrated_lufs: of all of it, gated; None below −70 LUFS.
        range_lu: from the 10th to the 95th percentile of the loudness of 3 s, gated.
        loudest_lufs: of the loudest 3 s.
        true_peak_db: dBTP, highest peak between samples too.
        psr_db: peak to short-term loudness ratio: median over the windows of 3 s that are not quiet, dB.
        plr_db: peak to loudness ratio: true peak less integrated loudness, dB.
        clipped: part of all samples that lie in runs of three and more at the highest level, 0..1.
    """

    integrated_lufs: float | None
    range_lu: float
    loudest_lufs: float | None
    true_peak_db: float
    psr_db: float | None
    plr_db: float | None
    clipped: float


def loudness(listened: Listened) -> Loudness:
    """The loudness of a track."""
    steps = weighted_steps(listened)
    integrated = _gated(_windows(steps, _MOMENT))
    short = _lufs(_windows(steps, _SHORT_TERM))
    loud = short[short > max(_ABSOLUTE_LUFS, (integrated or _ABSOLUTE_LUFS) + _RANGE_LU)]
    top_db = true_peak_db(listened.audio.samples)
    return Loudness(
        integrated_lufs=integrated,
        range_lu=float(np.subtract(*np.quantile(loud, [0.95, 0.1]))) if len(loud) else 0.0,
        loudest_lufs=float(short.max()) if len(loud) else None,
        true_peak_db=top_db,
        psr_db=_psr(listened, short, loud.min()) if len(loud) else None,
        plr_db=None if integrated is None else top_db - integrated,
        clipped=clipped(listened.audio.samples),
    )


def weighted_steps(listened: Listened) -> F64:
    """K-weighted mean square of both channels in steps of 0.1 s, float64 (steps,)."""
    from pyloudnorm.iirfilter import IIRfilter
    from scipy.signal import sosfilt

    shelf = IIRfilter(4.0, 1 / math.sqrt(2), 1500.0, SAMPLE_RATE, "high_shelf")
    rumble = IIRfilter(0.0, 0.5, 38.0, SAMPLE_RATE, "high_pass")
    sections = np.stack([np.concatenate([stage.b, stage.a]) for stage in (shelf, rumble)]).astype(np.float32)
    size = round(STEP_S * SAMPLE_RATE)
    total = np.zeros(len(listened.audio) // size)
    for channel in listened.audio.samples:
        heard = sosfilt(sections, channel)[: len(total) * size].reshape(-1, size)
        total += np.einsum("ij,ij->i", heard, heard) / size
    return total


def _windows(steps: F64, width: int) -> F64:
    """Mean over windows of some steps; of all where there are fewer."""
    width = min(width, len(steps))
    sums = np.concatenate([[0.0], np.cumsum(steps)])
    return np.asarray((sums[width:] - sums[:-width]) / max(width, 1))


def _lufs(power: F64) -> F64:
    return np.asarray(-0.691 + 10.0 * np.log10(np.maximum(power, 1e-15)))


def _gated(power: F64) -> float | None:
    loud = power[_lufs(power) > _ABSOLUTE_LUFS]
    if len(loud) == 0:
        return None
    gate = float(_lufs(loud.mean())) + _RELATIVE_LU
    kept = loud[_lufs(loud) > gate]
    return float(_lufs(kept.mean()))


def _psr(listened: Listened, short: F64, least: float) -> float:
    size = round(STEP_S * SAMPLE_RATE)
    samples = listened.audio.samples
    n = samples.shape[1] // size
    peaks = np.abs(samples[:, : n * size]).max(axis=0).reshape(n, size).max(axis=1)
    width = min(_SHORT_TERM, n)
    tops = np.lib.stride_tricks.sliding_window_view(peaks, width).max(axis=1)[: len(short)]
    ratios = 20.0 * np.log10(np.maximum(tops, 1e-9)) - short
    return float(np.median(ratios[short >= least]))


def true_peak_db(samples: F32) -> float:
    """The highest peak of the signal between its samples, dB (BS.1770-4 annex 2: at four times the rate).

    Args:
        samples: float32 (channels, n).
    """
    top = float(np.abs(samples).max(initial=0.0))
    highest = top
    phases = _phases()
    half = _TAPS // 2
    for channel in samples:
        padded = np.pad(channel, half)
        size = np.abs(padded)
        near = np.flatnonzero(
            (size[1:-1] >= _NEAR_PEAK * top) & (size[1:-1] >= size[:-2]) & (size[1:-1] >= size[2:])
        )
        starts = np.concatenate([near + 1 - half, near + 2 - half])
        starts = starts[(starts >= 0) & (starts + _TAPS <= len(padded))]
        for some in np.array_split(starts, max(1, len(starts) // 100_000)):
            pieces = np.lib.stride_tricks.sliding_window_view(padded, _TAPS)[some]
            highest = max(highest, float(np.abs(pieces @ phases).max(initial=0.0)))
    return db(highest)


def _phases() -> F32:
    """Weights of the samples around for each place between two of them, float32 (taps, 3): sinc under a window."""
    at = np.arange(_TAPS)[:, None] - (_TAPS // 2 - 1) - np.arange(1, _OVERSAMPLED) / _OVERSAMPLED
    weights = np.sinc(at) * np.cos(np.pi * at / (_TAPS + 1)) ** 2
    return np.asarray(weights / weights.sum(axis=0), np.float32)


def clipped(samples: F32) -> float:
    """Part of all samples that lie in runs of three and more at the highest level, 0..1."""
    found = 0
    for channel in samples:
        for sign in (1, -1):
            top = sign * float(channel.max() if sign > 0 else channel.min())
            if top >= _LEAST_TOP:
                at_top = channel >= _AT_TOP * top if sign > 0 else channel <= -_AT_TOP * top
                found += _in_runs(np.flatnonzero(at_top))
    return found / max(samples.size, 1)


def _in_runs(places: npt.NDArray[np.intp]) -> int:
    """How many of some rising whole numbers follow one another, three and more at a time."""
    ends = np.concatenate([[0], np.flatnonzero(np.diff(places) > 1) + 1, [len(places)]])
    runs = np.diff(ends)
    return int(runs[runs >= _CLIPPED_RUN].sum())
