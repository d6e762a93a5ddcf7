"""A genetic algorithm: patches are paired, mixed and mutated, and the fitter ones stay.

Source: A. Eiben and J. Smith, "Introduction to Evolutionary Computing", 2nd ed. 2015, for the whole; K. Deb and
R. Agrawal, Complex Systems 9, 1995, for simulated binary crossover; by the package `deap`. A choice is inherited
from one of the parents, or drawn anew as often as the prior has it.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.search.box import Algorithm, Box, Heard
from patchpilot.search.extras import needed
from patchpilot.search.technique import SIZE, Technique

_TOURNAMENT = 3
_CROSSED = 0.8
"""How often two children are a mixture of their parents."""
_BLEND_ETA = 10.0
"""The higher, the nearer children are to one of their parents."""
_MUTATION_ETA = 12.0
"""The higher, the smaller mutations are."""
_MUTATIONS = 3.0
"""Coordinates that are mutated in a child, on average, where there are many."""
_MOST_MUTATED = 0.3
"""What part of them that is at most."""
_LENDING = threading.Lock()
"""Held while Python's global stream is lent: searchers run in threads side by side, and there is one stream."""


class Genetic(Technique):
    """A genetic algorithm.

    Args:
        population: >= 4, how many patches stay.
        size: >= 1, children in a generation.
        free: see `Technique`.
    """

    name = "genetic"

    def __init__(self, *, population: int = 32, size: int = SIZE, **free: Any) -> None:
        super().__init__(size=size, **free)
        if population < 4:
            raise ParameterError(f"expected a population of at least 4 patches, got {population}")
        self._population = population

    def algorithm(self, box: Box, seed: int, starts: F64, is_warm: bool) -> Algorithm:  # noqa: ARG002
        """Begins with patches of the prior."""
        needed("deap", "play")
        return _Population(box, seed, starts, self._population, self.size)


class _Individual(list[float]):
    """A point, which the package takes as a list, and how fit it is."""

    fitness: float = float("-inf")


class _Population(Algorithm):
    """The patches that stayed."""

    def __init__(self, box: Box, seed: int, starts: F64, most: int, size: int) -> None:
        self._box, self._starts, self._most, self._size = box, starts, most, size
        self._random: Any = random.Random(seed).getstate()
        self._people: list[_Individual] = []
        self.parents: list[Sequence[F64]] = []

    def generation(self) -> F64:
        """The starts, then children."""
        if len(self._starts):
            made, self._starts = self._starts, self._starts[:0]
            return made
        self.parents = []
        with self._own_random():
            children = [child for _ in range(0, self._size, 2) for child in self._children()]
        self.parents = self.parents[: self._size]
        return np.array(children[: self._size])

    def learn(self, heard: Heard) -> None:
        """The fittest of parents and children stay, each point once."""
        everyone = {tuple(one): one for one in self._people}
        for point, score in zip(heard.points.tolist(), heard.scores.tolist(), strict=True):
            one = _Individual(point)
            one.fitness = score
            everyone.setdefault(tuple(point), one)
        self._people = sorted(everyone.values(), key=lambda one: -one.fitness)[: self._most]

    def overhear(self, heard: Heard) -> None:
        """Let others' in, if they are fit enough."""
        self.learn(heard)

    def _children(self) -> list[list[float]]:
        """Two, of two parents."""
        from deap import tools

        if len(self._people) < 2:
            self.parents += [(), ()]
            return [[random.random() for _ in self._box.counts] for _ in range(2)]
        chosen = tools.selTournament(self._people, 2, _TOURNAMENT, fit_attr="fitness")
        one, two = (list(parent) for parent in chosen)
        self.parents += [[np.array(parent) for parent in chosen]] * 2
        free = self._box.continuous
        if random.random() < _CROSSED:
            for place in range(len(one)):
                if random.random() < 0.5:
                    one[place], two[place] = two[place], one[place]
            blended = [one[place] for place in free], [two[place] for place in free]
            if free:
                tools.cxSimulatedBinaryBounded(*blended, eta=_BLEND_ETA, low=0.0, up=1.0)
            for i, place in enumerate(free):
                one[place], two[place] = blended[0][i], blended[1][i]
        return [self._mutated(child) for child in (one, two)]

    def _mutated(self, child: list[float]) -> list[float]:
        from deap import tools

        chance = min(_MUTATIONS / len(child), _MOST_MUTATED)
        free = self._box.continuous
        moved = [child[place] for place in free]
        if free:
            (moved,) = tools.mutPolynomialBounded(moved, eta=_MUTATION_ETA, low=0.0, up=1.0, indpb=chance)
        for i, place in enumerate(free):
            child[place] = float(moved[i])
        for place, count in enumerate(self._box.counts):
            if count and random.random() < chance:
                child[place] = random.random()
        return child

    @contextmanager
    def _own_random(self) -> Iterator[None]:
        """The package draws from Python's global stream: lend it ours, and leave that of others as it was."""
        with _LENDING:
            others = random.getstate()
            random.setstate(self._random)
            try:
                yield
            finally:
                self._random = random.getstate()
                random.setstate(others)
