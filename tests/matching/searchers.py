"""Searchers whose proposals are known beforehand, and a registry that knows no others."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from patchpilot import registry
from patchpilot.audio import Target, listen
from patchpilot.errors import PluginError
from patchpilot.search.base import Context, Outcome, Proposal, Searcher
from patchpilot.space import Asset, Patch, Performance
from tests.toy import Toy

PLAYED = Performance.one_note(60, hold_s=0.4, length_s=0.5)
RIGHT = {"level": 0.5, "transpose": 7.0}
OWN = {"wavetable_1": Asset("wavetable", '{"own":1}')}
"""What makes a patch more than knobs."""


class Tabled(Toy):
    """The toy with a place for a wavetable, which makes no difference to its sound."""

    def __init__(self) -> None:
        super().__init__()
        self.space = dataclasses.replace(self.space, assets={"wavetable_1": Asset("wavetable", "{}")})


class Fixed:
    """Proposes given values in batches, whatever it is told.

    Args:
        values: of the patches.
        own: whether they bring an asset (the toy must be `Tabled`).
        name: of the searcher.
    """

    name = "fixed"

    def __init__(self, values: Sequence[dict[str, float]], *, own: bool = False, name: str = "fixed") -> None:
        self.values = list(values)
        self.own = own
        self.name = name
        self.started: list[Context] = []

    def start(self, context: Context) -> None:
        self.started.append(context)
        self._space = context.instrument.space
        self._left = list(self.values)

    def ask(self, n: int) -> list[Proposal]:
        batch, self._left = self._left[:n], self._left[n:]
        return [
            Proposal(
                Patch.make(self._space, v, assets=OWN if self.own else {}),
                self.name,
                f"{v.get('transpose', 0):g} up",
                remarks=("hm",),
            )
            for v in batch
        ]

    def tell(self, outcomes: Sequence[Outcome]) -> None: ...


class Stepwise:
    """A refinement: goes up from its best base, one semitone after another, and never ends by itself."""

    name = "refinement"

    def start(self, context: Context) -> None:
        self.context = context
        self.base = context.base_outcomes[0]
        self.up = self.base.proposal.patch.values.get("transpose", 0.0)

    def ask(self, n: int) -> list[Proposal]:
        assert self.base.take is not None
        made = []
        for _ in range(n):
            self.up = (self.up + 1 + 24) % 48 - 24
            patch = self.base.proposal.patch.changed(self.context.instrument.space, {"transpose": self.up})
            name = f"{self.base.proposal.searcher}+{self.name}"
            made.append(Proposal(patch, name, f"stepped to {self.up:g}", (self.base.take.id,)))
        return made

    def tell(self, outcomes: Sequence[Outcome]) -> None: ...


def use(monkeypatch: pytest.MonkeyPatch, **searchers: Searcher) -> None:
    """Have the registry know these searchers and no others."""

    def load(group: str, name: str) -> object:
        assert group == "search"
        if name not in searchers:
            raise PluginError(f"no {name!r} among the search; there are: {', '.join(searchers)}")
        return lambda **_: searchers[name]

    monkeypatch.setattr(registry, "load", load)


def heard(toy: Toy) -> Target:
    """The target of the tests: the toy, a fifth up."""
    return listen(toy.render(Patch.make(toy.space, RIGHT), PLAYED), note=60)


def up(*semitones: float) -> list[dict[str, float]]:
    return [{"transpose": t} for t in semitones]
