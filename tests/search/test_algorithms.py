"""Each technique comes near the bottom of a bowl of numbers and choices, where chance does not."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from patchpilot.audio import F64
from patchpilot.search.annealing import Annealing
from patchpilot.search.bayesian import Gp, Tpe
from patchpilot.search.box import Algorithm, Heard
from patchpilot.search.evolution_strategy import CmaEs
from patchpilot.search.genetic import Genetic
from patchpilot.search.latin_hypercube import LatinHypercube
from patchpilot.search.quality_diversity import CmaMe, MapElites
from patchpilot.search.technique import Technique
from tests.search.box_problem import BEST, BOX, best_of, heard, scores

CHANCE = -0.95
"""What 500 random points come to at best."""
DIVERSE: dict[str, Any] = {"cells": (8, 8)}
CASES = [
    (CmaEs, {}, 700, -0.15),
    (Genetic, {}, 700, -0.25),
    (Annealing, {}, 1000, -0.5),
    (Tpe, {"size": 8}, 120, -0.6),
    (MapElites, DIVERSE, 1000, -0.8),
    (CmaMe, DIVERSE, 1500, -0.85),
]


def begun(kind: type[Technique], options: dict[str, Any], seed: int = 0) -> Algorithm:
    technique = kind(**options)
    return technique.algorithm(BOX, seed, starts(technique.size, seed), is_warm=False)


def starts(n: int, seed: int) -> F64:
    return np.random.default_rng((seed, 99)).random((n, len(BOX)))


def test_chance_is_not_enough() -> None:
    best = [best_of(begun(LatinHypercube, {}, seed), 500) for seed in range(3)]
    assert max(best) < CHANCE


@pytest.mark.parametrize(("kind", "options", "budget", "goal"), CASES)
def test_it_comes_near_the_bottom(
    kind: type[Technique], options: dict[str, Any], budget: int, goal: float
) -> None:
    assert best_of(begun(kind, options), budget) > goal


@pytest.mark.slow
def test_the_gaussian_process_comes_near_with_few() -> None:
    assert best_of(begun(Gp, {}), 60) > CHANCE


@pytest.mark.parametrize(("kind", "options"), [case[:2] for case in CASES])
def test_it_goes_on_from_a_copy_as_if_never_stopped(kind: type[Technique], options: dict[str, Any]) -> None:
    mine = begun(kind, options)
    for _ in range(7):
        mine.learn(heard(mine.generation()))
    mine.overhear(heard(starts(3, seed=5)))
    copy = pickle.loads(pickle.dumps(mine))
    for _ in range(4):
        expected = mine.generation()
        np.testing.assert_array_equal(copy.generation(), expected)
        assert expected.min() >= 0.0
        assert expected.max() <= 1.0
        for one in (mine, copy):
            one.learn(heard(expected))


@pytest.mark.parametrize(("kind", "options"), [case[:2] for case in CASES])
def test_what_is_overheard_is_made_use_of(kind: type[Technique], options: dict[str, Any]) -> None:
    algorithm = kind(**options).algorithm(BOX, 1, starts(0, 0), is_warm=True)
    algorithm.overhear(heard(BOX.unit(BEST[None])))
    made = []
    for _ in range(8):
        made.append(heard(algorithm.generation()))
        algorithm.learn(made[-1])
    assert max(one.scores.max() for one in made) > CHANCE


@pytest.mark.parametrize(("kind", "options"), [case[:2] for case in CASES])
def test_it_lives_where_nothing_can_be_told_apart(kind: type[Technique], options: dict[str, Any]) -> None:
    algorithm = begun(kind, options)
    for _ in range(16):
        points = algorithm.generation()
        algorithm.learn(Heard(points, np.zeros(len(points)), np.full((len(points), 2), np.nan)))
    assert len(algorithm.generation())


def test_scores_of_the_problem() -> None:
    assert scores(BOX.unit(BEST[None]))[0] == pytest.approx(0.0)
