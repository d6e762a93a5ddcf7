"""Any technique over any vector: of a patch, of what is played, or of both.

    Over(vital.space.view("core"), CmaEs())                                 # the patch
    Over(Joint(View(rack.space, patch, ()), OneNotes.only("pitch")), Tpe()) # what is played
    Over(Joint(rack.space.view("core"), PatternSpace(bars=(1, 2))), CmaEs())  # both

A technique by itself searches what an instrument's prior varies; here somebody says what may be chosen. It begins with
the base of the view and the defaults of the performance, and uniform vectors beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.search.box import Algorithm, Box, Heard
from patchpilot.search.technique import Technique
from patchpilot.space import Joint, View

Key = tuple[str, str]
"""Hashes of a patch and of a performance, "" for the context's."""


@dataclass
class State:
    """Where a search stands: plain data that can be copied and pickled.

    Attributes:
        algorithm: what it has learnt, its random numbers too.
        points: (n, d) of the present generation.
        asked: what of it was proposed.
        heard: score (−inf for a failure) and descriptors of what of it was heard.
        worst: lowest finite score so far.
    """

    algorithm: Algorithm
    points: F64
    asked: set[Key] = field(default_factory=set)
    heard: dict[Key, tuple[float, F64]] = field(default_factory=dict)
    worst: float = float("inf")


class Over:
    """A technique that searches a vector.

    Args:
        over: what may be chosen.
        technique: how; what of patches is free for it (`Freedom`) does not count.

    Raises:
        ParameterError: nothing may be chosen.
    """

    def __init__(self, over: View | Joint, technique: Technique) -> None:
        if not len(over):
            raise ParameterError("expected parameters that may be chosen, got none: name them in the view")
        self._over, self._technique = over, technique

    @property
    def name(self) -> str:
        """The technique's."""
        return self._technique.name

    def start(self, context: Context) -> None:
        """Begin at the base of what may be chosen, and anywhere."""
        parameters = self._over.parameters
        edges = [np.linspace(0.0, 1.0, p.n_categories + 1) if p.is_categorical else None for p in parameters]
        self._box = Box(tuple(edges), tuple(not (p.is_categorical and p.options) for p in parameters))
        self._steps = np.array([max(count - 1, 1) for count in self._box.counts], np.float64)
        view = self._over.view if isinstance(self._over, Joint) else self._over
        first = self._box.unit((self._over.encode(view.base) * self._steps)[None])
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((context.seed, 1))))
        others = rng.random((self._technique.size - 1, len(self._box)))
        starts = np.concatenate([first, others])
        made = self._technique.algorithm(self._box, context.seed, starts, is_warm=False)
        self.state = State(made, starts[:0])

    def ask(self, n: int) -> list[Proposal]:
        """At most `n` of the present generation; a new one only when all of the last was heard."""
        state = self.state
        if not len(state.points):
            state.points = state.algorithm.generation()
        waiting = {key: one for key, one in self._present().items() if key not in state.heard}
        keys = ([key for key in waiting if key not in state.asked] or list(waiting))[:n]
        state.asked |= set(keys)
        return [waiting[key] for key in keys]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Remember what was heard, and learn once all of the generation was."""
        state = self.state
        for outcome in outcomes:
            if (key := _key(outcome.proposal)) in state.asked:
                state.heard[key] = outcome.score, self._described(outcome)
                if np.isfinite(outcome.score):
                    state.worst = min(state.worst, outcome.score)
        if not len(state.points) or not all(key in state.heard for key in self._present()):
            return
        found = [state.heard[_key(self._proposal(point))] for point in state.points]
        failed = state.worst - 1.0 if np.isfinite(state.worst) else -1.0
        scores = np.array([score if np.isfinite(score) else failed for score, _ in found])
        heard = Heard(state.points, scores, np.array([descriptors for _, descriptors in found]))
        state.points, state.asked, state.heard = state.points[:0], set(), {}
        state.algorithm.learn(heard)

    def _present(self) -> dict[Key, Proposal]:
        """The present generation, what is the same in it once."""
        return {_key(one): one for one in map(self._proposal, self.state.points)}

    def _proposal(self, point: F64) -> Proposal:
        norms = self._box.whole(point[None])[0] / self._steps
        if isinstance(self._over, Joint):
            patch, performance = self._over.play(norms)
            return Proposal(patch, self.name, performance=performance)
        return Proposal(self._over.patch(norms), self.name)

    def _described(self, outcome: Outcome) -> F64:
        if outcome.take is None or not np.isfinite(outcome.score):
            return np.full(self._technique.n_descriptors, np.nan)
        return self._technique.describe(outcome.take)


def _key(proposal: Proposal) -> Key:
    """What tells proposals apart."""
    played = proposal.performance
    return proposal.patch.sha256, played.sha256 if played is not None else ""
