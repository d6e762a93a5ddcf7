"""Rows on their way into a dataset: audio at once, all else a batch at a time."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.audio.lossless import audio_sha256, to_flac
from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.samplers.base import Source
from patchpilot.datasets.storage import layout
from patchpilot.datasets.storage.codec import to_half
from patchpilot.datasets.storage.digest import RowContent, flac_digest, place_of
from patchpilot.datasets.storage.layout import COMPRESSION, FEATURES, Layout
from patchpilot.datasets.storage.lzf import Compressor
from patchpilot.datasets.storage.modulation import Routes
from patchpilot.errors import ParameterError
from patchpilot.instruments.record import TakeRecord
from patchpilot.instruments.take import Take


@dataclass(frozen=True, eq=False)
class Entry:
    """A row to be.

    Attributes:
        take: of one note.
        source: where its patch comes from.
        name: of its patch, in plain words.
        features: float32 arrays by name: those that the recipe names.
    """

    take: Take
    source: Source = "synthetic"
    name: str = ""
    features: Mapping[str, npt.ArrayLike] = field(default_factory=dict)

    def check(self, recipe: Recipe) -> None:
        """Raise `ParameterError` where it does not fit a recipe."""
        plan, audio, wanted = recipe.plan, self.take.audio, set(recipe.features)
        if audio.sample_rate != plan.sample_rate or len(audio) != plan.n_samples:
            raise ParameterError(
                f"expected {plan.n_samples} samples at {plan.sample_rate} Hz, "
                f"got {len(audio)} at {audio.sample_rate}"
            )
        if set(self.features) != wanted:
            raise ParameterError(f"expected features {sorted(wanted)}, got {sorted(self.features)}")


class NewRows:
    """Rows that were added to an open file since `write` last was.

    Args:
        h5: the open file.
        found: its layout.
        n_rows: how many are in it.
    """

    def __init__(self, h5: Any, found: Layout, n_rows: int) -> None:
        self.n_rows = n_rows
        self._h5, self._layout, self._recipe = h5, found, found.recipe
        self._compression = COMPRESSION[str(h5.attrs["compression"])]
        is_own = (
            self._recipe.audio in ("float32", "float16") and self._compression.get("compression") == "lzf"
        )
        self._compressor = Compressor() if is_own else None
        self._batch = _Batch()

    def __len__(self) -> int:
        return len(self._batch.entries)

    def add(self, candidate: int, entry: Entry, record: TakeRecord) -> None:
        """Add a row: its audio goes to the file, the rest waits for `write`."""
        samples: npt.NDArray[np.floating] = entry.take.audio.samples
        kind = self._recipe.audio
        digest, stored = audio_sha256(samples), ""
        if kind == "flac":
            data, gain = to_flac(entry.take.audio.samples, entry.take.audio.sample_rate)
            self._batch.flac.append((data, gain))
            stored = flac_digest(data, gain)
        elif kind != "none":
            if kind == "float16":
                samples = to_half(entry.take.audio.samples)
                stored = audio_sha256(samples)
            waveforms = self._waveforms(samples)
            waveforms.resize(self.n_rows + 1, axis=0)
            if self._compressor is None:
                waveforms[self.n_rows] = samples
            else:
                place = (self.n_rows, *[0] * samples.ndim)
                waveforms.id.write_direct_chunk(place, self._compressor.chunk(samples))
        batch = self._batch
        batch.candidates.append(candidate)
        batch.entries.append(entry)
        batch.records.append(record)
        batch.audio.append((digest, stored))
        self.n_rows += 1

    def _waveforms(self, samples: npt.NDArray[np.floating]) -> Any:
        if layout.WAVEFORMS not in self._h5:
            return layout.make_column(
                self._h5, layout.WAVEFORMS, samples.shape, samples.dtype, 1, self._compression
            )
        return self._h5[layout.WAVEFORMS]

    def write(self) -> None:
        """Have all that waits in the file."""
        if not self._batch.entries:
            return
        batch, h5 = self._batch, self._h5
        takes = [entry.take for entry in batch.entries]
        labels = self._layout.encoder.labels([take.patch for take in takes])
        routes = [self._layout.matrix.routes(take.patch.routings) for take in takes]
        features = {
            name: np.stack([np.asarray(entry.features[name], np.float32) for entry in batch.entries])
            for name in self._recipe.features
        }
        columns = self._metadata()
        columns["metadata/row_sha256"] = [
            RowContent(
                audio_sha256=batch.audio[i][0],
                record=batch.records[i].text,
                place=place_of(columns, i),
                values=labels.values[i],
                continuous=labels.continuous[i],
                categorical=labels.categorical[i],
                routes=self._routes_stored(routes[i]),
                features={name: stacked[i] for name, stacked in features.items()},
            ).sha256.encode()
            for i in range(len(takes))
        ]
        extend(h5[layout.VALUES], labels.values)
        extend(h5[layout.CONTINUOUS], labels.continuous)
        extend(h5[layout.CATEGORICAL], labels.categorical)
        for name, column in columns.items():
            extend(h5[name], np.asarray(column, layout.COLUMNS[name]))
        self._write_ragged(routes)
        for name, stacked in features.items():
            place = f"{FEATURES}/{name}"
            if place not in h5:
                layout.make_column(
                    h5, place, stacked.shape[1:], "<f4", self._layout.chunk_rows, self._compression
                )
            extend(h5[place], stacked)
        self._batch = _Batch()

    def _metadata(self) -> dict[str, Any]:
        batch = self._batch
        notes = [entry.take.performance.notes[0] for entry in batch.entries]
        return {
            "metadata/pitch": np.array([note.pitch for note in notes], np.int32),
            "metadata/velocity": np.array([note.velocity for note in notes], np.float32),
            "metadata/hold_s": np.array([note.hold_s for note in notes], np.float32),
            "metadata/candidate": np.array(batch.candidates, np.int64),
            "metadata/source": [entry.source.encode() for entry in batch.entries],
            "metadata/name": [_cut(entry.name, 200) for entry in batch.entries],
            "metadata/tier": [self._recipe.tier] * len(batch.entries),
            "metadata/patch_sha256": [entry.take.patch.sha256.encode() for entry in batch.entries],
            "metadata/audio_sha256": [rendered.encode() for rendered, _ in batch.audio],
            "metadata/stored_sha256": [stored.encode() for _, stored in batch.audio],
        }

    def _routes_stored(self, routes: Routes) -> Routes:
        return routes if self._recipe.tier == 3 else routes[:0]

    def _write_ragged(self, routes: Sequence[Routes]) -> None:
        h5, batch = self._h5, self._batch
        deflated = [zlib.compress(record.text.encode(), 1) for record in batch.records]
        extend_ragged(h5[layout.TAKE], [np.frombuffer(data, np.uint8) for data in deflated])
        if self._recipe.tier == 3:
            extend_ragged(h5[layout.ROUTES], routes)
        if batch.flac:
            if layout.FLAC not in h5:
                layout.make_ragged(h5, layout.FLAC, np.uint8, self._layout.chunk_rows)
                layout.make_column(h5, layout.GAIN, (), "<f4", self._layout.chunk_rows, {})
            extend_ragged(h5[layout.FLAC], [np.frombuffer(data, np.uint8) for data, _ in batch.flac])
            extend(h5[layout.GAIN], np.array([gain for _, gain in batch.flac], np.float32))


@dataclass(eq=False)
class _Batch:
    """What was added since the last commit; its audio is in the file already."""

    entries: list[Entry] = field(default_factory=list)
    candidates: list[int] = field(default_factory=list)
    records: list[TakeRecord] = field(default_factory=list)
    audio: list[tuple[str, str]] = field(default_factory=list)
    flac: list[tuple[bytes, float]] = field(default_factory=list)


def extend(dataset: Any, rows: npt.NDArray[Any]) -> None:
    """Append rows to an HDF5 dataset."""
    start = dataset.shape[0]
    dataset.resize(start + len(rows), axis=0)
    if rows.size:
        dataset[start:] = rows


def extend_ragged(group: Any, rows: Sequence[npt.NDArray[Any]]) -> None:
    """Append rows to ragged data."""
    data, ends = group["data"], group["end"]
    extend(ends, data.shape[0] + np.cumsum([len(row) for row in rows], dtype=np.int64))
    extend(data, np.concatenate(rows))


def _cut(text: str, size: int) -> bytes:
    """UTF-8 of at most `size` bytes, of whole characters; zeros at the end would not come back."""
    return text.encode()[:size].decode(errors="ignore").rstrip("\0").encode()
