"""The summary says what was measured, of how many, and whether it was enough."""

from __future__ import annotations

from pathlib import Path

import pytest
from matchbench import tables
from matchbench.measure import BASELINES
from matchbench.results import Results
from matchbench.summary import Column, Median, Verdict, columns, methods, verdicts

from tests.benchmarks.records import figures, metrics, results

PITCHED = {"bell": True, "kick": False, "lead": True}


@pytest.fixture
def some(tmp_path: Path) -> Results:
    """Three patches at default effort, of which one failed, and two recordings."""
    mine = results(tmp_path / "match.jsonl")
    mine.add(("a", "0000", "default"), figures(0.2))
    mine.add(("a", "0001", "default"), figures(0.4, knobs=None, **{"note heard": False}))
    mine.add(("a", "0002", "default"), {"error": "it is silent"})
    mine.add(("b", "bell", "default"), figures(0.3, seconds=40.0, comparing_s=10.0))
    both = {"resynthesis": metrics(0.7), "retrieval+refinement": metrics(0.5)}
    mine.add(("b", "kick", "default"), figures(0.5, methods=both))
    for name, far in (("0000", 3.0), ("0001", 4.0), ("0002", 9.0), ("0003", 9.0)):
        mine.add(("a", name, BASELINES), {"rows": {"silence": metrics(far)}})
    return mine


def column(some: Results, title: str) -> Column:
    (found,) = [one for one in columns(some, PITCHED) if one.group.title == title]
    return found


def near(median: Median | None, value: float, n: int) -> bool:
    return median is not None and median.value == pytest.approx(value) and median.n == n


def test_a_column_for_each_group_that_was_measured(some: Results) -> None:
    titles = [(one.group.title, one.effort) for one in columns(some, PITCHED)]
    assert titles == [("core-v1", "default"), ("CC0, pitched", "default"), ("CC0, all", "default")]


def test_medians_are_over_what_was_matched(some: Results) -> None:
    core = column(some, "core-v1")
    assert near(core.best(), 0.3, 2)
    assert near(core.best("mss"), 3.0, 2)
    assert near(core.knobs(), 0.4, 1)
    assert near(core.method("retrieval"), 0.6, 2)
    assert core.method("luck") is None
    assert core.seconds == Median(10.0, 2)
    assert core.share == Median(0.1, 2)
    assert (core.errors, core.misheard, core.n_set) == (1, 1, 200)


def test_baselines_are_those_of_the_same_sounds(some: Results) -> None:
    assert column(some, "core-v1").baseline("silence") == Median(3.5, 2)
    assert column(some, "CC0, all").baseline("silence") is None


def test_recordings_with_a_note_are_looked_at_alone(some: Results) -> None:
    pitched, everything = column(some, "CC0, pitched"), column(some, "CC0, all")
    assert (pitched.best(), pitched.n_set) == (Median(0.3, 1), 2)
    assert everything.best() == Median(0.4, 2)


def test_ways_of_finding_are_those_that_found(some: Results) -> None:
    assert methods(columns(some, PITCHED)) == ["resynthesis", "retrieval", "retrieval+refinement"]


def test_goals_are_met_or_missed(some: Results) -> None:
    told = {verdict.about: verdict.text for verdict in verdicts(columns(some, PITCHED))}
    assert told == {
        "core-v1, default: best of five": "met",
        "core-v1, default: seconds a sound": "met",
        "core-v1, default: share of comparing": "met",
        "CC0, pitched, default: best of five": "met",
        "CC0, pitched, default: seconds a sound": "missed",
        "CC0, pitched, default: share of comparing": "missed",
        "CC0, all, default: best of five": "met",
        "CC0, all, default: best knobs-only": "met",
        "CC0, all, default: seconds a sound": "met",
        "CC0, all, default: share of comparing": "missed",
    }
    assert Verdict("what nobody measured", 1.0, None).text == ""


def test_the_goals_of_distance_are_for_default_effort(tmp_path: Path) -> None:
    mine = results(tmp_path / "match.jsonl")
    mine.add(("a", "0000", "quick"), figures(0.9, seconds=1.0))
    assert [v.about for v in verdicts(columns(mine))] == [
        "core-v1, quick: seconds a sound",
        "core-v1, quick: share of comparing",
    ]


def test_the_table_says_how_many_of_the_set(tmp_path: Path) -> None:
    mine = results(tmp_path / "match.jsonl")
    mine.add(("a2", "0000", "quick"), figures(0.25))
    mine.add(("a2", "0001", "quick"), figures(0.35, methods={"retrieval": metrics(1.0)}))
    mine.add(("a2", "0000", BASELINES), {"rows": {"silence": metrics(3.6)}})
    lines = tables.text(mine).splitlines()
    assert lines[2:11] == [
        "|  | tier3-v1, quick |",
        "| --- | --- |",
        "| sounds done | 2 of 100 |",
        "| **best of five** | **0.30** |",
        "| ranked first | 0.35 |",
        "| – by resynthesis | 0.25 (1) |",
        "| – by retrieval: the nearest neighbour | 0.78 |",
        "| best knobs-only | 0.50 |",
        "| best of five, other dice | 0.30 |",
    ]
    assert "| silence | 3.60 (1) |" in lines
    assert "| share of comparing | 10 % |" in lines
    assert "- tier3-v1, quick: seconds a sound 10.00 (goal ≤ 2.00: missed)" in lines
    assert lines[-1].startswith("Measured with vital 1 / this machine; library small, 10 rows.")
    assert "Not all sounds were matched" in lines[-1]


def test_that_the_code_changed_is_said(tmp_path: Path) -> None:
    for code in ("c0de", "c1de"):
        results(tmp_path / "match.jsonl", code=code).add(("a", code, "quick"), figures(0.25))
    assert "The code changed between the sounds (2 states of it)." in tables.text(
        Results(tmp_path / "match.jsonl")
    )


def test_nothing_measured_is_said_too(tmp_path: Path) -> None:
    assert tables.text(Results(tmp_path / "none.jsonl")).startswith("Nothing was measured yet")


def test_readme_gets_the_table_and_keeps_the_rest() -> None:
    page = f"before\n{tables.BEGIN}\n{tables.END}\nafter\n"
    once = tables.in_readme("| a \\1 |", page)
    assert once == f"before\n{tables.BEGIN}\n\n| a \\1 |\n\n{tables.END}\nafter\n"
    assert tables.in_readme("| a \\1 |", once) == once
    assert tables.in_readme("| b |", once) == once.replace("| a \\1 |", "| b |")


@pytest.mark.parametrize("page", ["", f"{tables.BEGIN}\n", f"{tables.BEGIN}\n{tables.END}\n" * 2])
def test_a_readme_without_its_markers_is_told(page: str) -> None:
    with pytest.raises(ValueError, match="expected <!-- bench:match --> and <!-- /bench:match --> once each"):
        tables.in_readme("| a |", page)


def test_readme_has_its_markers() -> None:
    assert tables.in_readme("", tables.read_page())
