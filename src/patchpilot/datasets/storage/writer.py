"""Writing a dataset: rows go in by batches, each wholly or not at all.

with Writer.open("data.h5", recipe, instrument.space, provenance={}) as writer:
    writer.add(0, KEPT, [Entry(take, "synthetic") for take in takes])
    writer.add(1, SILENT, [])
    writer.seal()
"""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from patchpilot.datasets.faults import KEPT, REASONS
from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.storage import layout
from patchpilot.datasets.storage.columns import Encoder
from patchpilot.datasets.storage.digest import blocks, content_hash, details_digest
from patchpilot.datasets.storage.disk import Disk
from patchpilot.datasets.storage.layout import Layout
from patchpilot.datasets.storage.lock import Lock
from patchpilot.datasets.storage.modulation import Matrix
from patchpilot.datasets.storage.new_rows import Entry, NewRows, extend, extend_ragged
from patchpilot.datasets.storage.seen import Seen
from patchpilot.datasets.storage.store import FileAssets, check_same, rows_of, told
from patchpilot.datasets.storage.transaction import TransactionFile
from patchpilot.errors import OutputError, ParameterError
from patchpilot.files import output_error, uninterrupted, write_bytes
from patchpilot.instruments.record import TakeRecord
from patchpilot.instruments.take import Take
from patchpilot.space import Space
from patchpilot.space.canonical import Json

__all__ = ["Entry", "Writer"]

_MOST_VERDICTS = 1024
"""Candidates after which a batch is committed, even if hardly one of them was kept."""


class Writer:
    """An open, unsealed dataset. Make one with `Writer.open`; it is a `TakeSink`.

    Attributes:
        path: of the file.
        recipe: of its rows.
        tried: candidates whose fate was added.
        committed: those whose fate is in the file, on the disk.
        rejected: candidates that are no rows, by reason.
        patches: every patch that was kept, by its sha256.
    """

    def __init__(self, path: Path, h5: Any, file: TransactionFile, lock: Lock, found: Layout) -> None:
        self.path, self.recipe = path, found.recipe
        self._h5, self._file, self._layout = h5, file, found
        self._verdicts: list[int] = []
        self._details: list[str] = []
        self._assets = FileAssets(h5)
        verdicts = h5[layout.VERDICTS][:]
        self.tried = self.committed = len(verdicts)
        self._new = NewRows(h5, found, rows_of(h5))
        self.rejected = Counter(REASONS[int(verdict)] for verdict in verdicts if verdict != KEPT)
        self.patches = Seen.of_column(h5["metadata/patch_sha256"])
        # At exit too, since HDF5 must not ask for a file when there is no interpreter any more.
        self._close = weakref.finalize(self, _closed, h5, file, lock)

    @classmethod
    def open(
        cls,
        path: Path | str,
        recipe: Recipe,
        space: Space,
        *,
        provenance: Mapping[str, Json] | None = None,
        compression: str = "lzf",
        disk: Disk | None = None,
    ) -> Writer:
        """Make a dataset, or go on with an unsealed one of the same recipe.

        Args:
            path: of the file.
            recipe: what the rows depend on.
            space: of the instrument.
            provenance: plain JSON about where, when and by what it is made; that of the first run is kept.
            compression: "lzf", "gzip" or "none"; that of the first run is kept.
            disk: where files lie; the machine's own by default.

        Raises:
            DatasetError: the file that is there is no dataset, is damaged, sealed, or of another recipe.
            OutputError: the file cannot be made or written, or another process writes it.
            ParameterError: there is no such compression.
        """
        import h5py

        path = Path(path)
        if path.is_dir():
            raise OutputError(f"{path} is a folder; name a file for the dataset")
        lock = Lock(path)
        try:
            matrix = Matrix(
                *((space.routing.sources, space.routing.destinations) if space.routing else ((), ()))
            )
            wanted = Layout(recipe, Encoder.of(space, recipe.tier), matrix)
            if not path.exists():
                write_bytes(path, wanted.new_file(provenance or {}, compression))
            with told(path):
                file = TransactionFile(path, disk)
                try:
                    h5 = h5py.File(file, "r+", libver=layout.LIBVER)
                except BaseException:
                    file.close()
                    raise
            try:
                with told(path):
                    check_same(path, h5, wanted)
                    return cls(path, h5, file, lock, wanted)
            except BaseException:
                _closed(h5, file, lock)
                raise
        except BaseException:
            lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, take: Take) -> None:
        """Keep one take of a patch that nobody rejected: the next candidate, with one row."""
        self.add(self.tried, KEPT, [Entry(take, name=take.patch.name)])

    @property
    def rows(self) -> int:
        """How many were added, in all."""
        return self._new.n_rows

    def add(self, candidate: int, verdict: int, entries: Sequence[Entry], *, detail: str = "") -> None:
        """Add what became of a candidate; commits when a batch is full.

        Args:
            candidate: its place in the sampler's sequence: `tried`.
            verdict: `faults.KEPT`, or a key of `faults.REASONS`.
            entries: a row for each note if it was kept, else none.
            detail: what happened, in words, where a verdict alone does not say it.

        Raises:
            OutputError: the disk is full or gone. The file is what it was at the last commit; `close`, and open
                it again when there is room.
            ParameterError: it is not that candidate's turn, or its entries do not fit the recipe.
        """
        self._check_entries(candidate, verdict, entries)
        with self._writing():
            if entries:
                records = TakeRecord.of_all([entry.take for entry in entries], self._assets)
                for entry, record in zip(entries, records, strict=True):
                    self._new.add(candidate, entry, record)
                self.patches.update(entry.take.patch.sha256 for entry in entries)
            if verdict != KEPT:
                self.rejected[REASONS[verdict]] += 1
            self._verdicts.append(verdict)
            self._details.append(detail)
            self.tried += 1
        if len(self._new) >= self._layout.chunk_rows or len(self._verdicts) >= _MOST_VERDICTS:
            self.commit()

    def commit(self) -> None:
        """Have all that was added in the file, on the disk.

        Raises:
            OutputError: as `add`.
        """
        with self._writing():
            self._write()
            self._h5.flush()
            self._file.commit()
            self.committed = self.tried

    def _write(self) -> None:
        """Have all that was added in the file, if it is ever committed."""
        self._new.write()
        if self._verdicts:
            extend(self._h5[layout.VERDICTS], np.array(self._verdicts, np.uint8))
            extend_ragged(self._h5[layout.DETAILS], [_bytes(text) for text in self._details])
            self._verdicts, self._details = [], []

    def seal(self) -> str:
        """Commit all with the content hash, and have no more rows for ever; returns the hash.

        Raises:
            OutputError: as `add`.
        """
        with self._writing():
            self._write()
            rows = blocks(self._h5["metadata/row_sha256"])
            digest = content_hash(self.recipe, self._h5[layout.VERDICTS][:], rows, self.rows)
            self._h5.attrs["content_hash"] = digest
            self._h5.attrs["details_sha256"] = details_digest(self._h5[f"{layout.DETAILS}/data"][:])
            self._h5.attrs["sealed"] = True
        self.commit()
        self.close()
        return digest

    @property
    def is_open(self) -> bool:
        """Whether it can be written to."""
        return self._close.alive

    def close(self) -> None:
        """Give the file back; what was not committed is not in it. Again is harmless."""
        self._close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Say what the disk said, and hold Ctrl-C back, which HDF5 does not survive in the middle of a write."""
        if not self.is_open:
            raise OutputError(f"{self.path} is closed: open it again to write")
        with uninterrupted():
            try:
                if self._file.failure is None:
                    yield
            except Exception as error:
                cause = self._file.failure or (error if isinstance(error, OSError) else None)
                if cause is None:
                    self.close()  # else the half that was written would be part of the next commit
                    raise
                raise output_error(self.path, cause) from error
            if self._file.failure is not None:
                raise output_error(self.path, self._file.failure)

    def _check_entries(self, candidate: int, verdict: int, entries: Sequence[Entry]) -> None:
        if candidate != self.tried:
            raise ParameterError(f"expected candidate {self.tried}, which is next, got {candidate}")
        if (verdict != KEPT and verdict not in REASONS) or (verdict == KEPT) != bool(entries):
            raise ParameterError(
                f"expected rows of what is kept, and of that only; got {len(entries)}, {verdict}"
            )
        for entry in entries:
            entry.check(self.recipe)


def _closed(h5: Any, file: TransactionFile, lock: Lock) -> None:
    try:
        with suppress(Exception):  # what it could not write was told before, and is not kept
            h5.close()
        file.close()
    finally:
        lock.release()


def _bytes(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)
