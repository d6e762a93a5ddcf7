"""Searchers and instruments whose doings are known beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from patchpilot.audio import Audio, listen
from patchpilot.errors import EngineError
from patchpilot.objectives.closeness import CloseTo
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch, Performance
from tests.toy import Toy

PERFORMANCE = Performance.one_note(60, hold_s=0.4, length_s=0.5)


class Levels:
    """Proposes one level after another."""

    name = "levels"

    def __init__(self, levels: Sequence[float]) -> None:
        self.levels = list(levels)
        self.told: list[Outcome] = []

    def start(self, context: Context) -> None:
        self._space = context.instrument.space
        self.told.clear()

    def ask(self, n: int) -> list[Proposal]:
        batch, self.levels = self.levels[:n], self.levels[n:]
        return [Proposal(Patch.make(self._space, {"level": level}), self.name) for level in batch]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        self.told.extend(outcomes)


class Wanderer:
    """Walks at random from the best level so far; all that it knows is in `state`."""

    name = "wanderer"

    def start(self, context: Context) -> None:
        self._space = context.instrument.space
        self.state: Any = {
            "rng": np.random.default_rng(context.seed).bit_generator.state,
            "level": 0.5,
            "score": float("-inf"),
        }

    def ask(self, n: int) -> list[Proposal]:
        rng = np.random.default_rng()
        rng.bit_generator.state = self.state["rng"]
        levels = np.clip(self.state["level"] + 0.1 * rng.standard_normal(n), 0.01, 0.9)
        self.state["rng"] = rng.bit_generator.state
        return [Proposal(Patch.make(self._space, {"level": level}), self.name) for level in levels.tolist()]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.score > self.state["score"]:
                level = outcome.proposal.patch.values.get("level", 0.5)
                self.state.update(level=level, score=outcome.score)


class Dicey(Toy):
    """Plays higher by as many semitones as its dice show; throws of `bad` fail."""

    bad: frozenset[int] = frozenset()

    def __init__(self) -> None:
        super().__init__()
        self.thrown: list[int] = []

    def is_random(self, patch: Patch) -> bool:
        return patch.values.get("level", 0.5) != 0.5

    def render(self, patch: Patch, performance: Performance) -> Audio:
        self.thrown.append(performance.engine_seed)
        if performance.engine_seed in self.bad:
            raise EngineError("the dice fell off the table")
        higher = performance.notes[0].pitch + performance.engine_seed
        return super().render(patch, Performance.one_note(higher, hold_s=0.4, length_s=performance.length_s))


class Interrupted(Toy):
    """The user presses Ctrl-C while it plays its n-th patch; the others of the batch are in order."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._at = at

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        for i, (patch, performance) in enumerate(pairs):
            if self.rendered == self._at:
                raise KeyboardInterrupt
            yield i, self.render(patch, performance)


def context(toy: Toy, *, engine_seeds: int = 1, performance: Performance = PERFORMANCE) -> Context:
    target = listen(Toy().render(Patch.make(toy.space, {"transpose": 7.0}), PERFORMANCE))
    return Context(toy, performance, target, seed=3, engine_seeds=engine_seeds)


def objective(about: Context) -> CloseTo:
    assert about.target is not None
    return CloseTo(about.target.audio)
