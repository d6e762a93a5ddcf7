"""What was heard of a whole track: its beats, sections, key, loudness, colours, and what a producer listens for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from patchpilot.errors import AudioError
from patchpilot.space.canonical import Json
from patchpilot.tracks.balance import Balance
from patchpilot.tracks.energy import Energy
from patchpilot.tracks.features import BANDS_HZ
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.key import KeyFound
from patchpilot.tracks.loudness import Loudness
from patchpilot.tracks.section import LABELS, Section
from patchpilot.tracks.tempo import Tempo

__all__ = ["LABELS", "Grid", "Section", "Track"]

FORMAT = 1
"""Of the JSON: another is not read."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Track:
    """The analysis of a track.

    Attributes:
        path: as it was given; "" for audio from memory.
        sha256: of the file's bytes, or of the samples.
        duration_s: s.
        sample_rate: of the file, Hz.
        tempo: None where there is no beat.
        grid: None where there is no beat.
        flags: keys of `flags.MEANINGS`: what is wrong, unusual or unsure.
        key: None where there is none.
        loudness: LUFS, peaks, PSR.
        sections: in order, without gaps; none of a short track.
        energy: curves by bars.
        balance: colour and width by thirds of an octave.
        section_balance: the same of each section.
        detectors: what each detector says of itself, by its name.
        score: the trance score with its parts; None where it could not be made.
        essentia: what Essentia says of tempo and key, where it is installed.
    """

    path: str
    sha256: str
    duration_s: float
    sample_rate: int
    tempo: Tempo | None
    grid: Grid | None
    flags: tuple[str, ...]
    key: KeyFound | None
    loudness: Loudness
    sections: tuple[Section, ...]
    energy: Energy
    balance: Balance
    section_balance: tuple[Balance, ...]
    detectors: Mapping[str, Mapping[str, Json]]
    score: Mapping[str, Json] | None = None
    essentia: Mapping[str, Json] | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: everything, and by name what most will ask for."""
        return {
            "format": FORMAT,
            "path": self.path,
            "sha256": self.sha256,
            "duration_s": self.duration_s,
            "sample_rate": self.sample_rate,
            "tempo_bpm": None if self.tempo is None else round(self.tempo.bpm, 4),
            "tempo_stability": None if self.tempo is None else round(self.tempo.stability, 4),
            "first_beat_s": None if self.grid is None else round(self.grid.first_beat_s, 4),
            "first_downbeat_s": None if self.grid is None else round(self.grid.first_downbeat_s, 4),
            "beats_per_bar": None if self.grid is None else self.grid.beats_per_bar,
            "key": None if self.key is None else self.key.name,
            "trance_score": None if self.score is None else self.score.get("total"),
            "flags": list(self.flags),
            "sections": [asdict(section) for section in self.sections],
            "loudness": asdict(self.loudness),
            "bands_hz": list(BANDS_HZ),
            "balance": asdict(self.balance),
            "section_balance": [asdict(balance) for balance in self.section_balance],
            "energy": asdict(self.energy),
            "detectors": {name: dict(finding) for name, finding in self.detectors.items()},
            "score": None if self.score is None else dict(self.score),
            "essentia": None if self.essentia is None else dict(self.essentia),
            "details": {
                "tempo": None if self.tempo is None else asdict(self.tempo),
                "grid": None if self.grid is None else asdict(self.grid),
                "key": None
                if self.key is None
                else {**asdict(self.key), "by_profile": dict(self.key.by_profile)},
            },
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Track:
        """The track of `to_json`.

        Raises:
            AudioError: it is none, or of another version.
        """
        if said.get("format") != FORMAT:
            raise AudioError(
                f"expected an analysis of format {FORMAT}, got {said.get('format')!r}. Analyse the track again."
            )
        try:
            details = said["details"]
            return cls(
                path=said["path"],
                sha256=said["sha256"],
                duration_s=said["duration_s"],
                sample_rate=said["sample_rate"],
                tempo=_made(Tempo, details["tempo"]),
                grid=_made(Grid, details["grid"]),
                flags=tuple(said["flags"]),
                key=_made(KeyFound, details["key"]),
                loudness=Loudness(**said["loudness"]),
                sections=tuple(Section(**section) for section in said["sections"]),
                energy=Energy(**_tuples(said["energy"])),
                balance=Balance(**_tuples(said["balance"])),
                section_balance=tuple(Balance(**_tuples(balance)) for balance in said["section_balance"]),
                detectors=said["detectors"],
                score=said["score"],
                essentia=said["essentia"],
            )
        except (KeyError, TypeError) as error:
            raise AudioError(
                f"expected the analysis of a track, but {error} is wrong. Analyse it again."
            ) from error


def _made(kind: type[_T], said: Mapping[str, Any] | None) -> _T | None:
    return None if said is None else kind(**_tuples(said))


def _tuples(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
