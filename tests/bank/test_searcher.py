"""A bank proposes what it heard that sounds like the target."""

from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.audio import listen
from patchpilot.bank import Bank
from patchpilot.bank.searcher import Remembered
from patchpilot.errors import ParameterError
from patchpilot.instruments.take import Origin, Take
from patchpilot.search.base import Context
from patchpilot.space import Patch, Performance
from tests.toy import Toy

PLAYED = Performance.one_note(69, hold_s=0.5, length_s=0.7)


def test_the_nearest_takes_are_proposed_first(tmp_path: Path) -> None:
    toy = Toy()
    with Bank.open(tmp_path / "a.bank", embedding="spectral") as bank:
        numbers = {}
        for transpose in (-12.0, 0.0, 7.0):
            patch = Patch.make(toy.space, {"transpose": transpose, "level": 0.4})
            take = Take(patch, PLAYED, toy.render(patch, PLAYED), toy.fingerprint, Origin("drawn"))
            numbers[bank.append(take)] = patch.sha256
        bank.flush()
        truth = toy.render(Patch.make(toy.space, {"transpose": 7.0, "level": 0.4}), PLAYED)
        searcher = Remembered(bank, 2)
        searcher.start(Context(toy, PLAYED, listen(truth)))
        first, second = searcher.ask(1), searcher.ask(5)
        assert len(first) == len(second) == 1
        assert {first[0].patch.sha256, second[0].patch.sha256} <= set(numbers.values())
        assert first[0].searcher == "bank"
        assert searcher.ask(3) == []
        with pytest.raises(ParameterError, match="target"):
            searcher.start(Context(toy, PLAYED))
        with pytest.raises(ParameterError, match="at least 1"):
            Remembered(bank, 0)


def test_an_empty_bank_proposes_nothing(tmp_path: Path) -> None:
    toy = Toy()
    with Bank.open(tmp_path / "b.bank", embedding="spectral") as bank:
        searcher = Remembered(bank)
        searcher.start(Context(toy, PLAYED, listen(toy.render(Patch.make(toy.space), PLAYED))))
        assert searcher.ask(3) == []
