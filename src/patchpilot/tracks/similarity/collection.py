"""The tracks of a collection, looked up by how they sound: as a whole, or section by section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from patchpilot.audio import F32
from patchpilot.errors import ParameterError
from patchpilot.retrieval.embedding import Codes, quantised
from patchpilot.retrieval.index import Index
from patchpilot.space.canonical import sha256
from patchpilot.tracks.similarity.head import Head, unit
from patchpilot.tracks.similarity.vectors import Vectors

SCALE = 0.6
"""The largest element of a unit vector that is told apart."""


@dataclass(frozen=True)
class Similar:
    """A track that is like another.

    Attributes:
        path: its file.
        similarity: −1..1, cosine of the embeddings; 1 is the same.
        sections: where in it, s; the stretches that were compared.
    """

    path: Path
    similarity: float
    sections: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class _Scaled:
    size: int
    scale: float


@dataclass(frozen=True, eq=False)
class _Rows:
    """Quantised embeddings, as `retrieval.index.Index` looks them up."""

    codes: Codes
    recipe: _Scaled

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def sha256(self) -> str:
        return sha256(self.codes.tobytes())


class Collection:
    """Tracks by their embeddings.

    Args:
        tracks: what was heard of them.
        head: that embeds them.
        section: a label: only such stretches are compared; all where None.

    Raises:
        ParameterError: no track has such a section.
    """

    def __init__(self, tracks: Sequence[Vectors], head: Head, section: str | None = None) -> None:
        self._head, self._section = head, section
        self._tracks = [track for track in tracks if track.of(section)]
        if not self._tracks:
            what = "a track" if section is None else f"a track with a section {section!r}"
            raise ParameterError(f"expected {what} in the collection, got none of {len(tracks)} tracks")
        self.vectors = np.stack([embedding(track, head, section) for track in self._tracks])
        codes = quantised(self.vectors, SCALE)
        self._index = Index(_Rows(codes, _Scaled(codes.shape[1], SCALE)))

    def __len__(self) -> int:
        return len(self._tracks)

    def similar(self, track: Vectors, n: int = 10) -> list[Similar]:
        """The tracks that are most like one, most alike first; not that itself.

        Args:
            track: what was heard of it, by the same base.
            n: >= 1.

        Raises:
            ParameterError: it has no such section, or `n` is below 1.
        """
        if n < 1:
            raise ParameterError(f"expected at least 1 track, got {n}")
        asked = embedding(track, self._head, self._section)
        near = self._index.nearest(
            quantised(asked, SCALE), n + sum(t.sha256 == track.sha256 for t in self._tracks)
        )
        rows = [one.row for one in near if self._tracks[one.row].sha256 != track.sha256]
        cosines = self.vectors @ asked
        order = sorted(rows, key=lambda row: (-cosines[row], row))[:n]
        return [Similar(self._tracks[k].path, float(cosines[k]), self._where(k)) for k in order]

    def _where(self, row: int) -> tuple[tuple[float, float], ...]:
        spans = self._tracks[row].spans[self._tracks[row].of(self._section)]
        return tuple((float(a), float(b)) for a, b in spans)


def embedding(track: Vectors, head: Head, section: str | None = None) -> F32:
    """A track, or its sections of a label, as one vector of length 1: the mean of the stretches', by their length.

    Raises:
        ParameterError: it has no such section.
    """
    own = track.of(section)
    if not own:
        there = ", ".join(dict.fromkeys(label for label in track.labels if label)) or "none"
        raise ParameterError(f"{track.path}: expected a section {section!r}, but its sections are: {there}")
    seconds = np.diff(track.spans[own], axis=1)
    return unit(np.asarray((head(track.rows[0][own]) * seconds).sum(axis=0), np.float32))
