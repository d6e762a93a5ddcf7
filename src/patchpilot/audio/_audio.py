"""The `Audio` noun: samples that know their sample rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.errors import AudioError

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, init=False)
class Audio:
    """A sound.

    Attributes:
        samples: float32 (channels, n), full scale = 1.0 (values beyond it are kept); read-only, and not copied
            from an array that is so already: leave that as it is.
        sample_rate: int > 0, Hz.

    Raises:
        AudioError: `samples` has not one or two dimensions, or `sample_rate` is not whole and positive.
    """

    samples: F32
    sample_rate: int

    def __init__(self, samples: npt.ArrayLike, sample_rate: int) -> None:
        rows = np.ascontiguousarray(np.atleast_2d(samples), dtype=np.float32)
        if rows.ndim != 2:
            raise AudioError(f"expected samples of shape (channels, n), got {np.shape(samples)}")
        if not (sample_rate > 0 and sample_rate % 1 == 0):
            raise AudioError(f"expected a whole sample rate above 0 Hz, got {sample_rate}")
        read_only = rows.view()
        read_only.flags.writeable = False
        object.__setattr__(self, "samples", read_only)
        object.__setattr__(self, "sample_rate", int(sample_rate))

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.samples.shape[0])

    def __len__(self) -> int:
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self) / self.sample_rate

    def mono(self) -> F32:
        """Mean over the channels, float32 (n,)."""
        return np.asarray(self.samples.mean(axis=0), np.float32)
