"""Reinforcement learning: a policy learns how the knobs of this instrument turn, and remembers it for later searches.

Walkers go through patches a step at a time, all in step: some from patches of the prior, the others from the best that
are known. After each episode the policy learns which turns gained (PPO: J. Schulman et al., arXiv:1707.06347, by the
package stable-baselines3). It sees what `environment.py` shows: where the knobs are, what that sounds like, what the
target sounds like, how many steps are left; so what it learned of one target is of use for the next. With few renders
it has learned little: what it is good for is a policy of earlier searches.

    searcher = Ppo(policy="vital.policy.safetensors")     # begins with what it knows
    run(searcher, …)
    searcher.policy.save("vital-2.policy.safetensors")
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.errors import ParameterError
from patchpilot.instruments.take import Take
from patchpilot.search import _ppo, descriptors
from patchpilot.search.base import Context
from patchpilot.search.box import Algorithm, Box, Heard, folded
from patchpilot.search.extras import needed
from patchpilot.search.policy import Policy, observed
from patchpilot.search.technique import SIZE, Technique

STEPS, TURN = 6, 0.1
_FRESH = 0.25
"""Share of the walkers that begin at patches of the prior."""
_MOST_GAIN = 4.0
"""A gain or loss, in typical ones, beyond which it makes no difference how large it is."""


class Ppo(Technique):
    """Proximal policy optimisation.

    Args:
        policy: what it begins with: one of earlier searches, or its file; by default it knows nothing.
        steps: >= 1, of an episode, after which it learns.
        turn: > 0, how far an action of 1 turns a coordinate, as a part of it.
        size: >= 1, walkers.
        free: see `Technique`.

    Raises:
        ParameterError: an option is out of its range, or the policy is missing or damaged.
        PluginError: the package 'stable-baselines3' is not installed.
    """

    name = "ppo"
    n_descriptors = len(descriptors.NAMES)

    def __init__(
        self,
        *,
        policy: Policy | Path | str | None = None,
        steps: int = STEPS,
        turn: float = TURN,
        size: int = SIZE,
        **free: Any,
    ) -> None:
        super().__init__(size=size, **free)
        if steps < 1 or not turn > 0.0:
            raise ParameterError(f"expected steps >= 1 and turn > 0, got {steps} and {turn:g}")
        self._steps, self._turn = steps, turn
        self._first = Policy.load(policy) if isinstance(policy, Path | str) else policy

    def start(self, context: Context) -> None:
        """As of `Technique`; a policy of another instrument is refused with `ParameterError`."""
        super().start(context)
        first, instrument = self._first, context.instrument.name
        if first is not None and first.instrument != instrument:
            raise ParameterError(
                f"the policy is of {first.instrument}, not of {instrument}: it knows none of its knobs"
            )
        goal = np.full(self.n_descriptors, np.nan)
        if context.target is not None:
            goal = descriptors.place(context.target.audio)
        self._walkers.informed(instrument, tuple(gene.name for gene in self.encoding.genes), goal, first)

    @property
    def policy(self) -> Policy:
        """What it has learned so far."""
        return self._walkers.policy

    def describe(self, take: Take) -> F64:
        """What the policy hears."""
        return descriptors.describe(take)

    def algorithm(self, box: Box, seed: int, starts: F64, is_warm: bool) -> Algorithm:  # noqa: ARG002
        """Begins with patches of the prior."""
        needed("stable_baselines3", "rl")
        return Walkers(box, seed, starts, self.size, self._steps, self._turn)

    @property
    def _walkers(self) -> Walkers:
        made = self.state.algorithm
        assert isinstance(made, Walkers)
        return made


class Walkers(Algorithm):
    """Walkers, what they have learned, and the best that is known."""

    def __init__(self, box: Box, seed: int, starts: F64, size: int, steps: int, turn: float) -> None:
        self._box, self._seed, self._starts = box, seed, starts
        self._size, self._steps, self._turn = size, steps, turn
        self._random = np.random.default_rng((seed, 8))
        self._policy: Policy | None = None
        self._memory: dict[str, F32] = {}
        self._goal: F64 = np.full(len(descriptors.NAMES), np.nan)
        self._known: Heard | None = None
        self._at: Heard | None = None
        self._done = steps
        self._drawn: tuple[F32, F64, F64, F64] | None = None
        self._episode: list[tuple[F32, F64, F64, F64, F64]] = []
        self._squares, self._n_gains = 0.0, 0

    def informed(self, instrument: str, names: tuple[str, ...], goal: F64, first: Policy | None) -> None:
        """What the points are of, and what is known before the first of them; goal is (4,)."""
        self._goal = goal
        if first is None or first.names != names:
            untrained = Policy(instrument, names, _ppo.fresh(len(names), self._seed))
            self._policy = untrained if first is None else first.fitted(names, untrained.weights)
        else:
            self._policy = first

    @property
    def policy(self) -> Policy:
        """What was learned."""
        if self._policy is None:
            self.informed("", tuple(map(str, range(len(self._box)))), self._goal, None)
        assert self._policy is not None
        return self._policy

    def generation(self) -> F64:
        """The starts; where some of the walkers begin; then a step of all of them."""
        self.parents, self._drawn = (), None
        if len(self._starts):
            made, self._starts = self._starts, self._starts[:0]
            return made
        if self._done == self._steps or self._at is None:
            return self._random.random((max(1, round(_FRESH * self._size)), len(self._box)))
        seen = observed(self._at.points, self._at.descriptors, self._goal, 1.0 - self._done / self._steps)
        actions, logs, values = self.policy.sampled(seen, self._random)
        self._drawn = seen, actions, logs, values
        self.parents = [[point] for point in self._at.points]
        return folded(self._at.points + self._turn * np.clip(actions, -1.0, 1.0))

    def learn(self, heard: Heard) -> None:
        """Remember the best; move, and after the last step learn."""
        self.overhear(heard)
        if self._drawn is None:  # they are about to begin
            self._begin(heard)
            return
        assert self._at is not None
        self._episode.append((*self._drawn, heard.scores - self._at.scores))
        self._at, self._done = heard, self._done + 1
        if self._done == self._steps:
            self._learn()

    def overhear(self, heard: Heard) -> None:
        """Remember the best, some of which the walkers begin at."""
        both = heard if self._known is None else _joined(self._known, heard)
        best = np.argsort(-both.scores, kind="stable")[: self._size]
        self._known = _some(both, best)

    def _begin(self, heard: Heard) -> None:
        """Walkers where something was just heard, and at the best, the better the more often."""
        assert self._known is not None
        n_fresh = min(len(heard), max(1, round(_FRESH * self._size)))
        n = self._size - n_fresh
        chosen = (self._random.random(n) ** 2 * len(self._known)).astype(int)
        self._at = _joined(_some(heard, np.arange(n_fresh)), _some(self._known, chosen))
        self._done, self._episode = 0, []

    def _learn(self) -> None:
        """A lesson of the episode that ended: each walker's steps one after another."""
        seen, actions, logs, values, gains = (
            np.stack(part, axis=1).reshape(self._size * self._steps, *part[0].shape[1:])
            for part in zip(*self._episode, strict=True)
        )
        self._squares, self._n_gains = (
            self._squares + float(np.square(gains).sum()),
            self._n_gains + len(gains),
        )
        typical = max(np.sqrt(self._squares / self._n_gains), 1e-12)
        rewards = np.clip(gains / typical, -_MOST_GAIN, _MOST_GAIN)
        lesson = _ppo.Lesson(seen, actions.astype(np.float32), rewards, values, logs, self._steps)
        seed = int(np.random.SeedSequence((self._seed, self.policy.n_updates)).generate_state(1)[0])
        if len(rewards) > 1:
            self._policy, self._memory = _ppo.learned(self.policy, self._memory, lesson, seed)
        self._episode = []


def _joined(one: Heard, two: Heard) -> Heard:
    return Heard(
        np.concatenate([one.points, two.points]),
        np.concatenate([one.scores, two.scores]),
        np.concatenate([one.descriptors, two.descriptors]),
    )


def _some(heard: Heard, places: Any) -> Heard:
    return Heard(heard.points[places], heard.scores[places], heard.descriptors[places])
