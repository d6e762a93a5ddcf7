"""The taste of a bank's votes: the last one counts, stars count for more, and what was heard is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import F32, Audio
from patchpilot.bank.bank import Bank
from patchpilot.errors import ParameterError
from patchpilot.experiment.pairs import prefer
from patchpilot.instruments.take import Origin, Take
from patchpilot.objectives.liked import Liked
from patchpilot.retrieval.spectral import Spectral
from patchpilot.selfplay.preference.from_bank import taste_of
from patchpilot.space import Patch, Performance
from tests.toy import Toy


class Height:
    """How high a sound is, and how loud; counts what it hears."""

    name, version, size, scale = "height", "1", 2, 4.0

    def __init__(self) -> None:
        self.heard = 0

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:  # noqa: ARG002
        self.heard += 1
        crossings = np.count_nonzero(np.diff(np.signbit(audio.mono()))) / audio.duration_s
        return np.array([np.log2(crossings / 500.0), 1.0], np.float32)


def _take(transpose: float) -> Take:
    toy, played = Toy(), Performance.one_note(60, hold_s=0.3, length_s=0.4)
    patch = Patch.make(toy.space, {"level": 0.5, "transpose": transpose})
    return Take(patch, played, toy.render(patch, played), "toy 1", Origin("test"))


def _bank(path: Path) -> Bank:
    bank = Bank.open(path, embedding=Spectral())
    for transpose in range(-20, 21):
        bank.append(_take(float(transpose)))
    bank.flush()
    return bank


def test_votes_teach_what_is_liked(tmp_path: Path) -> None:
    with _bank(tmp_path / "b") as bank:
        for number in bank.numbers()[::2]:
            bank.vote(number, -1)  # a mistake that is mended
            bank.vote(number, +1 if bank[number].json["patch"]["values"].get("transpose", 0.0) > 5.0 else -1)
        ear = Height()
        liked = Liked(taste_of(bank, embedding=ear))
        assert liked.score(_take(15.0))["liked"] > 0.6
        assert liked.score(_take(-15.0))["liked"] < 0.3
        heard = ear.heard
        taste_of(bank, embedding=ear)
        assert ear.heard == heard  # what was heard is kept


def test_comparisons_and_stars_teach_too(tmp_path: Path) -> None:
    with _bank(tmp_path / "b") as bank:
        numbers = bank.numbers()
        for low, high in zip(numbers[:15], numbers[-15:], strict=True):
            prefer(bank, high, low)
        taste = taste_of(bank, embedding=Height())
        assert taste.belief(_take(18.0))[0] > taste.belief(_take(-18.0))[0]
        bank.star(numbers[0])
        assert taste_of(bank, embedding=Height()).belief(_take(-20.0))[0] > taste.belief(_take(-20.0))[0]


def test_without_votes_it_says_how_to_vote(tmp_path: Path) -> None:
    with _bank(tmp_path / "b") as bank, pytest.raises(ParameterError, match="play vote"):
        taste_of(bank, embedding=Height())
