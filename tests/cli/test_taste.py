from __future__ import annotations

import json
from pathlib import Path

from patchpilot.bank.bank import Bank
from patchpilot.retrieval.spectral import Spectral
from tests.cli.command_line import Cli
from tests.selfplay.preference.test_from_bank import _bank


def test_a_taste_is_said_in_words(cli: Cli, tmp_path: Path) -> None:
    with _bank(tmp_path / "b") as bank:
        numbers = bank.numbers()
    nothing = cli("play", "taste", "--bank", tmp_path / "b")
    assert nothing.code == 1
    assert "play vote" in nothing.err
    with Bank.open(tmp_path / "b", embedding=Spectral()) as bank:
        for place, number in enumerate(numbers):
            bank.vote(number, +1 if place > 20 else -1)  # the higher ones
    said = json.loads(cli("play", "taste", "--json", "--bank", tmp_path / "b").out)
    assert said["votes"] == len(numbers)
    assert "bright" in [word["word"] for word in said["words"]]
    assert "you like: " in cli("play", "taste", "--bank", tmp_path / "b").out
