"""Sounds and tests that are quick to make."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from patchpilot.audio import Audio
from patchpilot.listening import Ballot, Bundle, Item, ListeningTest, build
from patchpilot.listening.ballots import COLUMNS
from patchpilot.space import Patch, Performance
from tests.toy import Toy

RATE = 44100


def tone(
    hz: float, *, level: float = 0.3, seconds: float = 0.6, channels: int = 1, rate: int = RATE
) -> Audio:
    """A saw that decays: it has highs for an anchor to lose."""
    t = np.arange(round(seconds * rate)) / rate
    wave = level * (2 * ((hz * t) % 1) - 1) * np.exp(-2 * t)
    return Audio(np.tile(wave.astype(np.float32), (channels, 1)), rate)


class Coloured(Toy):
    """A toy whose level is a colour, too: no two levels sound the same at one loudness."""

    def render(self, patch: Patch, performance: Performance) -> Audio:
        audio = super().render(patch, performance)
        level = patch.values.get("level", 0.5)
        return Audio(audio.samples + level * audio.samples**3, audio.sample_rate)


def items(conditions: int = 2, trials: int = 2, *, reference: bool = True) -> list[Item]:
    """Items "one", "two", … with conditions "a", "b", …, all sounding different."""
    names = ("one", "two", "three", "four", "five", "six", "seven", "eight")[:trials]
    return [
        Item(
            name,
            {"abcdef"[k]: tone(110.0 * (k + 2) + 10 * index, level=0.1 * (k + 1)) for k in range(conditions)},
            tone(110.0 + 10 * index) if reference else None,
        )
        for index, name in enumerate(names)
    ]


def mushra(conditions: int = 2, trials: int = 2, *, mid_anchor: bool = False) -> Bundle:
    return build("Test", "mushra", items(conditions, trials), seed=1, mid_anchor=mid_anchor)


def pairwise(conditions: int = 2, trials: int = 2, *, no_difference: bool = True) -> Bundle:
    return build("Test", "pairwise", items(conditions, trials), seed=1, no_difference=no_difference)


def ballot(test: ListeningTest, who: str, votes: Mapping[str, float]) -> Ballot:
    """The same vote for a condition in each trial; pairs get 1 for the larger number, 0.5 for equal ones."""
    said = {}
    for trial in test.trials:
        own = {one.code: votes[one.condition] for one in trial.stimuli}
        if test.kind == "pairwise":
            (a, x), (b, y) = own.items()
            own = {a: float(np.sign(x - y) + 1) / 2, b: float(np.sign(y - x) + 1) / 2}
        said[trial.code] = own
    return Ballot(who, said)


def csv_of(test: ListeningTest, *ballots: Ballot) -> str:
    """As the page saves it."""
    lines = [",".join(COLUMNS)]
    for one in ballots:
        for trial, votes in one.votes.items():
            for place, (code, vote) in enumerate(votes.items(), 1):
                lines.append(f"{test.id},{test.kind},{one.participant},{trial},{place},{code},{vote:g}")
    return "\r\n".join(lines) + "\r\n"
