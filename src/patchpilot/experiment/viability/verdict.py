"""What an experiment came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Verdict:
    """One of the four.

    Attributes:
        name: of the experiment.
        passed: whether the work may go on.
        said: what was measured and what was asked for, in a sentence.
        numbers: what was measured, by name.
        if_not: what to do where it failed.
    """

    name: str
    passed: bool
    said: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    if_not: str = ""


"""Advice is of the failed ones only."""


@dataclass(frozen=True)
class Size:
    """How much is played.

    Attributes:
        patches: of the stability and retrieval experiments.
        queries: of those, played on other keys and looked up.
        repeats: patches that are played again, in another order.
        parameters: that are turned, at most.
        seed: of all draws.
    """

    patches: int = 10_000
    queries: int = 500
    repeats: int = 200
    parameters: int = 20
    seed: int = 9300


USUAL = Size()
"""As the experiments were asked for: enough to tell one failure in a hundred."""
