"""Whether a dataset is what it was when it was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from patchpilot.audio.lossless import audio_sha256
from patchpilot.datasets.faults import KEPT, REASONS
from patchpilot.datasets.storage import layout
from patchpilot.datasets.storage.digest import (
    RowContent,
    content_hash,
    details_digest,
    flac_digest,
    place_of,
)
from patchpilot.errors import DatasetError, PatchError

if TYPE_CHECKING:
    from patchpilot.datasets.storage.reader import Dataset

_MANY = 1024
"""Rows whose labels are read at once."""


def damages(dataset: Dataset) -> Iterator[str]:
    """A phrase for each thing that is damaged."""
    digests: list[bytes] = []
    for start in range(0, len(dataset), _MANY):
        rows = slice(start, min(start + _MANY, len(dataset)))
        try:
            columns = {name: dataset.read(name, rows) for name in _names(dataset)}
        except DatasetError as error:
            yield f"rows {rows.start} to {rows.stop - 1}: {error}"
            continue
        digests.append(columns["metadata/row_sha256"].tobytes())
        for i in range(rows.stop - rows.start):
            yield from _row_damages(dataset, columns, start, i)
    yield from _asset_damages(dataset)
    yield from _whole_damages(dataset, digests)


def _names(dataset: Dataset) -> list[str]:
    names = [layout.VALUES, layout.CONTINUOUS, layout.CATEGORICAL, *layout.COLUMNS]
    return names + [f"{layout.FEATURES}/{name}" for name in dataset.features]


def _row_damages(dataset: Dataset, columns: dict[str, Any], start: int, i: int) -> Iterator[str]:
    index = start + i
    rendered = columns["metadata/audio_sha256"][i].decode(errors="replace")
    try:
        content = RowContent(
            audio_sha256=rendered,
            record=dataset.record(index).text,
            place=place_of(columns, i),
            values=columns[layout.VALUES][i],
            continuous=columns[layout.CONTINUOUS][i],
            categorical=columns[layout.CATEGORICAL][i],
            routes=dataset.routes(index),
            features={name: columns[f"{layout.FEATURES}/{name}"][i] for name in dataset.features},
        )
        if content.sha256 != columns["metadata/row_sha256"][i].decode(errors="replace"):
            yield f"row {index}: its labels are not those that were written"
    except (DatasetError, UnicodeDecodeError) as error:
        yield f"row {index}: {error}"
    try:
        stored = columns["metadata/stored_sha256"][i].decode(errors="replace")
        if dataset.recipe.audio != "none" and _stored_digest(dataset, index) != (stored or rendered):
            yield f"row {index}: its audio is not what was written"
    except DatasetError as error:
        yield f"row {index}: {error}"


def _stored_digest(dataset: Dataset, index: int) -> str:
    if dataset.recipe.audio == "flac":
        gain = float(dataset.read(layout.GAIN, index))
        return flac_digest(dataset.ragged(layout.FLAC, index).tobytes(), gain)
    return audio_sha256(dataset.read(layout.WAVEFORMS, index))


def _details_digest(dataset: Dataset) -> str:
    return details_digest(dataset.read(f"{layout.DETAILS}/data", slice(None)))


def _asset_damages(dataset: Dataset) -> Iterator[str]:
    assets = dataset.assets
    for digest in assets:
        try:
            assets.get(digest)
        except PatchError as error:
            yield str(error)


def _whole_damages(dataset: Dataset, digests: list[bytes]) -> Iterator[str]:
    try:
        verdicts = dataset.verdicts
        strange = sorted(set(np.unique(verdicts).tolist()) - {KEPT, *REASONS})
        if strange:
            yield f"unknown verdicts: {strange}"
        kept = int(np.sum(verdicts == KEPT))
        played = len(np.unique(dataset.column("metadata/candidate")))
        if kept != played:
            yield f"{kept} candidates were kept, but rows are of {played}"
        attributes = dataset.attributes
        if layout.about_digest(attributes) != attributes["about_sha256"]:
            yield "what it says about itself is not what was written"
        if dataset.is_sealed and _details_digest(dataset) != attributes["details_sha256"]:
            yield "what it says about failures is not what was written"
        content = content_hash(dataset.recipe, verdicts, digests, len(dataset))
        if dataset.is_sealed and content != dataset.content_hash:
            yield "its content hash is another"
    except DatasetError as error:
        yield str(error)
