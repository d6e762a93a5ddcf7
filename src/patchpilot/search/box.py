"""What techniques search in: points of [0, 1]^d, of which some coordinates mean one of several choices.

Uniform points are what the prior draws, coordinate by coordinate: a choice has a part of [0, 1] as long as it is
likely. So a step of one size is as bold in every coordinate, and a technique needs to know nothing of instruments.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from patchpilot.audio import F64


@dataclass(frozen=True, eq=False)
class Box:
    """The coordinates of points.

    Attributes:
        edges: for each coordinate None, or of one with n >= 1 choices float64 (n + 1,), from 0 to 1: where the part
            of each choice begins and ends.
        ordered: for each coordinate whether its neighbouring choices are alike; true for those without choices.
    """

    edges: tuple[F64 | None, ...]
    ordered: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.edges)

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """How many choices each coordinate has, 0 for a continuous one."""
        return tuple(0 if edges is None else len(edges) - 1 for edges in self.edges)

    @cached_property
    def continuous(self) -> list[int]:
        """Places of the coordinates without choices."""
        return [place for place, count in enumerate(self.counts) if not count]

    def whole(self, points: F64) -> F64:
        """Points (n, d) with the number of the choice (from 0) in place of its coordinate; others are clipped."""
        made = np.clip(points, 0.0, 1.0)
        for place, edges in enumerate(self.edges):
            if edges is not None:
                made[:, place] = np.clip(
                    np.searchsorted(edges, made[:, place], side="right") - 1, 0, len(edges) - 2
                )
        return made

    def unit(self, whole: F64) -> F64:
        """The inverse of `whole`: each choice by the middle of its part."""
        made = np.array(whole, dtype=np.float64)
        for place, edges in enumerate(self.edges):
            if edges is not None:
                chosen = np.clip(np.rint(made[:, place]), 0, len(edges) - 2).astype(np.intp)
                made[:, place] = (edges[chosen] + edges[chosen + 1]) / 2.0
        return np.clip(made, 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Heard:
    """What came of some points.

    Attributes:
        points: (n, d) in [0, 1].
        scores: (n,) finite, higher is better; of a failed render, less than any that was heard.
        descriptors: (n, k) what each sound is like, NaN where there is none; k is 0 where nobody asks.
    """

    points: F64
    scores: F64
    descriptors: F64

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def best(self) -> int:
        """Place of the best, the first of equals."""
        return int(np.argmax(self.scores))


class Algorithm(ABC):
    """A technique on points: plain to pickle, its random numbers its own.

    Attributes:
        parents: for each point of the last generation, those that it was made of; empty where they are made of none.
    """

    parents: Sequence[Sequence[F64]] = ()

    @abstractmethod
    def generation(self) -> F64:
        """The points (n, d) to hear next, n >= 0; none when it has nothing left to try."""

    @abstractmethod
    def learn(self, heard: Heard) -> None:
        """What came of the last generation, all of it, in its order."""

    def overhear(self, heard: Heard) -> None:  # noqa: B027 (who has no use for it does nothing)
        """What others found, or was known before the first generation."""


def folded(points: F64) -> F64:
    """Any numbers, mirrored at 0 and 1 until they are between."""
    inside: F64 = 1.0 - np.abs(1.0 - np.mod(points, 2.0))
    return inside
