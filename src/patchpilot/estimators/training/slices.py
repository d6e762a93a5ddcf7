"""Slices of a dataset: what its patches say, and what is heard of them, without all of it in memory."""

from __future__ import annotations

import itertools
import sys
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.audio import Audio, front_end
from patchpilot.datasets import Dataset
from patchpilot.datasets.storage import layout
from patchpilot.errors import DatasetError
from patchpilot.estimators.codec import Said, said_in
from patchpilot.estimators.hearing import Hearing
from patchpilot.instruments.record import TakeRecord

SLICE = 512
"""Rows that are read at once."""


def said_of(dataset: Dataset, rows: range) -> Iterator[Said]:
    """What the patches of some rows say; a name is kept once, however many rows say it."""
    keys: dict[Any, Any] = {}
    for start in range(rows.start, rows.stop, SLICE):
        stop = min(start + SLICE, rows.stop)
        packed = _packed(dataset, start, stop)
        for index in range(start, stop):
            if (index - rows.start) % rows.step:
                continue
            patch = _record(dataset, index, packed[index - start]).json["patch"]
            routings = [(r["source"], r["destination"], r["amount"]) for r in patch["routings"]]
            one = said_in(patch["values"], patch["assets"], routings)
            yield {
                keys.setdefault(key, key): sys.intern(v) if isinstance(v, str) else v
                for key, v in one.items()
            }


def _packed(dataset: Dataset, start: int, stop: int) -> list[bytes]:
    """The records of a slice of rows as they are stored, read in one go."""
    ends = np.asarray(dataset.read(f"{layout.TAKE}/end", slice(max(0, start - 1), stop))).tolist()
    starts = ends if start else [0, *ends]
    data = np.asarray(dataset.read(f"{layout.TAKE}/data", slice(starts[0], starts[-1]))).tobytes()
    return [data[a - starts[0] : b - starts[0]] for a, b in itertools.pairwise(starts)]


def _record(dataset: Dataset, index: int, packed: bytes) -> TakeRecord:
    try:
        return TakeRecord(zlib.decompress(packed).decode())
    except (zlib.error, UnicodeDecodeError) as error:
        raise DatasetError(f"{dataset.path} is damaged: the record of row {index}: {error}") from None


def sounds_of(
    dataset: Dataset, place: slice, hears: Hearing
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """What is heard of a slice of rows, made of their audio where it is not stored.

    Returns:
        uint8 (n, *hears.shape); and whether all of a row is finite, (n,).
    """
    if hears.name in dataset.features:
        stored = np.asarray(dataset.read(f"{layout.FEATURES}/{hears.name}", place), np.float32)
    else:
        rate = dataset.recipe.plan.sample_rate
        pitches, holds = (dataset.read(f"metadata/{name}", place).tolist() for name in ("pitch", "hold_s"))
        stored = np.stack(
            [
                hears(Audio(dataset.samples(index), rate), pitch=float(pitch), hold_s=hold_s)
                for index, pitch, hold_s in zip(range(place.start, place.stop), pitches, holds, strict=True)
            ]
        )
    finite = np.asarray(np.isfinite(stored).reshape(len(stored), -1).all(axis=1))
    return as_bytes(np.nan_to_num(stored, posinf=0.0, neginf=0.0)), finite


def as_bytes(picture: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Values in [0, 1] as bytes."""
    return np.rint(picture * front_end.STEPS).astype(np.uint8)
