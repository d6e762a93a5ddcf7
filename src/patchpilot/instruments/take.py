"""The `Take` noun: one patch, one performance, its audio, and how it came to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from patchpilot.audio import Audio
from patchpilot.instruments._fingerprint import take_id
from patchpilot.space import Patch, Performance


@dataclass(frozen=True, eq=False)
class Origin:
    """How a take came to be.

    Attributes:
        searcher: name of the searcher that proposed the patch.
        detail: in its own words, what it did ("harmonic frames and noise").
        seed: seed of the search.
        parents: ids of the takes it was made from.
        version: version of Patch Pilot.
    """

    searcher: str
    detail: str = ""
    seed: int = 0
    parents: tuple[str, ...] = ()
    version: str = ""


@dataclass(frozen=True, eq=False)
class Take:
    """Enough to render a sound again, bit for bit.

    Attributes:
        patch: what the instrument was told.
        performance: what was played.
        audio: what came out.
        fingerprint: engine, system and processor it came out of.
        origin: how it came to be.
        features: numbers measured on the audio, by name.
    """

    patch: Patch
    performance: Performance
    audio: Audio
    fingerprint: str
    origin: Origin
    features: Mapping[str, float] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Hash of patch, performance and fingerprint."""
        return take_id(self.patch.sha256, self.performance.sha256, self.fingerprint)
