"""What lies where in a dataset's HDF5 file.

Rows are in order of (candidate, note). N rows, C continuous and K categorical parameters, M candidates so far.

    audio/waveforms        (N, channels, n_samples) float32 or float16, a row a chunk
    audio/flac             ragged: the row's FLAC file;  audio/flac_gain (N,) float32: what was divided out
    params/continuous      (N, C) float32 in [0, 1];  params/categorical (N, K) int32
    params/values          (N, C + K) float32: what the engine was told
    params/modulation      ragged: the row's routings (tier 3)
    features/<name>        (N, …) float32
    metadata/…             (N,): see `COLUMNS`;  metadata/take, ragged: the row's `TakeRecord`, deflated
    assets/<sha256>        uint8: `Asset.to_bytes`, each once
    candidates/verdict     (M,) uint8: `faults.KEPT`, or a key of `faults.REASONS`;  candidates/detail, ragged: in words

Ragged data are a group of `data` (all rows' items one after another) and `end` (N,) int64 (where each row's end).
Attributes of the root: `format`, `recipe`, `provenance`, `parameters`, `sources`, `destinations` (JSON), `sealed`,
`content_hash`, and digests of what it does not cover.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.storage.columns import Encoder
from patchpilot.datasets.storage.modulation import ROUTE, Matrix
from patchpilot.errors import ParameterError
from patchpilot.space.canonical import Json, canonical_json, sha256

FORMAT = "patchpilot-dataset-1"
"""Of the file; readers refuse others."""
LIBVER = ("v110", "v110")
"""Of HDF5: indices that grow by few and small changes, and checksums over them; read by HDF5 1.10 and later."""

VERDICTS, DETAILS = "candidates/verdict", "candidates/detail"
WAVEFORMS, FLAC, GAIN = "audio/waveforms", "audio/flac", "audio/flac_gain"
CONTINUOUS, CATEGORICAL, VALUES = "params/continuous", "params/categorical", "params/values"
ROUTES, TAKE, ASSETS, FEATURES = "params/modulation", "metadata/take", "assets", "features"

COLUMNS: Mapping[str, Any] = {
    "metadata/pitch": "<i4",
    "metadata/velocity": "<f4",
    "metadata/hold_s": "<f4",
    "metadata/candidate": "<i8",
    "metadata/source": "S10",
    "metadata/name": "S200",  # UTF-8; what does not fit is cut
    "metadata/tier": "u1",
    "metadata/patch_sha256": "S64",
    "metadata/audio_sha256": "S64",  # of the audio as rendered
    "metadata/stored_sha256": "S64",  # of the audio as stored, where that is another
    "metadata/row_sha256": "S64",
}
"""Columns of one number or text a row."""

COMPRESSION: Mapping[str, Mapping[str, Any]] = {
    "lzf": {"compression": "lzf", "shuffle": True},
    "gzip": {"compression": "gzip", "compression_opts": 4, "shuffle": True},
    "none": {},
}
"""Of audio and columns, by what a user calls it."""

ABOUT = ("format", "recipe", "provenance", "parameters", "sources", "destinations", "compression")
"""Attributes that are there from the first moment on; `about_sha256` is a digest of them."""

_ABOUT_A_CHUNK = 48
_SMALL_CHUNK, _BYTES_CHUNK, _ROUTES_CHUNK = 4096, 1 << 16, 1024


@dataclass(frozen=True)
class Layout:
    """What the shapes in a file depend on.

    Attributes:
        recipe: of the dataset.
        encoder: of its labels.
        matrix: of its routings; of no names where the instrument has none.
    """

    recipe: Recipe
    encoder: Encoder
    matrix: Matrix

    @property
    def chunk_rows(self) -> int:
        """Rows in a chunk of a column and in a batch: of whole patches, so that each chunk is written once."""
        per_patch = self.recipe.plan.per_patch
        return per_patch * max(1, round(_ABOUT_A_CHUNK / per_patch))

    def new_file(self, provenance: Mapping[str, Json], compression: str) -> bytes:
        """The bytes of a file without rows.

        Raises:
            ParameterError: there is no such compression.
        """
        import h5py

        if compression not in COMPRESSION:
            raise ParameterError(f"expected a compression of {', '.join(COMPRESSION)}, got {compression!r}")
        buffer = io.BytesIO()
        with h5py.File(buffer, "w", libver=LIBVER) as file:
            self._write_attributes(file, provenance, compression)
            self._make_columns(file, COMPRESSION[compression])
            for name in (ASSETS, FEATURES, "audio"):
                file.create_group(name)
        return buffer.getvalue()

    def _write_attributes(self, file: Any, provenance: Mapping[str, Json], compression: str) -> None:
        texts = {
            "format": FORMAT,
            "recipe": canonical_json(self.recipe.to_json()),
            "provenance": canonical_json(dict(provenance)),
            "parameters": self.encoder.to_json(),
            "sources": canonical_json(list(self.matrix.sources)),
            "destinations": canonical_json(list(self.matrix.destinations)),
            "compression": compression,
            "content_hash": "",
            "details_sha256": "",
        }
        texts["about_sha256"] = about_digest(texts)
        for name, text in texts.items():
            file.attrs[name] = text
        file.attrs["sealed"] = False

    def _make_columns(self, file: Any, options: Mapping[str, Any]) -> None:
        columns = self.encoder.columns
        for name, names, kind in (
            (CONTINUOUS, columns.continuous, "<f4"),
            (CATEGORICAL, columns.categorical, "<i4"),
            (VALUES, columns.values, "<f4"),
        ):
            made = make_column(file, name, (len(names),), kind, self.chunk_rows, options)
            made.attrs["names"] = canonical_json(list(names))
        for name, kind in COLUMNS.items():
            make_column(file, name, (), kind, self.chunk_rows, options)
        make_column(file, VERDICTS, (), "u1", _SMALL_CHUNK, {})
        make_ragged(file, DETAILS, np.uint8, _SMALL_CHUNK)
        make_ragged(file, TAKE, np.uint8, self.chunk_rows)
        if self.recipe.tier == 3:
            make_ragged(file, ROUTES, ROUTE, self.chunk_rows)


def about_digest(attributes: Mapping[str, Any]) -> str:
    """Hex digest of what a file says about itself from its first moment on."""
    return sha256(*[str(attributes[name]).encode() for name in ABOUT])


def make_column(
    file: Any, name: str, shape: tuple[int, ...], kind: Any, chunk_rows: int, options: Mapping[str, Any]
) -> Any:
    """A new dataset of no rows, each of `shape`."""
    if 0 in shape:  # HDF5 has no chunks of nothing, and none that are larger than the most there may be
        return file.create_dataset(
            name,
            (0, *shape),
            kind,
            maxshape=(None,) * (1 + len(shape)),
            chunks=(chunk_rows, *[1] * len(shape)),
        )
    return file.create_dataset(
        name, (0, *shape), kind, maxshape=(None, *shape), chunks=(chunk_rows, *shape), **options
    )


def make_ragged(file: Any, name: str, kind: Any, chunk_rows: int) -> None:
    """A new group for rows of different lengths."""
    chunk = _BYTES_CHUNK if np.dtype(kind).itemsize == 1 else _ROUTES_CHUNK
    make_column(file, f"{name}/data", (), kind, chunk, {})
    make_column(file, f"{name}/end", (), "<i8", chunk_rows, {})
