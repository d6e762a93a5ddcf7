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
"""Confidence of the pitch from which harmonic frames are tried first."""
GOOD = -0.3
"""A score with which no other construction needs to be tried …"""
ENOUGH = 5
"""… unless fewer takes than this were heard."""
ROUNDS = 2
"""How often the best draft of a construction is corrected, as long as it gets better."""

Construction = Callable[[Target], Sequence[Draft]]


@dataclass
class State:
    """Where a search stands.

    Attributes:
        waiting: constructions that were not tried yet, the likelier first.
        drafts: to be proposed, best guess first.
        proposed: drafts by the hash of their patch, until their outcome is told.
        heard: outcomes and drafts of the construction at work.
        best: best score of the construction at work before its latest correction.
        rounds: corrections that it may still get.
        corrected: corrections that the drafts now proposed have behind them.
        takes: takes heard of all constructions.
        reached: best score of all constructions.
    """

    waiting: list[Construction]
    drafts: list[Draft] = field(default_factory=list)
    proposed: dict[str, Draft] = field(default_factory=dict)
    heard: list[tuple[Outcome, Draft]] = field(default_factory=list)
    best: float = float("-inf")
    rounds: int = 0
    corrected: int = 0
    takes: int = 0
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
        likely: list[Construction] = [harmonic_drafts, dense_drafts]
        self.state = State(waiting=likely if pitched else likely[::-1])

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
                state.takes += 1
                state.reached = max(state.reached, outcome.score)

    def _refill(self) -> None:
        """Correct the best draft as long as that helps; else turn to the next construction, if one is needed."""
        state = self.state
        if state.heard and state.rounds > 0:
            outcome, draft = max(state.heard, key=lambda pair: pair[0].score)
            state.rounds -= 1
            if outcome.score > state.best and outcome.take is not None:
                state.best = outcome.score
                state.corrected += 1
                state.drafts = list(draft.corrected(outcome.take.audio.mono()))
                return
        lacking = state.reached < GOOD
        if state.waiting and (lacking or state.takes < ENOUGH):
            state.drafts = list(state.waiting.pop(0)(self._target))
            state.heard, state.best, state.corrected = [], float("-inf"), 0
            state.rounds = ROUNDS if lacking else 0

    def _proposal(self, draft: Draft) -> Proposal:
        patch = to_patch(self._space, draft.sketch())
        self.state.proposed[patch.sha256] = draft
        times = ("", ", corrected once", ", corrected twice")[self.state.corrected]
        return Proposal(patch, self.name, draft.detail + times)
