"""Numbers for takes that are on their way: each process takes some at a time, and gives back what it did not use."""

from __future__ import annotations

import sqlite3
import threading

from patchpilot.bank.database import Database

_MOST = 64


class Numbers:
    """Hands out numbers that no other process hands out.

    Args:
        database: of the bank.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._next = self._end = 0
        self._many = 1

    def take(self) -> int:
        """A new number; raises `BankError`."""
        with self._lock:
            if self._next == self._end:
                with self._database.writing() as db:
                    self._next = next_numbers(db, self._many)
                self._end = self._next + self._many
                self._many = min(2 * self._many, _MOST)
            self._next += 1
            return self._next - 1

    def give_back(self) -> None:
        """What is left, if no other process took more since; raises `BankError`."""
        with self._lock:
            if self._next < self._end:
                with self._database.writing() as db:
                    db.execute(
                        "UPDATE meta SET value = ? WHERE name = 'next' AND value = ?",
                        (str(self._next), str(self._end)),
                    )
            self._next = self._end = 0
            self._many = 1


def next_numbers(db: sqlite3.Connection, n: int) -> int:
    """The first of `n` numbers that nobody else gets, in a transaction."""
    first = int(db.execute("SELECT value FROM meta WHERE name = 'next'").fetchone()[0])
    db.execute("UPDATE meta SET value = ? WHERE name = 'next'", (str(first + n),))
    return first
