"""Refinement as a searcher: shares the renders among the patches it starts from, by who gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from patchpilot.audio import F32
from patchpilot.errors import ParameterError
from patchpilot.instruments.base import is_knobs_only
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.search.refinement.arm import Arm
from patchpilot.search.refinement.coordinates import Coordinates
from patchpilot.search.refinement.moves import Try, carried
from patchpilot.search.refinement.pictures import Pictures

_NAME = "refinement"
_FIRST = 2
"""Generations that every arm gets before they are compared."""
_HOPE = 0.5
"""What part of its cost an arm may lose after one render, and after n renders its square root of n less."""
_BELIEF = np.float32(0.7)
"""How much of the slopes of one patch is taken to hold for another."""
_BEARABLE = {True: 0.25, False: 0.03}
"""What part a module may cost as it is opened, in patches of nothing but knobs and in others, which are close."""
_SHARES = {True: 3.0, False: 1.0}
"""Of the renders, for patches of nothing but knobs and for the others."""


@dataclass
class State:
    """Where a search stands.

    Attributes:
        arms: one for each patch it started from.
        at: place of the arm whose generation is being heard.
        tries: that generation.
        asked: hashes of those of its patches that were proposed.
        costs: by hash, what was heard.
        pictures: by hash, what was heard.
    """

    arms: list[Arm]
    at: int = 0
    tries: list[Try] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    costs: dict[str, float] = field(default_factory=dict)
    pictures: dict[str, F32 | None] = field(default_factory=dict)


class Refinement:
    """CMA-ES, slopes of the sound's picture and structural moves, from the best patches that others found.

    Args:
        leaping: whether, beside the instrument's own moves, single knobs leap to far values where turns gain nothing:
            for instruments of which nobody said which moves suit them.
    """

    name = _NAME

    def __init__(self, *, leaping: bool = False) -> None:
        self._leaping = leaping

    def start(self, context: Context) -> None:
        """Begin with the context's base outcomes.

        Raises:
            ParameterError: there is nothing to start from.
        """
        self._bases = [one for one in context.base_outcomes if one.take is not None]
        if not self._bases:
            raise ParameterError("refinement needs patches to start from: let another searcher go first")
        self._instrument = context.instrument
        self._pictures = Pictures(context.target.audio) if context.target is not None else None
        self._knobs_only = [is_knobs_only(self._instrument, one.proposal.patch) for one in self._bases]
        self.state = State([self._arm(number, context.seed) for number in range(len(self._bases))])

    def ask(self, n: int) -> list[Proposal]:
        """At most `n` of the present generation; a new one only when all of the last was heard."""
        state = self.state
        if not state.tries:
            self._next_generation()
        waiting = {one.patch.sha256: one for one in state.tries if one.patch.sha256 not in state.costs}
        new = [key for key in waiting if key not in state.asked] or list(waiting)
        state.asked |= set(new[:n])
        return [self._proposal(waiting[key]) for key in new[:n]]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Remember what was heard, and let the arm learn once its generation is complete."""
        state = self.state
        for outcome in outcomes:
            key = outcome.proposal.patch.sha256
            if key in state.asked:
                state.costs[key] = -outcome.score
                state.pictures[key] = (
                    self._pictures(outcome.take.audio)
                    if self._pictures and outcome.take is not None
                    else None
                )
        keys = [one.patch.sha256 for one in state.tries]
        if keys and all(key in state.costs for key in keys):
            arm = state.arms[state.at]
            arm.learn(
                self._instrument,
                state.tries,
                [state.costs[key] for key in keys],
                [state.pictures[key] for key in keys],
            )
            state.tries, state.asked, state.costs, state.pictures = [], set(), {}, {}

    def _arm(self, number: int, seed: int) -> Arm:
        """An arm from a base, whose neutral modules are opened first."""
        base, space = self._bases[number], self._instrument.space
        patch = base.proposal.patch
        openings = [edit for edit in self._instrument.edits(patch) if edit.is_neutral]
        return Arm(
            seed=(seed, number),
            patch=patch,
            start=-base.score,
            opening=tuple(openings),
            bearable=_BEARABLE[self._knobs_only[number]],
            coordinates=Coordinates.around(space, patch, self._instrument.knobs(patch)),
            target=self._pictures.target if self._pictures is not None else None,
            leaping=self._leaping and self._pictures is not None,
        )

    def _next_generation(self) -> None:
        """Of the arm from which most can be hoped."""
        state = self.state
        while (at := self._chosen()) is not None:
            state.at = at
            self._let_know(state.arms[at])
            state.tries = state.arms[at].generation(self._instrument)
            if state.tries:
                return

    def _let_know(self, arm: Arm) -> None:
        """A new arm takes over what the one that heard most knows of the knobs that both have."""
        others = [
            other for other in self.state.arms if other.best is not None and other.best.picture is not None
        ]
        if arm.heard or arm.opening or arm.believed is not None or not others:
            return
        teacher = max(others, key=lambda other: len(other.heard))
        arm.believed = _BELIEF * carried(teacher.coordinates.keys, teacher.slopes(), arm.coordinates.keys)

    def _chosen(self) -> int | None:
        """Place of the arm that is heard next, None when all are done.

        Patches of nothing but knobs and others have their shares. Of each, all arms get a few generations, and
        from then on the one that may become the best.
        """
        arms = [at for at, arm in enumerate(self.state.arms) if not arm.done]
        if not arms:
            return None
        heard = dict.fromkeys(_SHARES, 0.0)
        for arm, kind in zip(self.state.arms, self._knobs_only, strict=True):
            heard[kind] += arm.renders / _SHARES[kind]
        kind = min({self._knobs_only[at] for at in arms}, key=lambda kind: (heard[kind], not kind))
        group = [at for at in arms if self._knobs_only[at] == kind]
        for at in group:
            if len(self.state.arms[at].costs) < _FIRST:
                return at
        return min(group, key=lambda at: (_hoped(self.state.arms[at]), at))

    def _proposal(self, one: Try) -> Proposal:
        base = self._bases[self.state.at]
        arm = self.state.arms[self.state.at]
        assert base.take is not None
        found_by = base.proposal.searcher
        if not found_by.endswith(f"+{_NAME}"):
            found_by = f"{found_by}+{_NAME}"
        moves = [*arm.adopted, *([one.move.name] if one.move is not None else [])]
        refined = [] if base.proposal.searcher == found_by else ["refined"]
        words = [base.proposal.detail, *refined, *moves]
        return Proposal(
            one.patch,
            found_by,
            ", ".join(part for part in words if part),
            parents=(base.take.id,),
            remarks=base.proposal.remarks,
            performance=base.proposal.performance,
        )


def _hoped(arm: Arm) -> float:
    """The cost that an arm may come to: less what it gained in its last two generations, and less where little
    was tried (an optimist's bound, as for bandits; Auer et al., Machine Learning 47, 2002)."""
    recent = arm.costs[-3:]
    gained = recent[0] - recent[-1] if len(recent) > 1 and np.isfinite(recent[0]) else 0.0
    start = min(arm.cost, arm.start)
    return float(start - gained - _HOPE * abs(start) / np.sqrt(arm.renders))
