"""What is known of one sound of a golden set, as plain JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from patchpilot.errors import BankError
from patchpilot.objectives.golden import KINDS, Kind
from patchpilot.space.canonical import Json


@dataclass(frozen=True)
class Part:
    """A part of a sound, and the note that would play it.

    Attributes:
        start_s: seconds from the sound's start.
        end_s: likewise; later than `start_s`.
        pitch: MIDI note, which may lie between two keys; 60 where there is none.
        hold_s: > 0, how long its key is held.
    """

    start_s: float
    end_s: float
    pitch: float
    hold_s: float


@dataclass(frozen=True)
class Item:
    """A sound of a golden set.

    Attributes:
        id: sha256 of its samples, channels and rate: its name in the set.
        name: of its file, without the folder.
        suffix: of its file, with the dot.
        added_at: when, ISO 8601 in UTC.
        duration_s: seconds.
        sample_rate: Hz.
        channels: of the file.
        loudness_lufs: integrated loudness.
        tempo_bpm: beats a minute, or None.
        tempo_source: "sidecar", "name", "analysis", or "".
        tempo_confidence: 0..1.
        first_beat_s: where the first beat lies, seconds.
        key: "A minor", or "" where there is none.
        key_source: "sidecar", "name", "analysis", or "".
        key_confidence: 0..1.
        note: MIDI note of a single pitched sound, or None.
        onsets_per_s: how often something begins.
        offbeat: share of onsets nearer to an off-beat eighth than to a beat; 0 without a tempo.
        descriptors: `audio.descriptors` by name.
        fingerprint: of the sound's picture, to find it again in another encoding (`alike`).
        parts: of each kind, where they lie.
    """

    id: str
    name: str
    suffix: str
    added_at: str
    duration_s: float
    sample_rate: int
    channels: int
    loudness_lufs: float
    tempo_bpm: float | None
    tempo_source: str
    tempo_confidence: float
    first_beat_s: float
    key: str
    key_source: str
    key_confidence: float
    note: int | None
    onsets_per_s: float
    offbeat: float
    descriptors: Mapping[str, float]
    fingerprint: str
    parts: Mapping[Kind, tuple[Part, ...]]

    @property
    def is_single(self) -> bool:
        """Whether it is one sound rather than a loop or a track."""
        return len(self.parts["hit"]) == 1

    def to_json(self) -> Json:
        """Plain JSON; `from_json` reads it."""
        plain = dataclasses.asdict(self)
        plain["parts"] = {
            kind: [[part.start_s, part.end_s, part.pitch, part.hold_s] for part in parts]
            for kind, parts in self.parts.items()
        }
        return plain

    @classmethod
    def from_json(cls, data: Any) -> Item:
        """The inverse of `to_json`.

        Raises:
            BankError: a part is missing or of a wrong kind; was it written by a newer version?
        """
        try:
            parts = {kind: tuple(Part(*numbers) for numbers in data["parts"][kind]) for kind in KINDS}
            known = {field.name for field in dataclasses.fields(cls)}
            return cls(**{name: data[name] for name in known - {"parts"}}, parts=parts)
        except (KeyError, TypeError) as error:
            raise BankError(f"a sound of the golden set lacks {error}") from None
