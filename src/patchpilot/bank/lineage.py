"""From which takes a take was made, and which were made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from patchpilot.bank.database import Database
from patchpilot.errors import BankError

MOST_DEEP = 100
"""Generations that are followed."""


@dataclass(frozen=True)
class Relative:
    """A take in the lineage of another.

    Attributes:
        depth: >= 1, how many generations it is away.
        number: in the bank; None where the bank does not have it.
        id: of the take.
        is_repeated: whether it and what is beyond it were listed before.
    """

    depth: int
    number: int | None
    id: str
    is_repeated: bool = False


@dataclass(frozen=True)
class Lineage:
    """Two trees, each as a list in which what is beyond a take follows it, one deeper.

    Attributes:
        number: whose it is.
        ancestors: from which it was made.
        descendants: which were made from it.
    """

    number: int
    ancestors: tuple[Relative, ...]
    descendants: tuple[Relative, ...]


def parents_of(database: Database, take_id: str) -> list[str]:
    """Ids of the takes that a take was made from, as it names them; raises `BankError`."""
    rows = database.rows(
        "SELECT parent FROM parents WHERE number = (SELECT min(number) FROM takes WHERE id = ?) ORDER BY place",
        (take_id,),
    )
    return list(dict.fromkeys(parent for (parent,) in rows))


def children_of(database: Database, take_id: str) -> list[str]:
    """Ids of the takes that were made from a take, the oldest first; raises `BankError`."""
    rows = database.rows(
        "SELECT takes.id FROM parents JOIN takes USING (number) WHERE parents.parent = ? ORDER BY takes.number",
        (take_id,),
    )
    return list(dict.fromkeys(child for (child,) in rows))


def lineage_of(database: Database, number: int, *, depth: int = MOST_DEEP) -> Lineage:
    """Both trees of a take, down to some generations; raises `BankError`."""
    row = database.row("SELECT id FROM takes WHERE number = ?", (number,))
    if row is None:
        raise BankError(f"there is no take {number}")
    return Lineage(
        number,
        _tree(database, row[0], parents_of, depth),
        _tree(database, row[0], children_of, depth),
    )


def number_of(database: Database, take_id: str) -> int | None:
    """The number of the first take of an id, None where there is none; raises `BankError`."""
    row = database.row("SELECT min(number) FROM takes WHERE id = ?", (take_id,))
    return None if row is None else row[0]


def _tree(
    database: Database, take_id: str, beyond: Callable[[Database, str], list[str]], depth: int
) -> tuple[Relative, ...]:
    """Depth first, without recursion: lines of thousands of generations are usual."""
    found: list[Relative] = []
    seen = {take_id}
    to_do = [(1, relative) for relative in reversed(beyond(database, take_id))]
    while to_do:
        deep, relative = to_do.pop()
        is_repeated = relative in seen
        found.append(Relative(deep, number_of(database, relative), relative, is_repeated))
        if not is_repeated and deep < depth:
            seen.add(relative)
            to_do += [(deep + 1, next_one) for next_one in reversed(beyond(database, relative))]
    return tuple(found)
