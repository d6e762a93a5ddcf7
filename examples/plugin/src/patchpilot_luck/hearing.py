"""Ways of hearing: a distance, an objective, an embedding."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from patchpilot.audio import F32, Audio, db, peak, resample, rms
from patchpilot.errors import ParameterError
from patchpilot.instruments.take import Take
from patchpilot.objectives.composition import Composable

SILENT_DB = -100.0
"""What is softer counts as silence."""


def loudness(target: Audio, other: Audio) -> float:
    """How far apart two sounds are in loudness: difference of their RMS levels in dB, 0 or more."""
    levels = [max(SILENT_DB, db(rms(sound))) for sound in (target, other)]
    return abs(levels[0] - levels[1])


class Punchy(Composable):
    """How far a sound's peak stands out of it, against the crest factor that is wanted.

    Args:
        wanted_db: >= 0, from RMS to peak; a sine has 3 dB, a drum about 15.
    """

    def __init__(self, wanted_db: float = 15.0) -> None:
        if not wanted_db >= 0.0:
            raise ParameterError(f"expected wanted_db >= 0, got {wanted_db:g}")
        self._wanted_db = wanted_db

    def score(self, take: Take) -> Mapping[str, float]:
        """{"punchy": 0} for what is wanted, and 1 less for each 10 dB that it is off."""
        level = db(rms(take.audio))
        crest_db = db(peak(take.audio)) - level if level > SILENT_DB else 0.0
        return {"punchy": -abs(crest_db - self._wanted_db) / 10.0}


class Envelope:
    """A sound as its loudness over time: 16 levels a held note, in 10 dB below the loudest."""

    name = "envelope"
    version = "1"
    size = 16
    scale = 8.0

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:  # noqa: ARG002 (heard at any pitch)
        """Float32 (16,), from −6 (silence) to 0."""
        held = resample(audio, 16000).mono()[: round(hold_s * 16000)]
        parts = np.array_split(np.pad(held, (0, self.size)), self.size)  # none is empty
        levels = np.array([max(SILENT_DB, db(float(np.sqrt(np.mean(part**2))))) for part in parts])
        return np.asarray(np.clip(levels - levels.max(), -60.0, 0.0) / 10.0, np.float32)
