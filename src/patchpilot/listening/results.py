"""What came out of a test: as JSON, as a CSV table, and in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from patchpilot.listening.estimates import Estimate
from patchpilot.listening.trials import MUSHRA, ListeningTest

FEW = 20
"""BS.1534-3: as many participants are often enough for sound conclusions; with fewer, intervals say it."""
COLUMNS = (
    "table", "trial", "condition", "against", "n", "value", "low", "high", "median",
    "wins", "losses", "undecided", "p", "participants_for", "participants_against", "participants_p",
)  # fmt: skip


@dataclass(frozen=True)
class Rating:
    """How a condition was rated, 0..100; of all trials where `trial` is "".

    Attributes:
        trial: its name.
        condition: that was rated.
        n: participants.
        mean: over them.
        median: of the same.
    """

    trial: str
    condition: str
    n: int
    mean: Estimate
    median: float


@dataclass(frozen=True)
class Difference:
    """By how much `condition` is rated above `against`, over `n` participants; sure where 0 is not in its interval."""

    condition: str
    against: str
    n: int
    mean: Estimate


@dataclass(frozen=True)
class Duel:
    """How often `condition` was chosen over `against`; over all trials where `trial` is "".

    Attributes:
        trial: its name.
        condition: one of the two.
        against: the other.
        wins: votes for `condition`.
        losses: votes for `against`.
        undecided: votes for no difference.
        share: wins of those that decided, with Wilson's interval; None where nobody did.
        p: of the exact sign test over votes.
        participants_for: who chose `condition` more often.
        participants_against: who chose `against` more often.
        participants_p: of the exact sign test over participants, who alone are independent of one another.
    """

    trial: str
    condition: str
    against: str
    wins: int
    losses: int
    undecided: int
    share: Estimate | None
    p: float
    participants_for: int
    participants_against: int
    participants_p: float


@dataclass(frozen=True)
class Strength:
    """Of a condition among more than two (Bradley–Terry): on a logarithmic scale, 0 in the middle."""

    condition: str
    strength: Estimate


@dataclass(frozen=True)
class Results:
    """What came out.

    Attributes:
        test: that was voted on.
        participants: who voted, those too who were taken out.
        screened: who was taken out, and why.
        ratings: MUSHRA: of all trials, then of each.
        differences: MUSHRA: of each two conditions.
        duels: pairs: of all trials, then of each.
        strengths: pairs, of more than two conditions, the strongest first.
    """

    test: ListeningTest
    participants: tuple[str, ...]
    screened: Mapping[str, str] = field(default_factory=dict)
    ratings: tuple[Rating, ...] = ()
    differences: tuple[Difference, ...] = ()
    duels: tuple[Duel, ...] = ()
    strengths: tuple[Strength, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        test = self.test
        said = {name: [asdict(one) for one in getattr(self, name)] for name in _TABLES}
        return {
            "test": test.id,
            "name": test.name,
            "question": test.question,
            "kind": test.kind,
            "trials": len(test.trials),
            "participants": list(self.participants),
            "screened": dict(self.screened),
            "conclusions": list(self.conclusions()),
            **said,
        }

    def csv(self) -> str:
        """All tables in one; what a row has no number for is empty."""
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\r\n")
        writer.writeheader()
        for table in _TABLES:
            for one in getattr(self, table):
                writer.writerow({"table": table, **_cells(asdict(one))})
        return buffer.getvalue()

    def conclusions(self) -> Iterator[str]:
        """What may be said, in sentences."""
        for who, why in self.screened.items():
            yield f"{who} was taken out: {why}."
        left = len(self.participants) - len(self.screened)
        if self.test.kind == MUSHRA:
            if left == 0:
                yield "Nobody is left after screening, so nothing can be said."
            yield from (_difference_said(one) for one in self.differences)
        else:
            yield from (_duel_said(one, left) for one in self.duels if not one.trial)
            if len(self.test.conditions) > 2 and not self.strengths:
                yield (
                    "There is no common order: a condition won, or lost, every time, or some were never compared. "
                    "More votes may change that."
                )
        if 0 < left < FEW:
            yield (
                f"{left} participant{'s' * (left != 1)}: that speaks for them, and less for others "
                f"({FEW} or more are usual)."
            )


_TABLES = ("ratings", "differences", "duels", "strengths")


def _cells(said: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the table: an estimate becomes three cells."""
    cells: dict[str, Any] = {}
    for name, value in said.items():
        if name in ("mean", "share", "strength"):
            cells |= value or {}
        else:
            cells[name] = value
    return {
        name: f"{value:.6g}" if isinstance(value, float) else _harmless(value)
        for name, value in cells.items()
        if value is not None
    }


def _harmless(value: Any) -> Any:
    """Text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def _difference_said(one: Difference) -> str:
    value, low, high = one.mean.value, one.mean.low, one.mean.high
    if low is None or high is None:
        return f"{one.condition} is rated {value:+.1f} against {one.against}, by one participant."
    sure = "more than chance" if low > 0 or high < 0 else "that may be chance"
    return f"{one.condition} is rated {value:+.1f} against {one.against} (95 % from {low:+.1f} to {high:+.1f}): {sure}."


def _duel_said(one: Duel, participants: int) -> str:
    if one.share is None:
        return f"{one.condition} and {one.against}: nobody heard a difference."
    better, worse = (one.condition, one.against) if one.wins >= one.losses else (one.against, one.condition)
    wins, losses = max(one.wins, one.losses), min(one.wins, one.losses)
    none = f", {one.undecided} heard no difference" if one.undecided else ""
    if one.p >= 0.05:
        return (
            f"{one.condition} and {one.against}: {one.wins} to {one.losses} votes{none}; "
            f"that may be chance (p = {one.p:.3f})."
        )
    if participants > 1:
        agree = max(one.participants_for, one.participants_against)
        who = f"; {agree} of {participants} participants chose it more often"
    else:
        who = ""
    return f"{better} is preferred over {worse}: {wins} to {losses} votes{none} (p = {one.p:.2g}){who}."
