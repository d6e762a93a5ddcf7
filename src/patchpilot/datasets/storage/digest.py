"""Names of content: of a row, and of a whole dataset.

A row's digest is over its labels and over the digest of its audio *as it was rendered*, so a dataset has the same
name however its audio is stored, batched and compressed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.datasets.recipe import Recipe
from patchpilot.space.canonical import canonical_json, sha256

_MANY = 1 << 16


@dataclass(frozen=True)
class RowContent:
    """All of a row that its digest is over.

    Attributes:
        audio_sha256: of its float32 samples as rendered, little-endian.
        record: text of its `TakeRecord`.
        place: candidate, pitch, velocity, hold_s, source and name, as stored.
        values: float32 (C + K,).
        continuous: float32 (C,).
        categorical: int32 (K,).
        routes: of `modulation.ROUTE`; empty below tier 3.
        features: by name.
    """

    audio_sha256: str
    record: str
    place: tuple[int | float | str, ...]
    values: npt.NDArray[np.float32]
    continuous: npt.NDArray[np.float32]
    categorical: npt.NDArray[np.int32]
    routes: npt.NDArray[np.void]
    features: Mapping[str, npt.NDArray[np.float32]]

    @property
    def sha256(self) -> str:
        """Hex digest of it all."""
        features = [
            part for name in sorted(self.features) for part in (name.encode(), _bytes(self.features[name]))
        ]
        return sha256(
            self.audio_sha256.encode(),
            self.record.encode(),
            canonical_json(list(self.place)).encode(),
            _bytes(self.values),
            _bytes(self.continuous),
            _bytes(self.categorical),
            self.routes.tobytes(),
            *features,
        )


def place_of(columns: Mapping[str, Any], i: int) -> tuple[int | float | str, ...]:
    """What `RowContent.place` is, of a row of the metadata's columns."""
    return (
        int(columns["metadata/candidate"][i]),
        int(columns["metadata/pitch"][i]),
        float(columns["metadata/velocity"][i]),
        float(columns["metadata/hold_s"][i]),
        columns["metadata/source"][i].decode(),
        columns["metadata/name"][i].decode(),
        columns["metadata/patch_sha256"][i].decode(),
        int(columns["metadata/tier"][i]),
    )


def flac_digest(data: bytes, gain: float) -> str:
    """Hex digest of audio as it is stored as FLAC."""
    return sha256(data, np.array(gain, "<f4").tobytes())


def details_digest(details: npt.NDArray[np.uint8]) -> str:
    """Hex digest of all that is told about candidates in words; it is no part of the content."""
    return sha256(details.tobytes())


def content_hash(recipe: Recipe, verdicts: npt.NDArray[np.uint8], rows: Iterable[bytes], n_rows: int) -> str:
    """The name of a dataset: a digest over its recipe, what became of each patch, and all digests of rows.

    Args:
        recipe: of the dataset.
        verdicts: uint8 (tried,).
        rows: the hex digests of all rows one after another, in pieces of any size.
        n_rows: how many they are.
    """
    # `canonical.sha256` of three parts, but the last need not be in memory at once.
    name = hashlib.sha256()
    for part in (canonical_json(recipe.to_json()).encode(), verdicts.astype(np.uint8).tobytes()):
        name.update(len(part).to_bytes(8, "little") + part)
    name.update((64 * n_rows).to_bytes(8, "little"))
    for piece in rows:
        name.update(piece)
    return name.hexdigest()


def blocks(column: Any) -> Iterator[bytes]:
    """Hex digests of a column ("S64") one after another, some at a time."""
    for start in range(0, column.shape[0], _MANY):
        yield column[start : start + _MANY].tobytes()


def recipe_digest(recipe: Recipe) -> str:
    """The name of a recipe."""
    return sha256(canonical_json(recipe.to_json()).encode())


def _view(array: npt.NDArray[np.generic]) -> memoryview:
    """An array's bytes, little-endian, without a copy where it lies so already."""
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return memoryview(little.reshape(-1).view(np.uint8).data)


def _bytes(array: npt.NDArray[np.generic]) -> bytes:
    return bytes(_view(array))
