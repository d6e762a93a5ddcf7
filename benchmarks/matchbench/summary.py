"""Medians over what was measured, and whether the goals were met."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from matchbench import sets
from matchbench.measure import BASELINES, Record
from matchbench.results import Results
from patchpilot.matching.effort import EFFORTS

HEADLINE = "logmel"
MOST_SHARE = 0.15
"""Of a match's time that may go into comparing sounds."""
MOST_SECONDS = {"quick": 2.0, "default": 30.0}


@dataclass(frozen=True)
class Group:
    """Sounds that are looked at together.

    Attributes:
        set: theirs.
        title: what they are called.
        pitched: whether only those that have a note.
        goal: largest median distance of the best of five, at default effort.
        knobs_goal: the same of the best patch that is all knobs.
    """

    set: str
    title: str
    pitched: bool = False
    goal: float | None = None
    knobs_goal: float | None = None


GROUPS = (
    Group("a", "core-v1", goal=0.32),
    Group("a2", "tier3-v1"),
    Group("b", "CC0, pitched", pitched=True, goal=0.32),
    Group("b", "CC0, all", goal=0.42, knobs_goal=0.60),
)


@dataclass(frozen=True)
class Median:
    """The middle of what was measured.

    Attributes:
        value: the median.
        n: of how many sounds.
    """

    value: float
    n: int


@dataclass(frozen=True, eq=False)
class Column:
    """A group of sounds at one effort.

    Attributes:
        group: which sounds.
        effort: name of the effort.
        n_set: how many sounds the group has.
        records: of the matches that were made.
        rows: of the baselines of the same sounds.
        errors: how many sounds could not be matched.
    """

    group: Group
    effort: str
    n_set: int
    records: Sequence[Record]
    rows: Sequence[Record]
    errors: int

    def median(self, figure: Callable[[Record], float | None]) -> Median | None:
        """Over the matches for which there is a figure."""
        return _median(figure(record) for record in self.records)

    def best(self, metric: str = HEADLINE) -> Median | None:
        """Of the closest of five."""
        return self.median(lambda record: record["best"].get(metric))

    def first(self, metric: str = HEADLINE) -> Median | None:
        """Of the answer that is ranked first."""
        return self.median(lambda record: record["first"].get(metric))

    def knobs(self, metric: str = HEADLINE) -> Median | None:
        """Of the best answer that is all knobs."""
        return self.median(lambda record: (record["knobs"] or {}).get(metric))

    def method(self, name: str, metric: str = HEADLINE) -> Median | None:
        """Of the closest that one way of finding came."""
        return self.median(lambda record: record["methods"].get(name, {}).get(metric))

    def other_dice(self) -> Median | None:
        """Of the best of five with other engine dice: what of its distance is luck."""
        return self.median(lambda record: (record["other dice"] or {}).get(HEADLINE))

    def baseline(self, name: str, metric: str = HEADLINE) -> Median | None:
        """Of a baseline, over the sounds that were matched."""
        return _median(record["rows"].get(name, {}).get(metric) for record in self.rows)

    @cached_property
    def seconds(self) -> Median | None:
        """Of a match."""
        return self.median(lambda record: record["seconds"])

    @cached_property
    def share(self) -> Median | None:
        """Of a match's time that goes into comparing sounds, 0..1."""
        return self.median(lambda record: record["comparing_s"] / record["seconds"])

    @property
    def misheard(self) -> int:
        """How many patches were heard as a note that none of their oscillators plays."""
        return sum(record["note heard"] is False for record in self.records)


@dataclass(frozen=True)
class Verdict:
    """A goal, and what was reached.

    Attributes:
        about: what it is about.
        goal: the largest value that meets it.
        reached: the median, or None where nothing was measured.
    """

    about: str
    goal: float
    reached: Median | None

    @property
    def text(self) -> str:
        """ "met" or "missed", "" where nothing was measured."""
        if self.reached is None:
            return ""
        return "met" if self.reached.value <= self.goal else "missed"


def columns(results: Results, pitched: Mapping[str, bool] | None = None) -> list[Column]:
    """A column for each group and effort of which something was measured.

    Args:
        results: all measurements.
        pitched: whether each sound of set b has a note; as the set says by default.
    """
    pitched = pitched if pitched is not None else _pitched()
    measured = {record["effort"] for record in results}
    efforts = [effort for effort in EFFORTS if effort in measured]
    made = [_column(results, group, effort, pitched) for group in GROUPS for effort in efforts]
    return [column for column in made if column.records or column.errors]


def _column(results: Results, group: Group, effort: str, pitched: Mapping[str, bool]) -> Column:
    def is_in(record: Record) -> bool:
        return record["set"] == group.set and (not group.pitched or pitched[record["sound"]])

    tried = [record for record in results if is_in(record) and record["effort"] == effort]
    matched = [record for record in tried if "error" not in record]
    names = {record["sound"] for record in matched}
    rows = [r for r in results if is_in(r) and r["effort"] == BASELINES and "rows" in r]
    return Column(
        group,
        effort,
        sum(pitched.values()) if group.pitched else sets.size(group.set),
        matched,
        [record for record in rows if record["sound"] in names],
        len(tried) - len(matched),
    )


def methods(results: Iterable[Column]) -> list[str]:
    """All ways of finding, those of one searcher first."""
    names = {name for column in results for record in column.records for name in record["methods"]}
    return sorted(names, key=lambda name: (name.count("+"), name))


def verdicts(found: Sequence[Column]) -> list[Verdict]:
    """Each goal and what was reached."""
    told = []
    for column in found:
        at = f"{column.group.title}, {column.effort}"
        group = column.group
        if column.effort == "default" and group.goal is not None:
            told.append(Verdict(f"{at}: best of five", group.goal, column.best()))
        if column.effort == "default" and group.knobs_goal is not None:
            told.append(Verdict(f"{at}: best knobs-only", group.knobs_goal, column.knobs()))
        if column.effort in MOST_SECONDS:
            told.append(Verdict(f"{at}: seconds a sound", MOST_SECONDS[column.effort], column.seconds))
        told.append(Verdict(f"{at}: share of comparing", MOST_SHARE, column.share))
    return told


def _median(values: Iterable[float | None]) -> Median | None:
    there = [value for value in values if value is not None]
    return Median(statistics.median(there), len(there)) if there else None


def _pitched() -> dict[str, bool]:
    return {path.stem: path.stem not in sets.UNPITCHED for path in sorted(sets.SOUNDS.glob("*.flac"))}
