"""Which takes are meant: by words, tags, stars, votes, experiment, time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from patchpilot.bank.database import Database
from patchpilot.errors import ParameterError

Order = Literal["oldest", "newest", "best"]
_ORDERS = {
    "oldest": "takes.number",
    "newest": "takes.number DESC",
    "best": "(SELECT total(value) FROM scores WHERE scores.number = takes.number) DESC, takes.number",
}


@dataclass(frozen=True)
class Query:
    """Conditions that all must hold; one that is None or empty asks for nothing.

    Attributes:
        words: all of which are found in names, comments, authors, searchers, tags or notes, each at least as the
            beginning of a word.
        tags: all of which it has.
        golden: whether it has a star.
        vote: +1, -1 or 0.
        pinned: whether parameters of it are.
        experiment: that it was made in.
        instrument: that played it.
        searcher: that proposed it.
        since: put in then or later; a time without a zone is the local one.
    """

    words: str = ""
    tags: tuple[str, ...] = ()
    golden: bool | None = None
    vote: int | None = None
    pinned: bool | None = None
    experiment: str | None = None
    instrument: str | None = None
    searcher: str | None = None
    since: datetime | None = None


EVERYTHING = Query()


def numbers_of(
    database: Database, query: Query, *, order: Order = "oldest", limit: int | None = None, offset: int = 0
) -> list[int]:
    """Numbers of the takes that are meant.

    Raises:
        BankError: the bank is damaged.
        ParameterError: there is no such order, or a number is negative.
    """
    if order not in _ORDERS:
        raise ParameterError(f"expected one of the orders {', '.join(_ORDERS)}, got {order!r}")
    if (limit is not None and limit < 0) or offset < 0:
        raise ParameterError(f"expected a limit and an offset of 0 or more, got {limit} and {offset}")
    where, arguments = _where(query)
    sql = f"SELECT takes.number FROM takes {where} ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?"
    arguments += [-1 if limit is None else limit, offset]
    return [number for (number,) in database.rows(sql, arguments)]


def count_of(database: Database, query: Query) -> int:
    """How many takes are meant; raises `BankError`."""
    where, arguments = _where(query)
    return int(database.rows(f"SELECT count(*) FROM takes {where}", arguments)[0][0])


def _where(query: Query) -> tuple[str, list[Any]]:
    conditions: list[str] = []
    arguments: list[Any] = []

    def add(condition: str, *values: Any) -> None:
        conditions.append(condition)
        arguments.extend(values)

    if words := _fts(query.words.split()):
        add("takes.number IN (SELECT rowid FROM words WHERE words MATCH ?)", words)
    for tag in query.tags:
        add("takes.number IN (SELECT number FROM tags WHERE tag = ?)", tag)
    if query.golden is not None:
        add("takes.golden" if query.golden else "NOT takes.golden")
    if query.vote is not None:
        add("takes.vote = ?" if query.vote == 0 else "takes.vote <> 0 AND takes.vote = ?", query.vote)
    if query.pinned is not None:
        add("takes.pinned <> '[]'" if query.pinned else "takes.pinned = '[]'")
    for column in ("experiment", "instrument", "searcher"):
        if getattr(query, column) is not None:
            add(f"takes.{column} = ?", getattr(query, column))
    if query.since is not None:
        add("takes.made_at >= ?", query.since.timestamp())
    return (f"WHERE {' AND '.join(conditions)}" if conditions else ""), arguments


def _fts(words: Iterable[str]) -> str:
    """Words as FTS5 wants them: what a person types has no meaning as an expression."""
    return " ".join('"' + word.replace('"', '""') + '"*' for word in words if any(map(str.isalnum, word)))
