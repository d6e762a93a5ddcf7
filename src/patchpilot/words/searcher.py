"""The search for a move: each handle is turned once, then all together as their slopes say, again and again.

Renders are listened to as features, and what a turn of each handle does to all of them is learnt from every render, by
the same regression that refinement has for pictures (`search.refinement.slopes`). Where turning does not reach what was
asked for, some structural moves are heard, and the handles are turned to suit them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from patchpilot.audio import F64
from patchpilot.instruments.take import Take
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.search.refinement.slopes import Heard, slopes
from patchpilot.words import rounds
from patchpilot.words.ear import Ear
from patchpilot.words.features import NAMES, heard_steps
from patchpilot.words.handles import Handles
from patchpilot.words.rounds import SIZE, Model
from patchpilot.words.turning import MISSED, Aim, cost

NAME = "words"
_REACH = (2.0, 12.0)
"""Steps from the best by which a handle may go at once: where nothing was gained lately, and where much was."""
_GAIN, _LEAST_GAIN = 0.98, 0.15
"""Part of the cost below which a round was worth it, and what it must have gained at least."""
_PROBING = 2
"""Rounds that only find out what the handles do."""
_POOR = 3
"""Rounds without gain after which it ends."""
_STUCK = 0.25 * MISSED
"""Cost of half of one thing that was asked for: with more after two rounds, turning alone will not do."""
_MOST_EDITS = 16
_MANY, _PLAINER = 8, 2
"""Handles of which more are too many to read, and rounds that may go into turning fewer."""
_ROUGHNESS = NAMES.index("roughness")
_FOR_EDITS = 2 * SIZE + 12
"""Renders that must be left, for edits to be worth their while."""


class Listener:
    """Scores takes by an aim, and remembers what it heard."""

    def __init__(self, ear: Ear, before: F64, aim: Aim) -> None:
        self.ear, self.before, self.aim = ear, before, aim
        self._heard: dict[str, F64] = {}

    def features(self, take: Take) -> F64:
        """The features of a take (f,)."""
        if take.id not in self._heard:
            self._heard[take.id] = self.ear(take.audio)
        return self._heard[take.id]

    def moved(self, take: Take) -> F64:
        """By how many steps each feature has moved (f,)."""
        return heard_steps(self.features(take)) - heard_steps(self.before)

    def score(self, take: Take) -> dict[str, float]:
        """As an objective: what is missed, and what strayed."""
        moved = self.moved(take)
        return {"missed": -self.aim.missed(moved), "strayed": -self.aim.strayed(moved)}


@dataclass
class State:
    """Where a search stands.

    Attributes:
        points: of the present round.
        heard: everything that was, pictures being moves of the features in steps.
        n_probes: how many of it were before all handles were turned together.
        best: the best of it, by its cost.
        reach: steps by which a handle may go at once.
        poor: rounds without gain, one after another.
        round: number of the present one; the first ones turn single handles.
        told: how many renders there were.
        edited: where the edits begin among what was heard, 0 after they were suited, None before they were tried.
        plainer: how many rounds so far only made the best plainer: the last ones.
    """

    points: list[F64] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    n_probes: int = 0
    best: Heard | None = None
    reach: float = _REACH[1] / 3.0
    poor: int = 0
    round: int = 0
    told: int = 0
    edited: int | None = None
    plainer: int = 0


class Turning:
    """A searcher that moves features of the first of the context's base outcomes.

    Args:
        listener: says what a take is like, and what is asked.
        renders: how many there will be.
        pinned: what of the patch stays as it is, as `Handles.of` has it.
    """

    name = NAME

    def __init__(self, listener: Listener, renders: int, pinned: Collection[str] = ()) -> None:
        self._listener, self._renders, self._pinned = listener, renders, pinned

    def start(self, context: Context) -> None:
        """Begin at the base."""
        base = context.base_outcomes[0]
        assert base.take is not None
        self._parent, self._seed = base.take, context.seed
        is_rough = bool(self._listener.aim.goals[_ROUGHNESS] > 0.0)
        self.handles = Handles.of(context.instrument, base.take.patch, self._pinned, rough=is_rough)
        first = self._heard(np.zeros(len(self.handles)), base.take)
        self.state = State(heard=[first], best=first)
        self.best_take = base.take
        self._waiting: dict[str, F64] = {}

    def ask(self, n: int) -> list[Proposal]:
        """At most `n` of the present round; a new one only when all of the last was heard."""
        state = self.state
        if not state.points:
            state.points = self._next_round() if len(self.handles) else []
            self._waiting = {}
            for point in state.points:
                self._waiting.setdefault(self.handles.patch(point).sha256, point)
        first = state.round <= _PROBING
        detail = "one knob turned" if first else f"turned together, round {state.round - _PROBING}"
        chosen = list(self._waiting.values())[:n]
        return [Proposal(self.handles.patch(one), NAME, detail, (self._parent.id,)) for one in chosen]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Remember what was heard; the round is over when all of it was."""
        state = self.state
        state.told += len(outcomes)
        for outcome in outcomes:
            point = self._waiting.pop(outcome.proposal.patch.sha256, None)
            if point is None or outcome.take is None:
                continue
            found = self._heard(point, outcome.take)
            if found.cost < min(one.cost for one in state.heard):
                self.best_take = outcome.take
            state.heard.append(found)
        if not self._waiting:
            self._learn()

    def _heard(self, at: F64, take: Take) -> Heard:
        moved = self._listener.moved(take)
        return Heard(at, cost(self._listener.aim, at, moved), moved.astype(np.float32))

    def _learn(self) -> None:
        """Bolder after a gain, more careful after none."""
        state = self.state
        assert state.best is not None
        before, state.points = state.best, []
        state.best = min(state.heard, key=lambda one: one.cost)
        if state.round <= _PROBING:
            state.n_probes = len(state.heard)
        if state.best.cost < min(_GAIN * before.cost, before.cost - _LEAST_GAIN):
            state.reach, state.poor = min(state.reach * 1.5, _REACH[1]), 0
        elif state.round > _PROBING:
            state.reach, state.poor = max(state.reach * 0.6, _REACH[0]), state.poor + 1

    def _next_round(self) -> list[F64]:
        """What to hear next; nothing once the last round was."""
        state = self.state
        if state.plainer and not self._is_tangled():
            return []
        state.round += 1
        random = np.random.Generator(np.random.PCG64(np.random.SeedSequence((self._seed, state.round))))
        if state.round == 1:
            return rounds.probes(self.handles, self._renders, random)
        assert state.best is not None
        still = rounds.unheard(self.handles, state.heard[1 : state.n_probes])
        if state.round == _PROBING:
            left = self._renders - state.told
            if far := rounds.far_probes(self.handles, self._listener.aim, state.heard[1:], left, random):
                return far
            state.round += 1
        model = Model(self.handles, self._listener.aim, state.best, self._slopes(), state.reach, still)
        if state.edited:
            edited, state.edited = state.heard[state.edited :], 0
            if edited:
                return rounds.suited(model, edited)
        left = self._renders - state.told
        if not state.plainer and self._is_stuck(left):
            state.edited, state.poor = len(state.heard), 0
            n = min(_MOST_EDITS, left - 2 * SIZE)
            return rounds.edits(model, self.handles.chosen_edits(n, random))
        if not state.plainer and not self._is_enough(left):
            return rounds.together(model, random)
        state.plainer += 1
        return rounds.plainer(model)

    def _is_tangled(self) -> bool:
        """Whether so much is still turned that it is worth being made plainer once more."""
        state = self.state
        assert state.best is not None
        is_room = self._renders - state.told >= SIZE
        return state.plainer < _PLAINER and is_room and int(np.count_nonzero(state.best.at)) > _MANY

    def _is_stuck(self, left: int) -> bool:
        """Whether turning alone does not reach what was asked for, and edits may."""
        state = self.state
        assert state.best is not None
        if state.edited is not None or left < _FOR_EDITS or not self.handles.edits:
            return False
        missed = self._listener.aim.missed(np.asarray(state.best.picture, np.float64))
        return state.poor >= 2 or (state.round > _PROBING + 2 and missed > _STUCK)

    def _is_enough(self, left: int) -> bool:
        """Whether the best is good, nothing better comes, or the renders are all but used up."""
        state, aim = self.state, self._listener.aim
        assert state.best is not None
        moved = np.asarray(state.best.picture, np.float64)
        is_turned = bool(state.best.at.any())
        return aim.is_met(moved) or state.poor >= _POOR or left < (2 * SIZE if is_turned else SIZE // 2)

    def _slopes(self) -> F64:
        """What a step of each handle does to the features, (d, f)."""
        state = self.state
        assert state.best is not None
        assert state.best.picture is not None
        nothing = np.zeros((len(self.handles), len(state.best.picture)), np.float32)
        near = [
            one
            for i, one in enumerate(state.heard)
            if i < state.n_probes or np.abs(one.at - state.best.at).max() <= state.reach
        ]
        return slopes(state.best, near, nothing).astype(np.float64)
