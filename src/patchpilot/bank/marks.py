"""What is said of takes after they were made: votes, stars, tags, pinned parameters, notes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from patchpilot.bank.entry import inflated
from patchpilot.bank.insert import words_of
from patchpilot.bank.store import Store, checked_tag
from patchpilot.errors import ParameterError


class Marks(Store):
    """Takes, and what is said of them. Everything here raises `BankError` where there is no such take."""

    def vote(self, number: int, vote: int) -> None:
        """Say yes (+1), no (−1) or nothing any more (0); all votes are kept, the last one counts.

        Raises:
            BankError: there is no such take.
            ParameterError: it is another number.
        """
        if vote not in (-1, 0, 1):
            raise ParameterError(f"expected a vote of +1, -1 or 0, got {vote!r}")
        with self.changing(number) as db:
            db.execute("INSERT INTO votes (number, vote, at) VALUES (?, ?, ?)", (number, vote, self.now()))
            db.execute("UPDATE takes SET vote = ? WHERE number = ?", (vote, number))

    def votes(self, number: int | None = None) -> list[tuple[int, int, datetime]]:
        """All votes ever cast, in order of time, or those on one take: (number, vote, when)."""
        self.flush()
        where, arguments = ("", ()) if number is None else ("WHERE number = ?", (number,))
        rows = self.database.rows(f"SELECT number, vote, at FROM votes {where} ORDER BY at, place", arguments)
        return [(who, vote, datetime.fromtimestamp(at, UTC)) for who, vote, at in rows]

    def star(self, number: int, golden: bool = True) -> None:
        """Give a take a star, or take it away."""
        with self.changing(number) as db:
            db.execute("UPDATE takes SET golden = ? WHERE number = ?", (bool(golden), number))

    def tag(self, number: int, *tags: str) -> None:
        """Give a take tags."""
        names = [checked_tag(tag) for tag in tags]
        with self.changing(number) as db:
            db.executemany(
                "INSERT OR IGNORE INTO tags (number, tag) VALUES (?, ?)", [(number, name) for name in names]
            )
            find_anew(db, number)

    def untag(self, number: int, *tags: str) -> None:
        """Take tags away; those that it does not have do not matter."""
        with self.changing(number) as db:
            db.executemany(
                "DELETE FROM tags WHERE number = ? AND tag = ?", [(number, checked_tag(tag)) for tag in tags]
            )
            find_anew(db, number)

    def tags(self) -> dict[str, int]:
        """All tags, and how many takes have each; sorted."""
        self.flush()
        return dict(self.database.rows("SELECT tag, count(*) FROM tags GROUP BY tag ORDER BY tag"))

    def pin(self, number: int, parameters: Iterable[str]) -> None:
        """Say which parameters of a take are to stay as they are; none pins nothing any more.

        Names are not checked: what they are of is known where the instrument is.
        """
        names = sorted({str(name) for name in parameters})
        with self.changing(number) as db:
            db.execute(
                "UPDATE takes SET pinned = ? WHERE number = ?",
                (json.dumps(names, ensure_ascii=False), number),
            )

    def write_note(self, number: int, text: str) -> None:
        """Put a note in the place of what was there; "" for none."""
        with self.changing(number) as db:
            db.execute("UPDATE takes SET note = ? WHERE number = ?", (text.strip(), number))
            find_anew(db, number)


def find_anew(db: sqlite3.Connection, number: int) -> None:
    """Have a take be found by the words that are said of it now."""
    record, experiment, note = db.execute(
        "SELECT record, experiment, note FROM takes WHERE number = ?", (number,)
    ).fetchone()
    tags = [tag for (tag,) in db.execute("SELECT tag FROM tags WHERE number = ? ORDER BY tag", (number,))]
    text = words_of(inflated(number, record).json, experiment, tags, note)
    db.execute("DELETE FROM words WHERE rowid = ?", (number,))
    db.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, text))
