"""How right chains are that were found: which modules, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from patchpilot.errors import ParameterError


@dataclass(frozen=True)
class Scores:
    """Of n chains.

    Attributes:
        n: how many were compared.
        exact: share of them that are right in all: the same modules in the same order.
        right_set: share with the right modules, in whatever order.
        order: share with the right order, of those with the right modules; NaN where there is none.
        tau: mean of Kendall's τ of the modules that both have, of chains that share two or more: 1 the same order,
            −1 the reverse, 0 what a random one has; NaN where there is none.
        f1: of single modules: the harmonic mean of the share of those found that are there, and of those there that
            were found.
    """

    n: int
    exact: float
    right_set: float
    order: float
    tau: float
    f1: float


def scores(found: Sequence[Sequence[str]], true: Sequence[Sequence[str]]) -> Scores:
    """Compare chains that were found with the true ones.

    Raises:
        ParameterError: there are none, or not as many of one as of the other.
    """
    if len(found) != len(true) or not true:
        raise ParameterError(
            f"expected as many chains as true ones, at least one, got {len(found)} and {len(true)}"
        )
    pairs = [(tuple(one), tuple(other)) for one, other in zip(found, true, strict=True)]
    exact = np.array([one == other for one, other in pairs])
    same = np.array([set(one) == set(other) for one, other in pairs])
    taus = [value for one, other in pairs if (value := tau(one, other)) is not None]
    hits = sum(len(set(one) & set(other)) for one, other in pairs)
    said = sum(len(one) + len(other) for one, other in pairs)
    return Scores(
        n=len(pairs),
        exact=float(exact.mean()),
        right_set=float(same.mean()),
        order=float(exact[same].mean()) if same.any() else float("nan"),
        tau=float(np.mean(taus)) if taus else float("nan"),
        f1=2.0 * hits / said if said else 1.0,
    )


def tau(one: Sequence[str], other: Sequence[str]) -> float | None:
    """Kendall's τ (1938) of two orders, over what both have; None where that is less than two."""
    common = [module for module in one if module in other]
    if len(common) < 2:
        return None
    place = {module: k for k, module in enumerate(other)}
    agree = [place[first] < place[second] for first, second in combinations(common, 2)]
    return 2.0 * sum(agree) / len(agree) - 1.0
