"""Objectives add up: `0.5 * CloseTo(sound) + 0.3 * Novel(embedding)` is one."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from patchpilot.errors import ParameterError
from patchpilot.instruments.take import Take
from patchpilot.objectives.base import Objective


class Composable(ABC):
    """An objective with `+` and `*`; others are composed with `Sum`."""

    @abstractmethod
    def score(self, take: Take) -> Mapping[str, float]:
        """As of `Objective`."""

    def __add__(self, other: Objective) -> Sum:
        return Sum([(1.0, self), (1.0, other)])

    def __mul__(self, weight: float) -> Sum:
        return Sum([(weight, self)])

    __rmul__ = __mul__


class Sum(Composable):
    """A weighted sum of objectives.

    Each part says its weight and has it in its score: {"0.5*close_to": −0.2, "0.3*novel": 0.21}. A second part of
    one name is "novel_2".

    Args:
        terms: weights with their objectives; sums among them are taken apart.

    Raises:
        ParameterError: there are none, or a weight is not finite.
    """

    def __init__(self, terms: Iterable[tuple[float, Objective]]) -> None:
        self.terms = tuple(_flat(terms))
        if not self.terms or not all(math.isfinite(weight) for weight, _ in self.terms):
            raise ParameterError(
                f"expected objectives with finite weights, got {[weight for weight, _ in self.terms]}"
            )

    def score(self, take: Take) -> Mapping[str, float]:
        """All parts, weighted."""
        parts: dict[str, float] = {}
        for weight, objective in self.terms:
            for name, value in objective.score(take).items():
                named = name if weight == 1.0 else f"{weight:g}*{name}"
                parts[_free(named, parts)] = weight * value
        return parts

    def learn(self, takes: Sequence[Take]) -> None:
        """Tell those that learn."""
        for _, objective in self.terms:
            learn(objective, takes)

    @property
    def state(self) -> Any:
        """Of each objective that learns; None for others."""
        return [getattr(objective, "state", None) for _, objective in self.terms]

    @state.setter
    def state(self, states: Any) -> None:
        for (_, objective), state in zip(self.terms, states, strict=True):
            if state is not None:
                objective.state = state  # type: ignore[attr-defined]  # it gave this state


def learn(objective: Objective, takes: Sequence[Take]) -> None:
    """Tell an objective what was heard, if it learns from it (see `objectives.base.Learning`)."""
    if hasattr(objective, "learn"):
        objective.learn(takes)


def _flat(terms: Iterable[tuple[float, Objective]]) -> Iterable[tuple[float, Objective]]:
    for weight, objective in terms:
        if isinstance(objective, Sum):
            yield from ((float(weight) * inner, term) for inner, term in objective.terms)
        else:
            yield float(weight), objective


def _free(name: str, taken: Mapping[str, float]) -> str:
    number = 1
    while (found := name if number == 1 else f"{name}_{number}") in taken:
        number += 1
    return found
