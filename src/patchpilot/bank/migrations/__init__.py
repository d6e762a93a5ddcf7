"""Numbered steps from an empty database to that of this version: `NNNN_what.sql`, each done once, in a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from patchpilot.errors import BankError

APPLICATION = 0x50504231
"""What SQLite's header calls our files ("PPB1")."""
_HERE = Path(__file__).parent


def steps(folder: Path = _HERE) -> list[Path]:
    """The files of the steps, in order: the first is number 1, and none is left out."""
    found = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    assert [int(path.name[:4]) for path in found] == list(range(1, len(found) + 1)), found
    return found


def migrate(connection: sqlite3.Connection, path: Path, folder: Path = _HERE) -> None:
    """Bring a database to this version; one that is there already is left alone.

    Args:
        connection: in autocommit mode.
        path: of the database, for messages.
        folder: with the steps.

    Raises:
        BankError: the database is of another program, or of a newer version.
        sqlite3.Error: whatever SQLite says.
    """
    wanted = steps(folder)
    if _version(connection, path, len(wanted)) == len(wanted):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in wanted[_version(connection, path, len(wanted)) :]:  # another may just have done it
            for statement in _statements(step.read_text("utf-8")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(wanted)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    is_empty = not connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    if application != APPLICATION and not (is_empty and application == version == 0):
        raise BankError(f"{path} is a database of another program, not a bank")
    if version > newest:
        raise BankError(
            f"{path.parent} is a bank of version {version}, and this Patch Pilot knows versions up to {newest}: "
            "it was written by a newer Patch Pilot; install that one"
        )
    return version


def _statements(text: str) -> Iterator[str]:
    """SQL statements one by one, so that they can be in one transaction."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    assert not statement.strip(), f"a statement has no end: {statement!r}"
