"""The catalogue of plug-ins that were tried: one SQLite file in the user's cache.

A row is of one file as it was: another time, size or host version, and it is tried again. Each is written as soon as
it is known, so that a scan that was killed goes on where it was.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from patchpilot.instruments.plugin.info import PluginInfo
from patchpilot.modules.hosting.binary import stamp
from patchpilot.modules.hosting.hosted import HOSTS, host_version

FORMAT = 1
"""Version of the rows; others are tried again."""
_TABLE = """
CREATE TABLE IF NOT EXISTS plugins (
    path TEXT PRIMARY KEY, mtime_ns INTEGER NOT NULL, size INTEGER NOT NULL, hosts TEXT NOT NULL,
    info TEXT NOT NULL, reason TEXT NOT NULL
)
"""


@dataclass(frozen=True)
class Entry:
    """A plug-in that was tried.

    Attributes:
        path: of the file or bundle.
        info: what it is; None where it cannot be used.
        reason: why it cannot be used, in words that go on after "PATH: ".
    """

    path: Path
    info: PluginInfo | None
    reason: str = ""


class Catalogue:
    """Entries by path. Where the cache cannot be written, or is damaged, it is kept in memory, or begun anew.

    Args:
        file: of SQLite; the user's own by default.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or platformdirs.user_cache_path("patchpilot") / "plugins.sqlite"

    def get(self, path: Path) -> Entry | None:
        """What is known of a file as it is now; None where it has to be tried."""
        found = self._rows("SELECT * FROM plugins WHERE path = ?", str(path))
        return next((_entry(row) for row in found if _is_current(row)), None)

    def all(self) -> list[Entry]:
        """Everything that is known of files that are still as they were, in order of their paths."""
        rows = self._rows("SELECT * FROM plugins ORDER BY path")
        return [_entry(row) for row in rows if _is_current(row)]

    def put(self, entry: Entry) -> None:
        """Keep an entry; a file that is gone meanwhile is not kept."""
        try:
            mtime_ns, size = stamp(entry.path)
        except OSError:
            return
        info = "" if entry.info is None else json.dumps(entry.info.to_json())
        row = (str(entry.path), mtime_ns, size, _hosts(), info, entry.reason)
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as database:
            database.execute("INSERT OR REPLACE INTO plugins VALUES (?, ?, ?, ?, ?, ?)", row)

    def _rows(self, query: str, *values: str) -> list[_Row]:
        if not self.file.exists():
            return []
        try:
            with self._open() as database:
                return [_Row(*row) for row in database.execute(query, values)]
        except (sqlite3.OperationalError, OSError):
            return []  # it cannot be read now
        except sqlite3.DatabaseError:
            with contextlib.suppress(OSError):
                self.file.unlink()  # it is damaged, and only a cache
            return []

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self.file, timeout=30.0)
        try:
            with database:
                database.execute(_TABLE)
                yield database
        finally:
            database.close()


@dataclass(frozen=True)
class _Row:
    path: str
    mtime_ns: int
    size: int
    hosts: str
    info: str
    reason: str


def _hosts() -> str:
    """Versions of the hosts and of the rows, since what comes of a plug-in depends on them."""
    return f"{FORMAT}, " + ", ".join(f"{host} {host_version(host)}" for host in HOSTS)


def _is_current(row: _Row) -> bool:
    try:
        return row.hosts == _hosts() and stamp(Path(row.path)) == (row.mtime_ns, row.size)
    except OSError:
        return False


def _entry(row: _Row) -> Entry:
    info = PluginInfo.from_json(json.loads(row.info)) if row.info else None
    return Entry(Path(row.path), info, row.reason)
