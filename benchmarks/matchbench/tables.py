"""The summary as Markdown, on the terminal and between two markers of README."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from matchbench.results import Results
from matchbench.sets import BENCHMARKS
from matchbench.summary import Column, Median, Verdict, columns, methods, verdicts
from patchpilot.distance import METRICS

README = BENCHMARKS.parent / "README.md"
BEGIN, END = "<!-- bench:match -->", "<!-- /bench:match -->"
_BLOCK = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.DOTALL)
_BASELINES = (
    "true patch, other dice",
    "true patch, 1 % off",
    "true patch as heard",
    "random patch",
    "init patch",
    "silence",
)
Cell = Callable[[Column], str]


def text(results: Results) -> str:
    """Both tables, the goals, and what was measured with what."""
    found = columns(results)
    if not found:
        return "Nothing was measured yet: `python benchmarks/match.py`."
    parts = [
        "Median active-cell log-mel distance:",
        _table("", found, _rows(found)),
        "All metrics, medians of the best of five (lower is closer, but for `rms_cosine`):",
        _table("metric", found, _metric_rows()),
        "Goals:",
        "\n".join(_line(verdict) for verdict in verdicts(found)),
        _footnote(results, found),
    ]
    return "\n\n".join(part for part in parts if part)


def _rows(found: Sequence[Column]) -> list[tuple[str, Cell]]:
    """The rows of the first table: a title, and what stands in each column."""
    return [
        ("sounds done", lambda c: f"{len(c.records)} of {c.n_set}"),
        ("**best of five**", lambda c: f"**{_distance(c.best(), c)}**"),
        ("ranked first", lambda c: _distance(c.first(), c)),
        *((f"– by {_named(name)}", _of_method(name)) for name in methods(found)),
        ("best knobs-only", lambda c: _distance(c.knobs(), c)),
        ("best of five, other dice", lambda c: _distance(c.other_dice(), c)),
        *((name, _of_baseline(name)) for name in _BASELINES),
        ("seconds a sound", lambda c: _number(c.seconds, ".1f")),
        ("renders", lambda c: _number(c.median(lambda record: record["renders"]), ".0f")),
        ("share of comparing", lambda c: _number(c.share, ".0%").replace("%", " %")),
        ("heard as another note", lambda c: str(c.misheard) if c.group.set != "b" else ""),
        *([("failed", lambda c: str(c.errors))] if any(c.errors for c in found) else []),
    ]


def _metric_rows() -> list[tuple[str, Cell]]:
    return [(f"`{metric}`", _of_metric(metric)) for metric in METRICS]


def _of_method(name: str) -> Cell:
    return lambda column: _distance(column.method(name), column)


def _of_baseline(name: str) -> Cell:
    return lambda column: _distance(column.baseline(name), column)


def _of_metric(name: str) -> Cell:
    return lambda column: _number(column.best(name), ".3g")


def _named(method: str) -> str:
    """A way of finding in words; what was found and not refined is the nearest neighbour."""
    return "retrieval: the nearest neighbour" if method == "retrieval" else ", then ".join(method.split("+"))


def _table(corner: str, found: Sequence[Column], rows: Sequence[tuple[str, Cell]]) -> str:
    head = [corner, *(f"{column.group.title}, {column.effort}" for column in found)]
    cells = [[title, *(cell(column) for column in found)] for title, cell in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *cells])


def _distance(median: Median | None, column: Column) -> str:
    """A median; of how many sounds, where it is not of all that were matched."""
    told = _number(median, ".2f")
    return f"{told} ({median.n})" if median is not None and median.n < len(column.records) else told


def _number(median: Median | None, form: str) -> str:
    return format(median.value, form) if median is not None else ""


def _line(verdict: Verdict) -> str:
    form = ".0%" if "share" in verdict.about else ".2f"
    goal = format(verdict.goal, form).replace("%", " %")
    reached = _number(verdict.reached, form).replace("%", " %")
    return f"- {verdict.about} {reached} (goal ≤ {goal}: {verdict.text})"


def _footnote(results: Results, found: Sequence[Column]) -> str:
    made = results.made_with
    said = [f"Measured with {made['engine'][0]}; library {made['library'][0]}."]
    if len(made["code"]) > 1:
        said.append(f"The code changed between the sounds ({len(made['code'])} states of it).")
    if any(len(c.records) + c.errors < c.n_set for c in found):
        said.append("Not all sounds were matched: see “sounds done”. A number in brackets says of how many.")
    return " ".join(said)


def in_readme(table: str, page: str) -> str:
    """README with the table between its markers.

    Raises:
        ValueError: the markers are not there, once each.
    """
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"expected {BEGIN} and {END} once each in README")
    return _BLOCK.sub(lambda _: f"{BEGIN}\n\n{table}\n\n{END}", page)


def read_page(path: Path = README) -> str:
    """README as it is."""
    return path.read_text("utf-8")
