"""What techniques on points share: from patches to points, from outcomes to scores, and a state to go on from.

A technique is an `Algorithm`, which sees points and scores only, and a `Technique`, which names and makes it. Nobody
needs a target: scores are whatever the objective says, and higher is better.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.instruments.take import Take
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.search.box import Algorithm, Box
from patchpilot.search.encoding import Encoding
from patchpilot.search.freedom import Freedom
from patchpilot.search.generation import Generation
from patchpilot.space import Patch

SIZE = 16
"""Patches in a generation by default: what is proposed before anything of it is heard."""


@dataclass
class State(Generation[str]):
    """Where a search stands; keys are hashes of patches.

    Attributes:
        number: of the present generation, from 1.
        parents: ids of the takes that each of its patches was made of.
        takes: ids of all takes so far, by a digest of their points.
    """

    number: int = 0
    parents: list[tuple[str, ...]] = field(default_factory=list)
    takes: dict[bytes, str] = field(default_factory=dict)


class Technique(ABC):
    """A searcher whose proposals are points of an `Encoding`.

    Args:
        size: >= 1, patches in a generation.
        starts: >= 0, patches of the prior to begin with where nothing is known; a generation of them by default.
        free: what of a patch is free, as `Freedom` has it: `searched`, `fixed`, `pinned`, `randomised`, `prior`.

    Raises:
        ParameterError: an option is unknown or out of its range.
    """

    name: ClassVar[str]
    n_descriptors = 0
    """How many numbers `describe` gives."""

    def __init__(self, *, size: int = SIZE, starts: int | None = None, **free: Any) -> None:
        starts = size if starts is None else starts
        if size < 1 or starts < 0:
            raise ParameterError(f"expected size >= 1 and starts >= 0, got {size} and {starts}")
        self.size, self._n_starts, self._freedom = size, starts, Freedom.of(free)

    @abstractmethod
    def algorithm(self, box: Box, seed: int, starts: F64, is_warm: bool) -> Algorithm:
        """The algorithm at its beginning.

        Args:
            box: what it searches in.
            seed: >= 0, of its random numbers.
            starts: (n, d) points that are good to begin with: whole patches of the prior; n may be 0.
            is_warm: whether it will overhear, before all else, what is known of `base_outcomes`.
        """

    def describe(self, take: Take) -> F64:  # noqa: ARG002 (most need not know)
        """What a sound is like, (`n_descriptors`,); NaN where nothing can be said."""
        return np.zeros(0)

    def start(self, context: Context) -> None:
        """Begin at the context's base outcomes, or from scratch where there are none.

        Raises:
            ParameterError: the instrument has nothing to search of what was asked for.
        """
        known = [one for one in context.base_outcomes if np.isfinite(one.score)]
        base = known[0].proposal.patch if known else None
        self._space, self._seed = context.instrument.space, context.seed
        self.encoding = Encoding.of(context.instrument, self._freedom, base)
        starts = self.encoding.starts(context.seed, self._n_starts)
        made = self.algorithm(self.encoding.box, context.seed, starts, bool(known))
        self.state = State(made)
        self._patches: tuple[int, list[Patch]] = (0, [])
        if known:
            self.overhear(known)

    def ask(self, n: int) -> list[Proposal]:
        """At most `n` of the present generation; a new one only when all of the last was heard."""
        state = self.state
        if not state.keys:
            self._next_generation()
        keys = state.propose(n)
        made = dict(zip(state.keys, zip(self._present(), state.parents, strict=True), strict=True))
        detail = f"generation {state.number}"
        chosen = [made[key] for key in keys]
        return [Proposal(patch, self.name, detail, parents=parents) for patch, parents in chosen]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Remember what was heard; learn once all of a generation was."""
        state = self.state
        for outcome in outcomes:
            key = outcome.proposal.patch.sha256
            if state.waits_for(key):
                state.heard[key] = (outcome.score, self.described(outcome))
                self._note(outcome, state.points[state.keys.index(key)])
        state.learn()

    def overhear(self, outcomes: Sequence[Outcome]) -> None:
        """Learn of what others found, as far as it can be said in this search's coordinates."""
        fine = [one for one in outcomes if np.isfinite(one.score)]
        if fine:
            points = np.array([self.encoding.point(one.proposal.patch) for one in fine])
            for outcome, point in zip(fine, points, strict=True):
                self._note(outcome, point)
            found = [(one.score, self.described(one)) for one in fine]
            self.state.algorithm.overhear(self.state.finite(points, found))

    def _next_generation(self) -> None:
        state = self.state
        state.number += 1
        state.points = state.algorithm.generation()
        made_of = state.algorithm.parents or [()] * len(state.points)
        state.parents = [
            tuple(dict.fromkeys(state.takes[key] for one in points if (key := _digest(one)) in state.takes))
            for points in made_of
        ]
        self._patches = (0, [])
        state.keys = [patch.sha256 for patch in self._present()]

    def _present(self) -> list[Patch]:
        """The patches of the present generation."""
        number, patches = self._patches
        if number != self.state.number:
            dice = (self._seed, self.state.number)
            patches = [self.encoding.patch(point, (*dice, i)) for i, point in enumerate(self.state.points)]
            self._patches = (self.state.number, patches)
        return patches

    def described(self, outcome: Outcome) -> F64:
        """What an outcome is like, (`n_descriptors`,); NaN where nothing was heard."""
        if outcome.take is None or not np.isfinite(outcome.score):
            return np.full(self.n_descriptors, np.nan)
        return self.describe(outcome.take)

    def _note(self, outcome: Outcome, point: F64) -> None:
        """The extremes of the scores, and which take a point became."""
        if outcome.take is not None and np.isfinite(outcome.score):
            self.state.takes[_digest(point)] = outcome.take.id
            self.state.note(outcome.score)


def _digest(point: F64) -> bytes:
    """A short name of a point: a search may have millions."""
    return hashlib.blake2b(point.tobytes(), digest_size=8).digest()
