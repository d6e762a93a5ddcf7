"""Training rows in memory: what is heard as bytes, how they were played, and labels.

A picture is 24.6 kB, so 100,000 rows are 2.5 GB. Reading goes by slices, so no more than that is held at any time.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.datasets import Dataset
from patchpilot.errors import DatasetError, EstimatorError
from patchpilot.estimators.codec import Codec, Labels, Said
from patchpilot.estimators.conditions import conditions
from patchpilot.estimators.fitting import fitted, read_routes
from patchpilot.estimators.hearing import PICTURE, Hearing
from patchpilot.estimators.training.batches import I64, is_held_out
from patchpilot.estimators.training.embedded import Embedded, read_embedded
from patchpilot.estimators.training.memory import free_bytes, size
from patchpilot.estimators.training.slices import SLICE, said_of, sounds_of
from patchpilot.space import Space
from patchpilot.space.canonical import Json, sha256

FITTED_FROM = 20_000
"""Rows, evenly spread, that the tokens are found in; the ranges of more hardly differ."""
_OTHER_BYTES = 4096
"""About what a row needs beside its sound, labels and what is read at once included."""
_MEMORY_SHARE = 0.8


@dataclass(frozen=True, eq=False)
class Rows:
    """N sounds, and what made them.

    Attributes:
        sounds: uint8 (N, channels, features, times), what is heard (`hearing`) times 255.
        conditions: float32 (N, 3) (`networks.batch.conditions`).
        labels: of N patches.
        patches: (N,) sha256 of each row's patch.
        embedded: what an embedding hears of them; None where nobody asks.
    """

    sounds: npt.NDArray[np.uint8]
    conditions: npt.NDArray[np.float32]
    labels: Labels
    patches: npt.NDArray[np.str_]
    embedded: Embedded | None = field(default=None, kw_only=True)

    def __len__(self) -> int:
        return len(self.sounds)

    def split(self, held_out: float) -> tuple[I64, I64]:
        """Rows that are trained on, and those that never are: of other patches, whatever the order of rows.

        Args:
            held_out: share of the patches.
        """
        is_held = np.array([is_held_out(patch, held_out) for patch in self.patches.tolist()], bool)
        return np.flatnonzero(~is_held), np.flatnonzero(is_held)


@dataclass(frozen=True, eq=False)
class Data:
    """Rows of dataset files, and what they are called.

    Attributes:
        rows: of all files, one after another.
        codec: what varies in them.
        files: for each file its name, rows, digest of their content, and the command that made it.
    """

    rows: Rows
    codec: Codec
    files: tuple[Mapping[str, Json], ...]


def read_rows(
    paths: Sequence[Path | str],
    space: Space,
    *,
    rows: int = 0,
    codec: Codec | None = None,
    weights: Mapping[str, float] | None = None,
    hears: Hearing = PICTURE,
    embedding: str = "",
) -> Data:
    """Read the rows of dataset files that were made with the feature that is heard, or with audio.

    Args:
        paths: of the files.
        space: of the instrument.
        rows: how many, the first ones; 0 for all.
        codec: what labels say; found in the rows where it is not given.
        weights: how much tokens matter, by name, for a codec that is found.
        hears: what is heard: the picture, feature "front_end", by default.
        embedding: name of an embedding whose vectors are read too; "" for none.

    Raises:
        DatasetError: a file is damaged, empty, of another instrument or Space, has neither that feature nor audio, or
            one of another frozen network; or lacks the embedding.
        EstimatorError: there are more rows than memory, or nothing varies in them.
    """
    with ExitStack() as stack:
        datasets = [stack.enter_context(Dataset(path)) for path in paths]
        for dataset in datasets:
            check(dataset, space)
            _check_heard(dataset, space, hears)
        counts = _counts([len(dataset) for dataset in datasets], rows)
        files = tuple(_about(dataset, n) for dataset, n in zip(datasets, counts, strict=True))
        _check_memory(sum(counts), int(np.prod(hears.shape)) + _OTHER_BYTES)
        if codec is None:
            codec = _codec(datasets, counts, space, weights)
        embedded = read_embedded(datasets, counts, embedding) if embedding else None
        found = dataclasses.replace(_read(datasets, counts, codec, hears), embedded=embedded)
    return Data(found, codec, files)


def differences(dataset: Dataset, space: Space) -> list[str]:
    """How a dataset's instrument differs from one that is here, a phrase each; none where its rows may be used.

    A rack's fingerprint is of its libraries and not of the rack, so of racks only the parameters are compared.
    """
    theirs, version = dataset.recipe.instrument, dataset.recipe.fingerprint.partition(" / ")[0]
    if theirs != space.instrument:
        return [f"it was made with {theirs}, and {space.instrument} was asked for"]
    found = []
    here = f"{space.instrument} {space.version}"
    if version != here and version.startswith(f"{space.instrument} "):
        found.append(f"it was made with {version}, and here is {here}")
    for there in dataset.parameters:
        mine = space.by_name.get(there.name)
        if mine is None:
            found.append(f"there is no {there.name} here")
        elif (there.minimum, there.maximum, there.default) != (mine.minimum, mine.maximum, mine.default):
            found.append(
                f"{there.name} goes from {there.minimum:g} to {there.maximum:g} (default {there.default:g}) there, "
                f"from {mine.minimum:g} to {mine.maximum:g} ({mine.default:g}) here"
            )
    return found


def check(dataset: Dataset, space: Space) -> None:
    """Raise `DatasetError` where a dataset is of another instrument, and its rows may not be used."""
    if found := differences(dataset, space):
        more = f", and {len(found) - 3} more differences" if len(found) > 3 else ""
        raise DatasetError(f"{dataset.path} is of another instrument: {'; '.join(found[:3])}{more}")
    if not len(dataset):
        raise DatasetError(f"{dataset.path} has no rows yet")


def _check_heard(dataset: Dataset, space: Space, hears: Hearing) -> None:
    """Raise `DatasetError` where there is nothing to hear, or another network heard it."""
    if hears.name in dataset.features:
        there = dict(dataset.recipe.versions).get(hears.name, "")
        if there != hears.version:
            raise DatasetError(
                f"{dataset.path} was made with another network {hears.name}: its version is {there or 'unknown'}, and "
                f"here is {hears.version}; put that one back, or make the dataset again"
            )
    elif dataset.recipe.audio == "none":
        what = "pictures of its sounds" if hears is PICTURE else f"what {hears.name} hears of its sounds"
        raise DatasetError(
            f"{dataset.path} holds neither {what} nor audio, so there is nothing to hear; make one "
            f"with `patchpilot dataset generate --instrument {space.instrument} --features {hears.name} …`"
        )


def _counts(lengths: Sequence[int], rows: int) -> list[int]:
    """How many rows of each file are used."""
    if not rows:
        return list(lengths)
    if rows > sum(lengths):
        raise DatasetError(
            f"{rows} rows were asked for, the data have {sum(lengths)}; ask for fewer with --rows"
        )
    before = [0, *itertools.accumulate(lengths)]
    return [max(0, min(n, rows - start)) for n, start in zip(lengths, before, strict=False)]


def _check_memory(rows: int, row_bytes: int) -> None:
    free = _MEMORY_SHARE * free_bytes()
    if rows * row_bytes > free:
        fit = int(free / row_bytes)
        raise EstimatorError(
            f"{rows} rows need {size(rows * row_bytes)} of memory, and {size(free)} may be used: "
            f"{fit} rows would fit; ask for them with --rows {fit}"
        )


def _about(dataset: Dataset, rows: int) -> dict[str, Json]:
    """What says which rows they are, whatever is added to the file later."""
    digests = np.asarray(dataset.read("metadata/row_sha256", slice(0, rows)))
    return {
        "file": dataset.path.name,
        "rows": rows,
        "content": sha256(digests.tobytes()),
        "command": dataset.provenance.get("command"),
        "seed": dataset.recipe.seed,
    }


def _codec(
    datasets: Sequence[Dataset], counts: Sequence[int], space: Space, weights: Mapping[str, float] | None
) -> Codec:
    total = sum(counts)
    step = max(1, -(-total // FITTED_FROM))
    said: list[Said] = []
    routes: dict[str, dict[str, Any]] = {}
    for dataset, n in zip(datasets, counts, strict=True):
        said += said_of(dataset, range(0, n, step))
        if dataset.sources and n:
            routes = {**read_routes(dataset, rows=min(n, 2000)), **routes}
    return fitted(space, said, routes, weights)


def _read(datasets: Sequence[Dataset], counts: Sequence[int], codec: Codec, hears: Hearing) -> Rows:
    total = sum(counts)
    sounds = np.empty((total, *hears.shape), np.uint8)
    finite = np.empty(total, bool)
    labels, played, patches, at = [], [], [], 0
    for dataset, n in zip(datasets, counts, strict=True):
        for start in range(0, n, SLICE):
            place = slice(start, min(start + SLICE, n))
            size_ = place.stop - start
            sounds[at : at + size_], finite[at : at + size_] = sounds_of(dataset, place, hears)
            labels.append(codec.encode(list(said_of(dataset, range(start, place.stop)))))
            at += size_
        columns = [dataset.read(f"metadata/{name}", slice(0, n)) for name in ("pitch", "hold_s", "velocity")]
        played.append(conditions(*columns))
        patches.append(np.char.decode(dataset.read("metadata/patch_sha256", slice(0, n)), "ascii"))
    joined = Labels(
        np.concatenate([part.continuous for part in labels]),
        np.concatenate([part.categorical for part in labels]),
        np.concatenate([part.active for part in labels]),
    )
    known = np.concatenate(played)
    known[~finite] = np.nan  # which a step skips, and counts
    return Rows(sounds, known, joined, np.concatenate(patches))
