"""A portfolio: several techniques share the renders, and whichever is paying gets more of them.

A bandit chooses whose turn it is. What counts is not the scores, whose scale differs from objective to objective, but
how highly a technique's latest patches rank among everybody's latest, the first ranks counting most; and an optimist's
bound for those that were seldom asked. What one finds, all others overhear.

Sources: Á. Fialho, M. Schoenauer and M. Sebag, "Toward comparison-based adaptive operator selection", GECCO 2010, for
credit by decaying ranks (a mean here, as all have equally many in the ranking); P. Auer, N. Cesa-Bianchi and
P. Fischer, Machine Learning 47, 2002, for the bound (UCB1).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import numpy as np

from patchpilot import registry
from patchpilot.errors import ParameterError, PluginError
from patchpilot.search.base import Context, Outcome, Proposal, Resumable
from patchpilot.search.technique import Technique

FIRST = "latin-hypercube"
"""Who begins, so that the others have something to start from."""
ARMS = (FIRST, "cma-es", "genetic", "tpe", "annealing", "map-elites")
"""Who takes part by default."""
_LATEST = 32
"""Patches of each technique that are ranked."""
_HALF = 12.0
"""Ranks after which the weight of a rank is half."""
_CURIOSITY = 0.15
"""Factor of the bound for those that were seldom asked."""


class Overhearing(Protocol):
    """A searcher that learns of what others find, one at a time."""

    def overhear(self, outcomes: Sequence[Outcome]) -> None:
        """What others found."""


@dataclass
class State:
    """Where a search stands.

    Attributes:
        arms: states of the techniques, by name.
        turns: how often it was the turn of each.
        latest: scores of each one's latest patches.
        turn: whose turn it is, "" between two.
        left: how many patches of it are still to be told of.
        done: techniques that have nothing left to try.
    """

    arms: dict[str, Any]
    turns: dict[str, int]
    latest: dict[str, list[float]]
    turn: str = ""
    left: int = 0
    done: list[str] = field(default_factory=list)


class Portfolio:
    """Several techniques, by what they pay.

    Args:
        arms: names of searchers that keep a state; the first begins. By default those of `ARMS` whose packages are
            installed.
        size: >= 1, patches in a turn, and in a generation of each technique.
        starts: >= 1, patches that the first draws before it is the others' turn.
        free: see `Technique`; the same for all.

    Raises:
        ParameterError: there is no arm, or an option is unknown or out of its range.
        PluginError: there is no searcher of a name.
    """

    name = "portfolio"

    def __init__(self, *, arms: Sequence[str] = ARMS, size: int = 8, starts: int = 24, **free: Any) -> None:
        if not arms or size < 1 or starts < 1:
            raise ParameterError(f"expected an arm, size >= 1 and starts >= 1, got {arms}, {size}, {starts}")
        self._size, self._starts, self._is_usual = size, starts, tuple(arms) == ARMS
        self._arms = {name: _made(name, size, free) for name in arms}

    @property
    def state(self) -> State:
        """Where the search and all its techniques stand."""
        self._state.arms = {name: arm.state for name, arm in self._arms.items() if name in self._state.turns}
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        self._state = state
        for name, one in state.arms.items():
            self._arms[name].state = one

    def start(self, context: Context) -> None:
        """Start all techniques; of the usual ones those that lack a package are left out.

        Raises:
            ParameterError: a technique has nothing to search.
            PluginError: one that was asked for lacks a package.
        """
        fine = []
        for place, (name, arm) in enumerate(self._arms.items()):
            seed = int(np.random.SeedSequence((context.seed, place)).generate_state(1)[0])
            try:
                arm.start(dataclasses.replace(context, seed=seed))
            except PluginError:
                if not self._is_usual:
                    raise
            else:
                fine.append(name)
        self._state = State({}, dict.fromkeys(fine, 0), {name: [] for name in fine})

    def ask(self, n: int) -> list[Proposal]:
        """At most `n` of whose turn it is."""
        while True:
            state = self._state
            if not state.turn and not self._begin_turn():
                return []
            made = self._arms[state.turn].ask(min(n, state.left))
            if made:
                words = f"{self.name}, turn {sum(state.turns.values())}"
                return [dataclasses.replace(one, detail=f"{words}: {one.detail}") for one in made]
            state.done.append(state.turn)
            state.turn = ""

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Let whose turn it is learn, and the others overhear."""
        state = self._state
        if not state.turn:
            return
        self._arms[state.turn].tell(outcomes)
        for outcome in outcomes:
            state.latest[state.turn] = [*state.latest[state.turn], outcome.score][-_LATEST:]
            for name in state.turns:
                arm = self._arms[name]
                if name != state.turn and hasattr(arm, "overhear"):
                    cast(Overhearing, arm).overhear([outcome])
        state.left -= len(outcomes)
        if state.left <= 0:
            state.turn = ""

    def _begin_turn(self) -> bool:
        """Whether anybody has anything left."""
        state = self._state
        able = [name for name in state.turns if name not in state.done]
        if not able:
            return False
        is_first = not any(state.turns.values())
        new = [name for name in able if not state.turns[name]]
        state.turn = new[0] if new else max(able, key=self._hoped)
        state.turns[state.turn] += 1
        state.left = self._starts if is_first else self._size
        return True

    def _hoped(self, name: str) -> float:
        """What a technique pays, and its bound."""
        turns = self._state.turns
        bound = math.sqrt(2.0 * math.log(sum(turns.values())) / turns[name])
        return paid(self._state.latest)[name] + _CURIOSITY * bound


def paid(latest: dict[str, list[float]]) -> dict[str, float]:
    """How highly each one's scores rank among all: the mean of weights that fall by half every 12 ranks, 0..1."""
    ranked = sorted(
        ((score, name) for name, scores in latest.items() for score in scores), key=lambda pair: -pair[0]
    )
    weights: dict[str, list[float]] = {name: [] for name in latest}
    for rank, (score, name) in enumerate(ranked):
        weights[name].append(0.5 ** (rank / _HALF) if math.isfinite(score) else 0.0)
    return {name: math.fsum(mine) / max(len(mine), 1) for name, mine in weights.items()}


def _made(name: str, size: int, free: dict[str, Any]) -> Resumable:
    """A technique that begins with what it overhears, or another searcher as it is.

    Raises:
        ParameterError: it takes no such options.
        PluginError: there is none of that name.
    """
    kind = registry.load("search", name)
    is_technique = isinstance(kind, type) and issubclass(kind, Technique)
    try:
        made: Resumable = kind(**({"size": size, "starts": 0} if is_technique else {}), **free)
    except TypeError as error:
        raise ParameterError(f"{name} in a portfolio: {error}") from None
    return made
