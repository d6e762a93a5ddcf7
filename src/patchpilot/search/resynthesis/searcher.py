"""Resynthesis as a searcher: drafts first, then corrections of the best by what its render lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from patchpilot.audio import Target
from patchpilot.errors import ParameterError
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.search.resynthesis.dense.draft import drafts as dense_drafts
from patchpilot.search.resynthesis.draft import Draft
from patchpilot.search.resynthesis.harmonic.draft import drafts as harmonic_drafts
from patchpilot.search.resynthesis.sketch import to_patch

CONFIDENT = 0.6
"""Confidence of the pitch from which harmonic frames alone are tried first."""
GOOD = -0.3
"""A score with which no other construction needs to be tried."""
ENOUGH = 5
"""Takes after which corrections end. One round gains most; a second less than 0.01 for a sixth of all the time."""
MOST_ROUNDS = 3
"""Rounds of corrections after which a construction that makes few drafts is left alone."""

Construction = Callable[[Target], Sequence[Draft]]


@dataclass
class State:
    """Where a search stands.

    Attributes:
        waiting: groups of constructions that were not tried yet, the likelier first.
        drafts: to be proposed, best guess first.
        proposed: drafts by the hash of their patch, until their outcome is told.
        heard: outcomes and drafts of the group at work.
        rounds: rounds of corrections that the group had.
        corrected: hashes of the patches that were corrected.
        reached: best score of all.
    """

    waiting: list[tuple[Construction, ...]]
    drafts: list[Draft] = field(default_factory=list)
    proposed: dict[str, Draft] = field(default_factory=dict)
    heard: list[tuple[Outcome, Draft]] = field(default_factory=list)
    rounds: int = 0
    corrected: set[str] = field(default_factory=set)
    reached: float = float("-inf")


class Resynthesis:
    """Wavetables measured on the target, a fitted envelope, and corrections on the real engine."""

    name = "resynthesis"

    def start(self, context: Context) -> None:
        """Begin with a target.

        Raises:
            ParameterError: there is no target, or the instrument is not Vital.
        """
        if context.target is None:
            raise ParameterError("resynthesis needs a target sound")
        if context.instrument.name != "vital":
            raise ParameterError(f"resynthesis writes Vital patches, not those of {context.instrument.name}")
        self._target = context.target
        self._space = context.instrument.space
        pitched = context.target.f0_hz is not None and context.target.confidence >= CONFIDENT
        one_by_one: list[tuple[Construction, ...]] = [(harmonic_drafts,), (dense_drafts,)]
        self.state = State(waiting=one_by_one if pitched else [(dense_drafts, harmonic_drafts)])

    def ask(self, n: int) -> list[Proposal]:
        """The drafts of a construction, then corrections of its best; then perhaps another construction."""
        state = self.state
        if not state.drafts and not state.proposed:
            self._refill()
        batch, state.drafts = state.drafts[:n], state.drafts[n:]
        return [self._proposal(draft) for draft in batch]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Remember what was heard."""
        state = self.state
        for outcome in outcomes:
            draft = state.proposed.pop(outcome.proposal.patch.sha256, None)
            if draft is not None and outcome.take is not None:
                state.heard.append((outcome, draft))
                state.reached = max(state.reached, outcome.score)

    def _refill(self) -> None:
        """Correct the best draft; then turn to other constructions if it is not good enough."""
        state = self.state
        if state.rounds == 0 or (len(state.heard) < ENOUGH and state.rounds < MOST_ROUNDS):
            state.drafts = self._corrections()
            state.rounds += 1
        while not state.drafts and state.waiting and state.reached < GOOD:
            group = state.waiting.pop(0)
            state.drafts = [draft for construction in group for draft in construction(self._target)]
            state.heard, state.rounds = [], 0

    def _corrections(self) -> list[Draft]:
        """Corrections of the best draft that has not been corrected and can be."""
        for outcome, draft in sorted(self.state.heard, key=lambda pair: -pair[0].score):
            done = outcome.proposal.patch.sha256
            if done in self.state.corrected or outcome.take is None:
                continue
            self.state.corrected.add(done)
            if better := list(draft.corrected(outcome.take.audio.mono())):
                return better
        return []

    def _proposal(self, draft: Draft) -> Proposal:
        patch = to_patch(self._space, draft.sketch())
        self.state.proposed[patch.sha256] = draft
        corrected = ", corrected" if self.state.rounds else ""
        return Proposal(patch, self.name, draft.detail + corrected)
