"""Pictures of patches that were played more than once, in memory as bytes: 25 kB each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, front_end
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import EstimatorError

_READ_AT_ONCE = 256
_COLUMN = f"features/{front_end.NAME}"


@dataclass(frozen=True, eq=False)
class Pairs:
    """Rows of datasets, by patch.

    Attributes:
        pictures: uint8 (N, 4, 96, 64).
        pitch: float32 (N,), MIDI notes.
        hold_s: float32 (N,).
        patches: rows of each patch, in the order in which patches were first met.
        skipped: rows that were left out, since their pictures hold what is no number.
        contents: digests of the datasets' contents.
    """

    pictures: npt.NDArray[np.uint8]
    pitch: F32
    hold_s: F32
    patches: tuple[tuple[int, ...], ...]
    skipped: int
    contents: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.pictures)

    def sound(self, rows: Sequence[int] | npt.NDArray[np.integer]) -> F32:
        """Pictures of rows, float32 (n, 4, 96, 64) in [0, 1]."""
        return np.asarray(self.pictures[np.asarray(rows)], np.float32) / np.float32(front_end.STEPS)


def read_pairs(paths: Sequence[Path]) -> Pairs:
    """All rows of datasets; rows of one patch belong together, also over several datasets.

    Raises:
        DatasetError: a file is missing, damaged or foreign.
        EstimatorError: a dataset has no pictures, or there is no patch that was played twice.
    """
    pictures, pitches, holds, contents = [], [], [], []
    rows_of: dict[str, list[int]] = defaultdict(list)
    skipped, n = 0, 0
    for path in paths:
        with Dataset(path) as dataset:
            if front_end.NAME not in dataset.features:
                raise EstimatorError(
                    f"{path} has no feature {front_end.NAME!r}: make it with "
                    f"`patchpilot dataset generate --features {front_end.NAME} --notes 36..84 --notes-per-patch 2`"
                )
            read, good = _pictures(dataset)
            names = dataset.column("metadata/patch_sha256")[good]
            pictures.append(read)
            pitches.append(dataset.column("metadata/pitch")[good].astype(np.float32))
            holds.append(dataset.column("metadata/hold_s")[good].astype(np.float32))
            contents.append(dataset.content_hash)
            skipped += int(np.count_nonzero(~good))
        for name in names.tolist():
            rows_of[name].append(n)
            n += 1
    patches = tuple(tuple(rows) for rows in rows_of.values())
    if not any(len(rows) > 1 for rows in patches):
        raise EstimatorError(
            f"of {len(patches)} patches none was played twice: nothing says what stays when a patch is played "
            "elsewhere. Make a dataset with --notes-per-patch 2 or more"
        )
    return Pairs(
        np.concatenate(pictures), np.concatenate(pitches), np.concatenate(holds), patches, skipped, tuple(contents)
    )  # fmt: skip


def split(pairs: Pairs, seed: int, *, share: float = 0.05, most: int = 1000) -> tuple[list[int], list[int]]:
    """Numbers of patches to learn from and to be judged with; the latter were all played twice or more."""
    rng = np.random.default_rng([seed, 1])
    order = rng.permutation(len(pairs.patches))
    twice = [int(patch) for patch in order if len(pairs.patches[patch]) > 1]
    judged = twice[: min(max(round(share * len(twice)), 2), most, len(twice) // 2)]
    return sorted(set(range(len(pairs.patches))) - set(judged)), judged


def _pictures(dataset: Dataset) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """The pictures of a dataset as bytes, but for those with what is no number; and which rows these are not."""
    n = len(dataset)
    found, good = np.zeros((n, *front_end.SHAPE), np.uint8), np.ones(n, bool)
    for at in range(0, n, _READ_AT_ONCE):
        part = np.asarray(dataset.read(_COLUMN, slice(at, min(at + _READ_AT_ONCE, n))))
        good[at : at + len(part)] = np.isfinite(part).all(axis=(1, 2, 3))
        found[at : at + len(part)] = np.round(np.nan_to_num(part).clip(0.0, 1.0) * front_end.STEPS)
    return (found if good.all() else found[good]), good
