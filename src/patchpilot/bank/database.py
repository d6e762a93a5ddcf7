"""The SQLite file of a bank: opened by several processes at once, and never half-changed."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from patchpilot.bank.migrations import migrate
from patchpilot.errors import BankError, OutputError

FILE = "bank.sqlite"
WAIT_S = 60.0
"""How long another process may hold the database before we give up."""

Rows = list[tuple[Any, ...]]


class Database:
    """Two connections, one to read and one to write, that threads may share.

    What is written is on the disk when `writing` ends (`synchronous=FULL`), and readers do not wait for it
    (write-ahead log).

    Args:
        path: of the file; made if it is missing.
        wait_s: as `WAIT_S`.

    Raises:
        BankError: it is damaged, of another program or a newer version, or held by another process.
        OutputError: it cannot be made.
    """

    def __init__(self, path: Path, *, wait_s: float = WAIT_S) -> None:
        self.path = path
        self._wait_s = wait_s
        self._reading, self._writing = threading.RLock(), threading.RLock()
        with told(path):
            self._write = self._connected()
            migrate(self._write, path)
            self._read = self._connected()

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=self._wait_s, isolation_level=None, check_same_thread=False
        )
        try:
            _in_wal_mode(connection, self._wait_s)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA cache_size = -65536")  # KiB
        except BaseException:
            connection.close()
            raise
        return connection

    def rows(self, sql: str, arguments: Sequence[Any] = ()) -> Rows:
        """What a query finds; raises `BankError`."""
        with self._reading, told(self.path):
            return self._read.execute(sql, arguments).fetchall()

    def row(self, sql: str, arguments: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row that a query finds, if there is one; raises `BankError`."""
        with self._reading, told(self.path):
            found: tuple[Any, ...] | None = self._read.execute(sql, arguments).fetchone()
            return found

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees the bank as it is now, however it changes meanwhile; raises `BankError`."""
        with told(self.path):
            connection = self._connected()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is kept when it ends, or nothing.

        Raises:
            BankError: another process does not let go of the database, or it is damaged.
            OutputError: the disk is full or read-only.
        """
        with self._writing, told(self.path):
            self._write.execute("BEGIN IMMEDIATE")
            try:
                yield self._write
            except BaseException:
                if self._write.in_transaction:
                    self._write.execute("ROLLBACK")
                raise
            self._write.execute("COMMIT")

    def close(self) -> None:
        """Give the file back; again is harmless."""
        with self._reading, self._writing:
            self._read.close()
            self._write.close()


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Say in our words what SQLite says.

    Raises:
        BankError: the database is locked, damaged, closed or of another program.
        OutputError: it cannot be written to.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _said(path, error) from error


def _said(path: Path, error: sqlite3.Error) -> BankError | OutputError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    folder = path.parent
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return BankError(
            f"{folder}: another process has been holding this bank; wait until it ends, then try again"
        )
    if code == sqlite3.SQLITE_FULL:
        return OutputError(f"cannot write {path}: the disk is full; make room")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return OutputError(
            f"cannot write {path}: permission denied, or its folder is missing; "
            "a bank needs a folder that you may write to"
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return BankError(
            f"{path} is damaged, or no bank ({error}): restore a backup with `patchpilot bank restore`"
        )
    return BankError(f"{path}: {error}")


def _in_wal_mode(connection: sqlite3.Connection, wait_s: float) -> None:
    """SQLite does not wait by itself while the mode changes."""
    until = time.monotonic() + wait_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            is_busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in (
                sqlite3.SQLITE_BUSY,
                sqlite3.SQLITE_LOCKED,
            )
            if not is_busy or time.monotonic() > until:
                raise
            time.sleep(0.02)
