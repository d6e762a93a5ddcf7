"""The benchmark of experience says what was measured, and counts renders up to the first that is close."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import experience
import pytest
from matchbench.results import Results

from patchpilot import registry
from patchpilot.audio import listen
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch, Performance
from tests.toy import Toy

MADE_WITH = {"engine": "toy 1", "library": "none", "code": "1"}


def test_the_table_says_what_was_measured(tmp_path: Path) -> None:
    results = Results(tmp_path / "e.jsonl", MADE_WITH)
    assert experience.table(results) == "Nothing was measured yet."
    for n, distance in ((0, 0.5), (100, 0.25)):
        results.add(("match", "a/1", f"quick, {n} takes"), {"banked": n, "distance": distance})
    results.add(("level", "amen", "fresh"), {"renders": 40, "reached": 2, "hits": 2})
    results.add(("level", "amen", "experienced"), {"renders": 10, "reached": 2, "hits": 2})
    results.add(("level", "half", "fresh"), {"renders": 99, "reached": 2, "hits": 2})
    results.add(("novelty", "0", "60 24 8"), {"cold": 0.2, "after": 0.3})
    said = experience.table(Results(tmp_path / "e.jsonl"))
    assert "| 100 | 1 | 0.250 | 0.250 |" in said
    assert "experienced to fresh: 0.25" in said  # of loops that were played both ways
    assert "| 0 | 0.200 | 0.300 | 1.50 |" in said


class Rising:
    """Proposes the level of the target at its third turn."""

    name = "rising"

    def start(self, context: Context) -> None:
        self._left = [Patch.make(context.instrument.space, {"transpose": t}) for t in (9.0, 5.0, 0.0, 0.0)]

    def ask(self, n: int) -> list[Proposal]:
        asked, self._left = self._left[:n], self._left[n:]
        return [Proposal(patch, self.name) for patch in asked]

    def tell(self, outcomes: list[Outcome]) -> None:
        """Nothing is learned."""


def test_renders_are_counted_until_a_hit_is_close(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(group: str, name: str) -> Any:
        return Rising if group == "search" else real(group, name)

    real = registry.load
    monkeypatch.setattr(registry, "load", load)
    toy = Toy()
    patch = Patch.make(toy.space, {"transpose": 0.0})
    target = listen(toy.render(patch, Performance.one_note(60, hold_s=0.4, length_s=0.5)), note=60)
    asked = argparse.Namespace(searcher="rising", most=50, close=1.0)
    found = experience.mastered([target, target], toy, [], asked)
    assert (found["renders"], found["reached"], found["hits"]) == (6, 2, 2)
    assert len(found["takes"]) == 2
    asked.close = -1.0
    assert experience.mastered([target], toy, [], asked)["reached"] == 0
    assert experience.mastered([target], toy, [], asked)["renders"] == 4
