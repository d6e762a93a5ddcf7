"""The toy and its searchers, registered as a stranger's package would register them."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from patchpilot import registry
from patchpilot.instruments.take import Take
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch

OURS = {
    "instruments": {"toy": "tests.toy:Toy", "dicey": "tests.experiment.toys:Dicey"},
    "objectives": {"loud": "tests.experiment.registered:Loud"},
    "search": {
        "strayer": "tests.experiment.registered:Strayer",
        "stateless": "tests.experiment.registered:Stateless",
    },
}


@contextmanager
def registered() -> Iterator[None]:
    """While it lasts, the registry knows them."""
    real = registry.entries

    def entries(group: str) -> list[importlib.metadata.EntryPoint]:
        ours = [
            importlib.metadata.EntryPoint(name, value, f"patchpilot.{group}")
            for name, value in OURS.get(group, {}).items()
        ]
        return [*real(group), *ours]

    registry.entries = entries
    try:
        yield
    finally:
        registry.entries = real


class Strayer:
    """Strays at random, near the best or far from it; all that it knows is in `state`."""

    name = "strayer"

    def start(self, context: Context) -> None:
        self._space = context.instrument.space
        rng = np.random.default_rng(context.seed)
        self.state: Any = {"rng": rng.bit_generator.state, "best": (0.5, 0.0), "score": float("-inf")}

    def ask(self, n: int) -> list[Proposal]:
        rng = np.random.default_rng()
        rng.bit_generator.state = self.state["rng"]
        level, higher = self.state["best"]
        moves = rng.standard_normal((n, 2))
        self.state["rng"] = rng.bit_generator.state
        values = [
            {
                "level": np.clip(level + 0.1 * a, 0.01, 0.9),
                "transpose": np.clip(round(higher + 6 * b), -24, 24),
            }
            for a, b in moves
        ]
        return [Proposal(Patch.make(self._space, value), self.name) for value in values]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.score > self.state["score"]:
                values = outcome.proposal.patch.values
                self.state["best"] = values.get("level", 0.5), values.get("transpose", 0.0)
                self.state["score"] = outcome.score


class Stateless:
    """Knows all that it knows in a place that nobody asks for."""

    name = "stateless"

    def __init__(self) -> None:
        self._hidden = Strayer()

    def start(self, context: Context) -> None:
        self._hidden.start(context)

    def ask(self, n: int) -> list[Proposal]:
        return self._hidden.ask(n)

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        self._hidden.tell(outcomes)


class Loud:
    """The louder the better."""

    def score(self, take: Take) -> Mapping[str, float]:
        return {"loud": float(np.abs(take.audio.samples).max())}
