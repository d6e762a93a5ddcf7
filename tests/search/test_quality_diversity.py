"""Archives: the best of each kind is kept, and many more kinds are found than by chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.run import run
from patchpilot.instruments.take import Take
from patchpilot.search.base import Context
from patchpilot.search.box import Box, Heard
from patchpilot.search.quality_diversity import CmaMe, MapElites, qd_score
from patchpilot.search.technique import Technique
from patchpilot.space import Performance
from tests.toy import Toy

D = 12
BOX = Box((None,) * D, (True,) * D)
CELLS = (10, 10)


def found(kind: type[Technique] | None, n: int) -> int:
    """Cells that are reached in a space where most points are alike: descriptors are means of coordinates."""
    random = np.random.default_rng(0)
    technique = kind(cells=CELLS) if kind is not None else None
    algorithm = technique.algorithm(BOX, 0, random.random((16, D)), False) if technique is not None else None
    seen = np.zeros((0, 2))
    while len(seen) < n:
        points = algorithm.generation() if algorithm is not None else random.random((16, D))
        described = np.stack([points[:, ::2].mean(axis=1), points[:, 1::2].mean(axis=1)], axis=1)
        seen = np.concatenate([seen, described])
        if algorithm is not None:
            algorithm.learn(Heard(points, np.zeros(len(points)), described))
    return qd_score(seen, np.ones(len(seen)), CELLS)[1]


@pytest.mark.parametrize(("kind", "times"), [(MapElites, 1.4), (CmaMe, 1.15)])
def test_more_kinds_are_found_than_by_chance(kind: type[Technique], times: float) -> None:
    assert found(kind, 1500) >= times * found(None, 1500)


class Loud:
    """Scores by the level."""

    def score(self, take: Take) -> Mapping[str, float]:
        return {"level": take.patch.values.get("level", 0.5)}


def like(take: Take) -> F64:
    """One number: how high it is; nothing of what is quiet."""
    if take.patch.values.get("level", 0.5) < 0.2:
        return np.array([np.nan])
    return np.array([(take.patch.values.get("transpose", 0.0) + 24.0) / 48.0])


def test_elites_are_the_best_of_each_kind() -> None:
    searcher = MapElites(describe=like, cells=(8,), size=8)
    context = Context(Toy(), Performance.one_note(60, hold_s=0.1, length_s=0.2), seed=3)
    found = run(searcher, Loud(), context, budget=Budget(160), batch=8)
    elites = searcher.elites
    cells = np.minimum((elites.descriptors[:, 0] * 8).astype(int), 7)
    assert len(set(cells.tolist())) == len(elites) >= 5
    assert elites.scores.min() >= 0.2
    assert elites.scores.max() == pytest.approx(found.best[0].score, abs=1e-6)
    patches = [searcher.encoding.patch(point) for point in elites.points]
    assert [p.values.get("level", 0.5) for p in patches] == pytest.approx(elites.scores.tolist(), abs=1e-5)


def test_scores_sum_the_best_of_each_cell() -> None:
    described = np.array([[0.1], [0.2], [0.9], [1.0], [np.nan]])
    assert qd_score(described, np.array([1.0, 3.0, 2.0, 0.5, 9.0]), (4,)) == (5.0, 2)
    assert qd_score(np.zeros((0, 1)), np.zeros(0), (4,)) == (0.0, 0)


@pytest.mark.parametrize("options", [{"cells": ()}, {"cells": (4, 0)}, {"size": 1}])
def test_bad_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match="at least one cell"):
        MapElites(**options)
