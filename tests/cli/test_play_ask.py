"""What is asked about, as a listener meets it: while a search goes on, and of takes in a bank."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from patchpilot.bank import Bank
from patchpilot.retrieval.spectral import Spectral
from patchpilot.selfplay.preference.asker import Asker
from tests.cli.command_line import Cli, one_error
from tests.cli.test_play import EXPERIMENT
from tests.experiment.registered import registered
from tests.selfplay.preference.test_from_bank import _bank


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")
    monkeypatch.chdir(tmp_path)
    with registered():
        yield


def test_what_sounds_next_is_what_is_asked_about(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    ask = Asker.__call__

    def counted(self: Asker, waiting: Sequence[Any]) -> Any:
        asked.append(len(waiting))
        return ask(self, waiting)

    monkeypatch.setattr(Asker, "__call__", counted)
    Path("e.toml").write_text(EXPERIMENT)
    ran = cli("play", "run", "e.toml", "--serve", "--ask", "uncertain", "--top", "0")
    assert ran.code == 0, ran.err
    assert asked
    assert json.loads(Path("runs/e/progress.json").read_text())["n_renders"] == 12


def test_asking_needs_somebody_who_listens_and_a_bank(cli: Cli) -> None:
    Path("e.toml").write_text(EXPERIMENT)
    ran = cli("play", "run", "e.toml", "--ask", "uncertain")
    assert (ran.code, "say --listen or --serve" in ran.err) == (2, True)
    Path("none.toml").write_text(EXPERIMENT.replace('bank = "mine.bank"', ""))
    ran = cli("play", "run", "none.toml", "--ask", "uncertain", "--serve", "--top", "0")
    assert ran.code == 1
    assert "votes, which are kept in a bank" in ran.err


def test_takes_worth_a_vote_are_named(cli: Cli, tmp_path: Path) -> None:
    _bank(tmp_path / "b").close()
    first = json.loads(cli("play", "ask", "-n", "3", "--json", "--bank", "b").out)
    assert [question["likely"] for question in first] == [0.5] * 3
    with Bank.open(tmp_path / "b", embedding=Spectral()) as bank:
        for place, number in enumerate(bank.numbers()):
            if place % 4:
                bank.vote(number, +1 if place > 20 else -1)
    ran = cli("play", "ask", "-n", "2", "--bank", "b")
    assert ran.code == 0, ran.err
    assert len(ran.out.splitlines()) == 2
    assert "liked" in ran.out
    assert (
        cli("play", "ask", "--bank", "b", "--voted", "yes").out
        == "there is no take that you said nothing of\n"
    )
    assert "there is no bank" in one_error(cli("play", "ask", "--bank", "nowhere"))
