"""What a bank is made of: its folder, its database, and how takes get into it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import numpy as np
import platformdirs

from patchpilot.audio import F32
from patchpilot.bank.audio_files import AudioFiles
from patchpilot.bank.database import FILE, Database
from patchpilot.bank.entry import Entry, entries_of
from patchpilot.bank.hearing import Hearing
from patchpilot.bank.neighbours import Neighbours
from patchpilot.bank.numbers import Numbers
from patchpilot.bank.query import EVERYTHING, Order, Query, count_of, numbers_of
from patchpilot.bank.writer import Waiting, Writer
from patchpilot.errors import BankError
from patchpilot.files import make_folder
from patchpilot.instruments.take import Take
from patchpilot.retrieval.embedding import Embedding
from patchpilot.space import AssetStore

MOST_IN_TAG = 100
"""Characters."""


class Store:
    """Takes that are kept: put in, and looked up.

    Attributes:
        path: its folder.
        database: what is known of the takes.
        audio: their previews.
        assets: large parts of their patches.
        hearing: the embedding that they are compared by.
        neighbours: their vectors, and which are near one another.
        now: the clock, in seconds since 1970.
    """

    def __init__(self, path: Path, database: Database, embedding: Embedding | str | None) -> None:
        self.path, self.database = path, database
        self.audio, self.assets = AudioFiles(path / "audio"), AssetStore(path / "assets")
        self.hearing = Hearing(database, embedding)
        self._unused = Numbers(database)
        self._writer = Writer(database, self.audio, self.assets, self.hearing)
        self.neighbours = Neighbours(database, path / "index")
        self.now: Callable[[], float] = time.time

    @classmethod
    def default_path(cls) -> Path:
        """The user's own bank; the environment may name another (PATCHPILOT_BANK)."""
        named = os.environ.get("PATCHPILOT_BANK")
        return Path(named) if named else platformdirs.user_data_path("patchpilot") / "default.bank"

    @classmethod
    def open(
        cls, path: Path | str | None = None, *, embedding: Embedding | str | None = None, create: bool = True
    ) -> Self:
        """A bank; made where there is none yet.

        Args:
            path: its folder; the user's default bank by default.
            embedding: by which sounds are compared, or its name; a bank that has takes knows its own.
            create: whether to make it.

        Raises:
            BankError: it is damaged, of a newer version, held by another process, or none and not to be made.
            OutputError: it cannot be made or written to.
        """
        folder = cls.default_path() if path is None else Path(path)
        _check_place(folder, create=create)
        make_folder(folder)
        return cls(folder, Database(folder / FILE), embedding)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Commit what waits, and give back what it holds; raises as `flush` does."""
        try:
            self.flush()
            self._unused.give_back()
            self.neighbours.save()
        finally:
            self.database.close()

    # Putting in

    def append(
        self,
        take: Take,
        *,
        scores: Mapping[str, float] | None = None,
        experiment: str = "",
        tags: Iterable[str] = (),
        vector: F32 | None = None,
    ) -> int:
        """Keep a take; a take that this experiment has already is kept once, as it was.

        It returns at once: the take is safe a few tenths of a second later, or after `flush`.

        Args:
            take: with its audio.
            scores: parts of the objective by name.
            experiment: that it was made in.
            tags: to begin with.
            vector: float32 (size,), where the caller knows what the bank's embedding says of it.

        Returns:
            Its number.

        Raises:
            BankError: its audio is not finite, or an earlier take could not be kept.
            OutputError: the disk is full or read-only.
            PluginError: the embedding is missing or broken; the takes are kept, but not heard.
        """
        if not np.isfinite(take.audio.samples).all():
            raise BankError(
                "expected a take of finite samples, got NaN or infinite ones; nothing of it is kept"
            )
        names = tuple(sorted({checked_tag(tag) for tag in tags}))
        key = (take.id, experiment)
        known = self._writer.number_of(key)
        if known is None:
            row = self.database.row("SELECT number FROM takes WHERE id = ? AND experiment = ?", key)
            known = None if row is None else int(row[0])
        if known is not None:
            return known
        number = self._unused.take()
        self._writer.add(Waiting(number, take, self.now(), dict(scores or {}), experiment, names, vector))
        return number

    def flush(self) -> None:
        """Wait until all that was appended is on the disk; raises as `append` does."""
        self._writer.flush()

    # Looking at it

    def __len__(self) -> int:
        self.flush()
        return count_of(self.database, EVERYTHING)

    def __contains__(self, number: int) -> bool:
        self.flush()
        return self.database.row("SELECT 1 FROM takes WHERE number = ?", (number,)) is not None

    def __getitem__(self, number: int) -> Entry:
        """A take but its audio; raises `BankError` where there is none."""
        self.flush()
        found = entries_of(self.database, [number])
        if not found:
            raise BankError(_gone(self.path, number, self.database))
        return found[0]

    def numbers(self, where: Query = EVERYTHING, *, order: Order = "oldest") -> list[int]:
        """Numbers of the takes that are meant."""
        self.flush()
        return numbers_of(self.database, where, order=order)

    def entries(
        self,
        where: Query = EVERYTHING,
        *,
        limit: int | None = None,
        offset: int = 0,
        order: Order = "oldest",
    ) -> list[Entry]:
        """The takes that are meant.

        Args:
            where: which.
            limit: at most so many.
            offset: how many to pass over.
            order: "oldest" or "newest" first, or "best": by the sum of their scores.

        Raises:
            BankError: the bank is damaged.
            ParameterError: there is no such order, or a number is negative.
        """
        self.flush()
        return entries_of(
            self.database, numbers_of(self.database, where, order=order, limit=limit, offset=offset)
        )

    def count(self, where: Query = EVERYTHING) -> int:
        """How many takes are meant."""
        self.flush()
        return count_of(self.database, where)

    @contextmanager
    def changing(self, number: int) -> Iterator[sqlite3.Connection]:
        """A transaction about one take; raises `BankError` where it is gone."""
        self.flush()
        with self.database.writing() as db:
            if not db.execute("SELECT 1 FROM takes WHERE number = ?", (number,)).fetchone():
                raise BankError(_gone(self.path, number, self.database))
            yield db


def checked_tag(tag: str) -> str:
    """A tag as it is kept: one line, without spaces around it; raises `BankError`."""
    kept = " ".join(tag.split())
    if not kept or len(kept) > MOST_IN_TAG:
        raise BankError(f"expected a tag of 1 to {MOST_IN_TAG} characters, got {tag!r:.80}")
    return kept


def _gone(folder: Path, number: int, database: Database) -> str:
    """What a user is told of a take that is not there."""
    row = database.row("SELECT min(number), max(number), count(*) FROM takes")
    first, last, n = row if row else (None, None, 0)
    there = f"it has {n} takes, from {first} to {last}" if n else "it is empty"
    return f"{folder} has no take {number}: {there}; was it cleared away, or is it of another bank?"


def _check_place(folder: Path, *, create: bool) -> None:
    """Refuse what is no bank and cannot become one; raises `BankError`."""
    file = folder / FILE
    if file.is_file() and file.stat().st_size > 0:
        return
    if folder.exists() and not folder.is_dir():
        raise BankError(f"expected a bank, which is a folder, got a file: {folder}")
    held = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if held & {"audio", "assets"}:
        raise BankError(
            f"{folder} is half a bank: its {FILE} is gone; restore a backup with `patchpilot bank restore`"
        )
    if others := sorted(name for name in held if not name.startswith(FILE)):
        raise BankError(f"{folder} is a folder with other things in it ({others[0]}, …), not a bank")
    if not create:
        raise BankError(f"there is no bank {folder}; check the spelling")
