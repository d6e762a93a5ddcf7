"""How loud the rows of a dataset are: all audio read once, in blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, Audio

if TYPE_CHECKING:
    from patchpilot.datasets.storage.reader import Dataset

_BLOCK_BYTES = 16_000_000
"""Of audio that is in memory at a time."""
_FLOOR = 1e-9


@dataclass(frozen=True, eq=False)
class Levels:
    """What was measured on each row.

    Attributes:
        rms_db: float32 (n,), RMS of the mono mix, dB re full scale; −180 for silence.
        peak: float32 (n,), largest absolute sample, full scale = 1.
    """

    rms_db: F32
    peak: F32


def level(audio: Audio) -> float:
    """RMS of the mono mix, full scale = 1: what rows are rejected by as silent."""
    return float(_rms(audio.samples[None])[0])


def measure(dataset: Dataset, *, on_progress: Callable[[int], None] | None = None) -> Levels:
    """Listen to all rows.

    Args:
        dataset: one that holds audio.
        on_progress: told the number of rows that were heard, now and then.

    Raises:
        DatasetError: the audio cannot be read.
    """
    n = len(dataset)
    rms, peak = np.zeros(n, np.float32), np.zeros(n, np.float32)
    step = max(1, _BLOCK_BYTES // max(8 * dataset.recipe.plan.n_samples, 1))
    for start in range(0, n, step):
        rows = range(start, min(start + step, n))
        samples = np.stack([dataset.samples(row) for row in rows])
        rms[rows.start : rows.stop] = _rms(samples)
        peak[rows.start : rows.stop] = np.abs(samples).max(axis=(1, 2), initial=0.0)
        if on_progress is not None:
            on_progress(rows.stop)
    return Levels((20 * np.log10(np.maximum(rms, _FLOOR))).astype(np.float32), peak)


def _rms(samples: F32) -> npt.NDArray[np.float64]:
    """RMS of the mono mix of sounds (n, channels, samples), float64 (n,)."""
    mono = samples.mean(axis=1)
    power = np.einsum("ij,ij->i", mono, mono, dtype=np.float64) / max(mono.shape[1], 1)
    return np.asarray(np.sqrt(power))
