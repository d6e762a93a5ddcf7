"""The `SoundMap` noun: the takes of a bank on a plane, where what sounds alike lies together.

    drawn = map_of(bank, "umap")
    drawn.numbers, drawn.places          # int64 (n,), float64 (n, 2)

A map is made once, kept in the bank's folder, and grows with it: new takes are put on the map that is there, among
those that they sound like, and no other take moves. It is made anew when it is asked for, or lost.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, F64
from patchpilot.bank.hearing import recorded
from patchpilot.bank.projection import (
    LEAST_FITTED,
    METHODS,
    MOST_FITTED,
    Method,
    among,
    neighbourly,
    principal,
)
from patchpilot.bank.similar import Similar
from patchpilot.bank.vectors import I64
from patchpilot.errors import LibraryError, OutputError, ParameterError
from patchpilot.files import make_folder
from patchpilot.retrieval.archive import Members, read_arrays, write_arrays

FOLDER = "maps"
_MEMBERS: Members = {
    "numbers": (np.int64, 1), "digests": (np.int64, 1), "places": (np.float64, 2), "fitted": (np.bool_, 1),
    "mean": (np.float64, 1), "axes": (np.float64, 2),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class SoundMap:
    """Takes on a plane.

    Attributes:
        method: "pca" or "umap".
        embedding: name and version of what hears.
        seed: of the random numbers.
        numbers: int64 (n,), of the takes that were heard, in order.
        places: float64 (n, 2).
        n_fitted: takes that the map was made of; all others were put on it.
        n_new: takes that were put on it now.
    """

    method: Method
    embedding: str
    seed: int
    numbers: I64
    places: F64
    n_fitted: int
    n_new: int

    @property
    def is_old(self) -> bool:
        """Whether most of the takes came after it was made, though it could have been made of them."""
        return 2 * self.n_fitted < min(len(self.numbers), MOST_FITTED[self.method])


@dataclass(frozen=True, eq=False)
class _Kept:
    """What is in a map's file: takes with digests of their vectors, where they lie, which it was made of; the axes."""

    numbers: I64
    digests: I64
    places: F64
    fitted: npt.NDArray[np.bool_]
    mean: F64
    axes: F64


def map_of(bank: Similar, method: Method = "pca", *, seed: int = 0, afresh: bool = False) -> SoundMap:
    """The map of a bank, as far as it is known, with the takes that are new on it.

    Args:
        bank: whose takes; those that were not heard are left out.
        method: "pca" or "umap".
        seed: >= 0; the same takes and the same seed make the same map.
        afresh: make it anew of all takes; of UMAP, beginning with the old one, so that it looks alike.

    Raises:
        BankError: the bank is damaged.
        ParameterError: there is no such method, or there are too few takes for it.
        PluginError: the package 'umap-learn' is not installed.
    """
    if method not in METHODS or seed < 0:
        raise ParameterError(
            f"expected a map by {' or '.join(METHODS)} and a seed from 0, got {method!r} and {seed}"
        )
    numbers, vectors = bank.vectors()
    there = np.isin(numbers, bank.numbers())  # a vector may outlive its take for a moment
    order = np.flatnonzero(there)[np.argsort(numbers[there], kind="stable")]
    numbers, vectors = numbers[order], vectors[order]
    if len(numbers) < LEAST_FITTED[method]:
        raise ParameterError(
            f"expected at least {LEAST_FITTED[method]} takes that were heard for a map by {method}, {bank.path} has "
            f"{len(numbers)}; `patchpilot bank reindex` hears those that were not"
        )
    ear = recorded(bank.database)
    assert ear is not None  # there are vectors
    path = bank.path / FOLDER / f"{method}-{ear.name}-{ear.version}-{seed}.npz"
    digests = _digests(vectors)
    kept = _read(path)
    drawn, n_new = _drawn(method, seed, numbers, vectors, digests, kept, afresh=afresh)
    if drawn is not kept:
        _write(path, drawn)
    said = f"{ear.name} {ear.version}"
    return SoundMap(method, said, seed, drawn.numbers, drawn.places, int(drawn.fitted.sum()), n_new)


def _drawn(
    method: Method, seed: int, numbers: I64, vectors: F32, digests: I64, kept: _Kept | None, *, afresh: bool
) -> tuple[_Kept, int]:
    """What is to be kept now, and how many takes were put on it."""
    places, fitted = np.full((len(numbers), 2), np.nan), np.zeros(len(numbers), np.bool_)
    if kept is not None and len(kept.mean) == vectors.shape[1]:
        known = {number: row for row, number in enumerate(kept.numbers.tolist())}
        rows = np.array([known.get(number, -1) for number in numbers.tolist()])
        same = (rows >= 0) & (kept.digests[rows] == digests)
        places[same], fitted[same] = kept.places[rows[same]], kept.fitted[rows[same]]
    is_new = np.isnan(places[:, 0])
    if kept is not None and fitted.any() and not afresh:
        if not is_new.any() and len(numbers) == len(kept.numbers):
            return kept, 0
        if method == "pca":
            places[is_new] = (vectors[is_new] - kept.mean) @ kept.axes
        elif is_new.any():
            places[is_new] = among(vectors[is_new], vectors[fitted], places[fitted])
        return _Kept(numbers, digests, places, fitted, kept.mean, kept.axes), int(is_new.sum())
    return _made(method, seed, numbers, vectors, digests, places), len(numbers)


def _made(method: Method, seed: int, numbers: I64, vectors: F32, digests: I64, before: F64) -> _Kept:
    """A new map; where takes lay before, (n, 2), NaN of those that lay nowhere."""
    some = np.unique(np.linspace(0, len(numbers) - 1, min(len(numbers), MOST_FITTED[method])).astype(np.intp))
    fitted = np.zeros(len(numbers), np.bool_)
    fitted[some] = True
    mean, axes = principal(vectors[some])
    places = (vectors - mean) @ axes
    if method == "umap":
        lay = fitted & ~np.isnan(before[:, 0])
        first = among(vectors[some], vectors[lay], before[lay]) if lay.any() else places[some]
        places[some] = neighbourly(vectors[some], first, seed)
        if not fitted.all():
            places[~fitted] = among(vectors[~fitted], vectors[some], places[some])
    return _Kept(numbers, digests, places, fitted, mean, axes)


def _digests(vectors: F32) -> I64:
    """A number for each vector, int64 (n,): a take that was heard anew is a new one."""
    rows = np.ascontiguousarray(vectors, "<f4")
    hashes = b"".join(hashlib.blake2b(row.tobytes(), digest_size=8).digest() for row in rows)
    return np.frombuffer(hashes, "<i8").astype(np.int64)


def _read(path: Path) -> _Kept | None:
    """None where it is missing or damaged: it is made again."""
    try:
        kept = _Kept(**read_arrays(path, _MEMBERS))
    except LibraryError:
        return None
    n, size = len(kept.numbers), len(kept.mean)
    shapes = [kept.digests.shape, kept.places.shape, kept.fitted.shape, kept.axes.shape]
    return kept if shapes == [(n,), (n, 2), (n,), (size, 2)] and np.isfinite(kept.places).all() else None


def _write(path: Path, kept: _Kept) -> None:
    try:
        make_folder(path.parent)
        write_arrays(path, {name: np.ascontiguousarray(array) for name, array in vars(kept).items()})
    except OutputError:
        return  # a bank that cannot be written to has a map nonetheless
