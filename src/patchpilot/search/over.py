"""Any technique over any vector: of a patch, of what is played, or of both.

    Over(vital.space.view("core"), CmaEs())                                 # the patch
    Over(Joint(View(rack.space, patch, ()), OneNotes.only("pitch")), Tpe()) # what is played
    Over(Joint(rack.space.view("core"), PatternSpace(bars=(1, 2))), CmaEs())  # both

A technique by itself searches what an instrument's prior varies; here somebody says what may be chosen. It begins with
the base of the view and the defaults of the performance, and uniform vectors beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.search.box import Box
from patchpilot.search.generation import Generation
from patchpilot.search.technique import Technique
from patchpilot.space import Joint, View

Key = tuple[str, str]
"""Hashes of a patch and of a performance, "" for the context's."""


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
        self.state = Generation[Key](made, starts[:0])

    def ask(self, n: int) -> list[Proposal]:
        """At most `n` of the present generation; a new one only when all of the last was heard."""
        state = self.state
        if not state.keys:
            state.points = state.algorithm.generation()
            state.keys = [_key(self._proposal(point)) for point in state.points]
        wanted = state.propose(n)
        made = dict(zip(state.keys, state.points, strict=True))
        return [self._proposal(made[key]) for key in wanted]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Remember what was heard, and learn once all of the generation was."""
        state = self.state
        for outcome in outcomes:
            if state.waits_for(key := _key(outcome.proposal)):
                state.heard[key] = outcome.score, self._technique.described(outcome)
                state.note(outcome.score)
        state.learn()

    def _proposal(self, point: F64) -> Proposal:
        norms = self._box.whole(point[None])[0] / self._steps
        if isinstance(self._over, Joint):
            patch, performance = self._over.play(norms)
            return Proposal(patch, self.name, performance=performance)
        return Proposal(self._over.patch(norms), self.name)


def _key(proposal: Proposal) -> Key:
    """What tells proposals apart."""
    played = proposal.performance
    return proposal.patch.sha256, played.sha256 if played is not None else ""
