"""What is no sound: silence, clipping, numbers that are none, direct current. One rule for all that judges renders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio._audio import Audio
from patchpilot.errors import ParameterError

SILENT, CLIPPED, NOT_FINITE, DC = "silent", "clipped", "not finite", "dc"
"""What a fault is called."""
QUIETEST_DB = -60.0
"""RMS of the mono mix, in dB re full scale, below which a render is silent."""


def is_finite(audio: Audio) -> bool:
    """Whether no sample is NaN or infinite."""
    return bool(np.isfinite(audio.samples).all())


def is_silent(audio: Audio, quietest_db: float = QUIETEST_DB) -> bool:
    """Whether the mono mix is quieter than that; so is a sound of no samples.

    Args:
        audio: finite.
        quietest_db: RMS in dB re full scale.
    """
    return bool(_mean_square(audio) < 10.0 ** (quietest_db / 10.0))


@dataclass(frozen=True)
class Limits:
    """What a render may be like.

    Attributes:
        quietest_db: RMS of the mono mix, in dB re full scale, below which it is silent.
        loudest_db: peak in dB re full scale above which it is clipped. Vital's engine itself limits at 2.1,
            and a tenth of musical patches goes above 1.0, so the default is just below that limit.
        most_dc: magnitude of the mean, as a part of the RMS, above which it is direct current rather than sound.

    Raises:
        ParameterError: one of them is out of its range.
    """

    quietest_db: float = QUIETEST_DB
    loudest_db: float = 6.0
    most_dc: float = 0.5

    def __post_init__(self) -> None:
        if not self.quietest_db < self.loudest_db or not 0.0 < self.most_dc <= 1.0:
            raise ParameterError(
                "expected a quietest level below the loudest and a part of DC above 0 up to 1, "
                f"got {self.quietest_db:g} dB, {self.loudest_db:g} dB and {self.most_dc:g}"
            )

    def fault(self, audio: Audio) -> str:
        """What is wrong with a render: `NOT_FINITE`, `SILENT`, `CLIPPED`, `DC`, or "" for nothing."""
        if not is_finite(audio):
            return NOT_FINITE
        if is_silent(audio, self.quietest_db):
            return SILENT
        if float(np.abs(audio.samples).max()) > 10.0 ** (self.loudest_db / 20.0):
            return CLIPPED
        mean = abs(float(audio.mono().mean(dtype=np.float64)))
        return DC if mean > self.most_dc * np.sqrt(_mean_square(audio)) else ""


def _mean_square(audio: Audio) -> float:
    """Of the mono mix; 0 for no samples."""
    return float(np.mean(np.square(audio.mono(), dtype=np.float64))) if len(audio) else 0.0
