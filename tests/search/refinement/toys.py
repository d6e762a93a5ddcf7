"""An instrument of seven knobs and one switch that renders nothing worth hearing, and an objective on its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.instruments.take import Origin, Take
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Asset, Edit, Parameter, Patch, Performance, Space
from tests.toy import Toy

BEST = {"a": 0.8, "b": 0.3, "c": 0.55, "d": 0.15, "e": 0.7, "voices": 5.0}
"""Where the bowl's bottom is."""
TABLE = Asset("wavetable", '{"own":1}')
PERFORMANCE = Performance.one_note(60, hold_s=0.4, length_s=0.5)


class Knobs(Toy):
    """Silent knobs a to e, a whole one, and a switch; the patches that `fails` says crash it."""

    name = "knobs"

    def __init__(self, fails: Callable[[Mapping[str, float]], bool] = lambda _: False) -> None:
        super().__init__()
        self.fails = fails
        self.space = Space(
            instrument="knobs",
            version="1",
            parameters=(
                *(Parameter(name, 0.0, 1.0, 0.5, is_categorical=False) for name in "abcde"),
                Parameter("voices", 1.0, 8.0, 2.0, is_categorical=True),
                Parameter("switch", 0.0, 1.0, 0.0, is_categorical=True),
            ),
            assets={"table": Asset("wavetable", "{}")},
            views={"core": ("a",)},
        )

    def render(self, patch: Patch, performance: Performance) -> Audio:  # noqa: ARG002
        self.rendered += 1
        if self.fails(values_of(self, patch)):
            raise EngineError("the worker died")
        return Audio(np.zeros(100, np.float32), 44100)

    def knobs(self, patch: Patch) -> dict[str, float]:  # noqa: ARG002
        return {**dict.fromkeys("abcde", 0.1), "voices": 1.0}

    def edits(self, patch: Patch) -> list[Edit]:
        return [] if patch.values.get("switch") else [Edit("switch on", {"switch": 1.0})]


class Hills(Knobs):
    """Two tones; from knob a's lower end the upper tone only gets softer, until at its upper end it is loud."""

    def render(self, patch: Patch, performance: Performance) -> Audio:  # noqa: ARG002
        a = values_of(self, patch)["a"]
        level = max(0.2 - a, 0.0) if a < 0.75 else 1.0
        t = np.arange(8820) / 44100
        wave = 0.5 * np.sin(2 * np.pi * 220.0 * t) + 0.4 * level * np.sin(2 * np.pi * 3520.0 * t)
        return Audio(wave.astype(np.float32), 44100)

    def knobs(self, patch: Patch) -> dict[str, float]:  # noqa: ARG002
        return dict.fromkeys("abcde", 0.05)

    def edits(self, patch: Patch) -> list[Edit]:  # noqa: ARG002
        return []


def values_of(instrument: Toy, patch: Patch) -> dict[str, float]:
    return {p.name: patch.values.get(p.name, p.default) for p in instrument.space.parameters}


class Bowl:
    """Minus the squared distance from `BEST`; the switch is worth something too."""

    name = "bowl"

    def __init__(self, instrument: Knobs) -> None:
        self.instrument = instrument

    def score(self, take: Take) -> Mapping[str, float]:
        values = values_of(self.instrument, take.patch)
        missed = sum(
            ((values[name] - best) * (0.1 if name == "voices" else 1.0)) ** 2 for name, best in BEST.items()
        )
        return {self.name: -missed - 0.2 * (1.0 - values["switch"])}


def start_from(instrument: Toy, score: Callable[[Take], Mapping[str, float]], *patches: Patch) -> Context:
    """A context whose bases are these patches, found by "finder"."""
    outcomes = []
    for patch in patches:
        take = Take(
            patch,
            PERFORMANCE,
            instrument.render(patch, PERFORMANCE),
            instrument.fingerprint,
            Origin("finder"),
        )
        outcomes.append(Outcome(Proposal(patch, "finder", "a guess"), take, score(take)))
    return Context(instrument, PERFORMANCE, base_outcomes=tuple(sorted(outcomes, key=lambda one: -one.score)))
