"""Why a render is no row of a dataset."""

from __future__ import annotations

import dataclasses

from patchpilot.audio import Audio, faults
from patchpilot.errors import DatasetError
from patchpilot.space.canonical import Json

KEPT = 0
REASONS = {
    1: faults.SILENT,
    2: faults.CLIPPED,
    3: faults.NOT_FINITE,
    4: faults.DC,
    5: "duplicate",
    6: "failed",
}
"""Why a patch is not in a dataset: its verdict, and what it is called."""
SILENT, CLIPPED, NOT_FINITE, DC, DUPLICATE, FAILED = REASONS
_VERDICTS = {"": KEPT, **{reason: verdict for verdict, reason in REASONS.items()}}


class Limits(faults.Limits):
    """What a render may be like, as a dataset says it."""

    def verdict(self, audio: Audio) -> int:
        """`KEPT`, or a key of `REASONS`."""
        return _VERDICTS[self.fault(audio)]

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
