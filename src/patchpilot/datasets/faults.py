"""Why a render is no row of a dataset."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import Audio
from patchpilot.errors import DatasetError, ParameterError
from patchpilot.space.canonical import Json

KEPT = 0
REASONS = {1: "silent", 2: "clipped", 3: "not finite", 4: "dc", 5: "duplicate", 6: "failed"}
"""Why a patch is not in a dataset: its verdict, and what it is called."""
SILENT, CLIPPED, NOT_FINITE, DC, DUPLICATE, FAILED = REASONS


@dataclass(frozen=True)
class Limits:
    """What a render may be like.

    Attributes:
        quietest_db: RMS of the mono mix, in dB re full scale, below which it is silent.
        loudest_db: peak in dB re full scale above which it is clipped. Vital's engine itself limits at 2.1,
            and a tenth of musical patches goes above 1.0, so the default is just below that limit.
        most_dc: magnitude of the mean, as a part of the RMS, above which it is direct current rather than sound.
    """

    quietest_db: float = -60.0
    loudest_db: float = 6.0
    most_dc: float = 0.5

    def __post_init__(self) -> None:
        if not self.quietest_db < self.loudest_db or not 0.0 < self.most_dc <= 1.0:
            raise ParameterError(
                "expected a quietest level below the loudest and a part of DC above 0 up to 1, "
                f"got {self.quietest_db:g} dB, {self.loudest_db:g} dB and {self.most_dc:g}"
            )

    def verdict(self, audio: Audio) -> int:
        """`KEPT`, or a key of `REASONS`."""
        samples = audio.samples
        if not np.isfinite(samples).all():
            return NOT_FINITE
        mono = audio.mono().astype(np.float64)
        rms = float(np.sqrt(np.mean(np.square(mono))))
        if rms < 10.0 ** (self.quietest_db / 20.0):
            return SILENT
        if float(np.abs(samples).max()) > 10.0 ** (self.loudest_db / 20.0):
            return CLIPPED
        return DC if abs(float(mono.mean())) > self.most_dc * rms else KEPT

    def to_json(self) -> Json:
        """Plain JSON; `from_json` reads it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Json) -> Limits:
        """The inverse of `to_json`.

        Raises:
            DatasetError: a part is missing or out of its range.
        """
        try:
            return cls(**data)
        except (TypeError, ValueError) as error:
            raise DatasetError(f"its limits are damaged: {error}") from None
