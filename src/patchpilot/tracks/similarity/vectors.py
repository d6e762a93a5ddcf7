"""What an embedding's base says of each stretch of a track, kept by content so that a track is heard once."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

from patchpilot.audio import F32, F64, load
from patchpilot.errors import AudioError, LibraryError, OutputError
from patchpilot.files import make_folder
from patchpilot.retrieval.archive import Members, read_arrays, write_arrays
from patchpilot.space.canonical import sha256
from patchpilot.tracks.analyze import analyze
from patchpilot.tracks.cache import VERSION as ANALYSIS
from patchpilot.tracks.cache import Cache
from patchpilot.tracks.features import SHORTEST_S, Listened
from patchpilot.tracks.section import LABELS, Section
from patchpilot.tracks.similarity.copies import copied
from patchpilot.tracks.similarity.hearing import Base, Stretch, size_of
from patchpilot.tracks.similarity.stretches import stretches
from patchpilot.tracks.track import Track

_MEMBERS: Members = {"spans": (np.float64, 2), "labels": (np.uint8, 1), "rows": (np.float32, 2)}
_NONE = len(LABELS)


@dataclass(frozen=True, eq=False)
class Vectors:
    """What was heard of a track.

    Attributes:
        path: its file.
        sha256: of its content.
        spans: float64 (n, 2), where each stretch begins and ends, s.
        labels: n names of `LABELS`, "" of a track without sections.
        rows: float32 (1 + copies, n, size): of the stretches as they are, then of changed copies.
    """

    path: Path
    sha256: str
    spans: F64
    labels: tuple[str, ...]
    rows: F32

    def of(self, section: str | None) -> list[int]:
        """Numbers of the stretches of a label; all where None."""
        return [k for k, label in enumerate(self.labels) if section in (None, label)]


def hear(path: Path, base: Base, *, copies: int = 0, seed: int = 0, cache: Path | None = None) -> Vectors:
    """Listen to the stretches of a track, or remember what was heard of it.

    Args:
        path: of a sound file.
        base: of the embedding.
        copies: >= 0, changed copies of each stretch.
        seed: of the copies.
        cache: folder of what was heard; in the user's cache folder where None. It may vanish at any time.

    Raises:
        AudioError: the file cannot be used, or the track is silent or shorter than 2 s.
    """
    folder = cache if cache is not None else platformdirs.user_cache_path("patchpilot") / "track-vectors"
    track = analyze(path, cache=Cache())
    place = _place(folder, track, base, copies, seed)
    with contextlib.suppress(LibraryError):
        arrays = read_arrays(place, _MEMBERS)
        if arrays["rows"].size == (1 + copies) * len(arrays["spans"]) * size_of(base):
            return _vectors(path, track.sha256, arrays, 1 + copies)
    arrays = _heard(path, track, base, copies, seed)
    with contextlib.suppress(OutputError):  # a place that cannot be written to costs only time
        make_folder(folder)
        write_arrays(place, arrays)
        if copies:  # whoever asks later needs no copies
            own = {**arrays, "rows": arrays["rows"][: len(arrays["spans"])]}
            write_arrays(_place(folder, track, base, 0, 0), own)
    return _vectors(path, track.sha256, arrays, 1 + copies)


def _place(folder: Path, track: Track, base: Base, copies: int, seed: int) -> Path:
    """Where it is kept what was heard of a track."""
    what = f"{track.sha256} {ANALYSIS} {base.name} {base.version} {copies} {seed if copies else 0}"
    return folder / f"{sha256(what.encode())}.npz"


def _heard(path: Path, track: Track, base: Base, copies: int, seed: int) -> dict[str, np.ndarray]:
    try:
        listened = Listened(load(path))
    except AudioError as error:
        raise AudioError(f"{path}: {error}") from error
    parts = stretches(track)
    rows = [
        [base(one) for one in _takes(listened, part, track, base, copies, [seed, k])]
        for k, part in enumerate(parts)
    ]
    stacked = np.array(rows, np.float32).swapaxes(0, 1)
    return {
        "spans": np.array([(part.start_s, part.end_s) for part in parts]),
        "labels": np.array([LABELS.index(p.label) if p.label else _NONE for p in parts], np.uint8),
        "rows": np.ascontiguousarray(stacked.reshape(-1, stacked.shape[2])),
    }


def _takes(
    listened: Listened, part: Section, track: Track, base: Base, copies: int, seed: list[int]
) -> list[Stretch]:
    """A stretch as it is, and its copies; where it is too short to be changed, itself again."""
    own = Stretch(listened, part.start_s, min(part.end_s, listened.duration_s), track.grid, track)
    rng = np.random.default_rng(seed)
    long = own.end_s - own.start_s >= SHORTEST_S + 0.1
    return [own, *(copied(own, base, rng) if long else own for _ in range(copies))]


def _vectors(path: Path, sha256: str, arrays: dict[str, np.ndarray], takes: int) -> Vectors:
    labels = tuple(LABELS[k] if k < _NONE else "" for k in arrays["labels"].tolist())
    rows = arrays["rows"].reshape(takes, len(labels), -1)
    return Vectors(path, sha256, arrays["spans"], labels, rows)
