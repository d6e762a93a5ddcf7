"""Parquet: a table with a row for each row, and a column for each parameter.

row, candidate, source, name, pitch, velocity, hold_s, patch_sha256
continuous         float32 list (C,), in [0, 1]
categorical        int32 list (K,), from 0
patch              JSON of everything the instrument was told; assets by their hash, once each in `assets`
features_NAME      float32 list, row by row
audio              struct {bytes, path}, a WAV or FLAC file, as Hugging Face's `datasets` reads it; if asked for
flac_gain          what the FLAC is to be multiplied by
osc_1_level, …     stored values, one column for each parameter ("…_value" where the name is taken)
"""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.datasets.export.labels import labels
from patchpilot.datasets.export.shards import Shard, fitting, split
from patchpilot.datasets.export.sounds import sound_bytes
from patchpilot.datasets.storage.reader import Dataset, Row
from patchpilot.errors import PluginError
from patchpilot.files import write_bytes
from patchpilot.instruments.base import Instrument
from patchpilot.space import AssetStore
from patchpilot.space.canonical import canonical_json

MOST_ROWS = 10_000
_PLAIN = {
    "row": "int64",
    "candidate": "int64",
    "source": "string",
    "name": "string",
    "pitch": "int16",
    "velocity": "float32",
    "hold_s": "float32",
    "patch_sha256": "string",
}


class Parquet:
    """Parquet files of at most 10,000 rows, or about 256 MB of sound.

    Args:
        dataset: what is exported.
        audio: "wav", "flac" or "none".

    Raises:
        PluginError: the extra `parquet` is missing.
    """

    usual_audio = "none"

    def __init__(self, dataset: Dataset, audio: str, instrument: Instrument | None = None) -> None:  # noqa: ARG002
        try:
            self._arrow: Any = importlib.import_module("pyarrow")
            self._parquet: Any = importlib.import_module("pyarrow.parquet")
        except ImportError as error:
            raise PluginError(f"Parquet needs pyarrow ({error}): pip install 'patchpilot[parquet]'") from None
        self._dataset = dataset
        self._audio = audio

    def shards(self, rows: range, most: int | None) -> list[Shard]:
        """Files of equal size, numbered from 0."""
        return split(rows, most or fitting(self._dataset, self._audio, MOST_ROWS), "part-{:06d}.parquet")

    def write(self, shard: Shard, folder: Path) -> None:
        """Write one file, and the assets of its patches."""
        dataset, store = self._dataset, AssetStore(folder / "assets")
        rows = [dataset[number] for number in range(shard.first, shard.end)]
        table = self._arrow.table(dict(_columns(self._arrow, dataset, rows, self._audio, store)))
        names = {"continuous": dataset.columns.continuous, "categorical": dataset.columns.categorical}
        about = {"patchpilot": json.dumps({**names, "dataset": dataset.content_hash})}
        buffer = io.BytesIO()
        self._parquet.write_table(table.replace_schema_metadata(about), buffer, compression="zstd")
        write_bytes(folder / shard.files[0], buffer.getvalue())


def _columns(
    arrow: Any, dataset: Dataset, rows: Sequence[Row], audio: str, store: AssetStore
) -> Iterator[tuple[str, Any]]:
    """The columns of a file, one after the other."""
    said = [labels(row, audio, store) for row in rows]
    for name, kind in _PLAIN.items():
        yield name, arrow.array([label[name] for label in said], getattr(arrow, kind)())
    yield "continuous", _lists(arrow, [row.continuous for row in rows], np.float32)
    yield "categorical", _lists(arrow, [row.categorical for row in rows], np.int32)
    yield "patch", arrow.array([canonical_json(label["patch"]) for label in said])
    for name in dataset.recipe.features:
        yield f"features_{name}", _lists(arrow, [row.features[name] for row in rows], np.float32)
    if audio != "none":
        kind = arrow.struct([("bytes", arrow.binary()), ("path", arrow.string())])
        sounds = [
            {"bytes": sound_bytes(row.audio, audio), "path": f"{row.index:09d}.{audio}"} for row in rows
        ]
        yield "audio", arrow.array(sounds, kind)
    if audio == "flac":
        yield "flac_gain", arrow.array([label["flac_gain"] for label in said], arrow.float32())
    taken = {*_PLAIN, "continuous", "categorical", "patch", "audio", "flac_gain"}
    values = np.stack([row.values for row in rows])
    for name, column in zip(dataset.columns.values, values.T, strict=True):
        yield f"{name}_value" if name in taken else name, arrow.array(np.ascontiguousarray(column))


def _lists(arrow: Any, arrays: Sequence[np.ndarray], kind: type) -> Any:
    """A column of lists of one length."""
    flat: np.ndarray = np.stack([np.asarray(array, kind).ravel() for array in arrays])
    return arrow.FixedSizeListArray.from_arrays(arrow.array(flat.ravel()), flat.shape[1])
