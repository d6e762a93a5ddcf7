"""What a bank is for, on the command line: matches begin with it, songs are made of it, and it is learned from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from patchpilot.audio import load
from patchpilot.bank import Bank, Query
from patchpilot.errors import EstimatorError
from patchpilot.instruments.take import Origin, Take
from patchpilot.selfplay.arrangement import document
from patchpilot.selfplay.learning import learners
from patchpilot.selfplay.learning.learners import Tell
from patchpilot.selfplay.learning.versions import Versions
from patchpilot.space import Patch, Performance
from tests.cli.command_line import SHORT, Cli, Guess, Run, one_error
from tests.datasets.small import Buzzing
from tests.selfplay.arrangement.songs import tone
from tests.toy import Toy


@pytest.fixture(autouse=True)
def _spectral(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")
    monkeypatch.chdir(tmp_path)


def said(run: Run) -> Any:
    assert run.code == 0, run.err
    return json.loads(run.out)


@pytest.mark.usefixtures("quick")
def test_a_match_begins_with_a_bank_and_fills_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    first = said(cli("match", SHORT, "--bank", "mine.bank", "--json", "--out", "one"))
    with Bank.open("mine.bank", create=False) as bank:
        kept = {entry.number: entry.record.patch(bank.assets).values for entry in bank.entries()}
        assert len(kept) == len(first["matches"])
        assert all("close_to" in entry.scores for entry in bank.entries())
    monkeypatch.setattr(Guess, "ask", lambda *_: [])
    again = said(cli("match", SHORT, "--bank", "mine.bank", "--json", "--out", "two"))
    sources = {found["source"] for found in again["matches"]}
    assert sources <= {f"take {number} of the bank" for number in kept}
    assert again["matches"][0]["distance"] == first["matches"][0]["distance"]  # the same patch, heard again


@pytest.mark.usefixtures("quick")
def test_a_bank_that_is_none(cli: Cli) -> None:
    Path("file.bank").write_text("no bank")
    assert "file.bank" in one_error(cli("match", SHORT, "--bank", "file.bank", "--out", "one"))


@pytest.mark.usefixtures("buzzing")
def test_a_song_is_made_of_what_has_a_star(cli: Cli) -> None:
    with Bank.open("mine.bank") as bank:
        space, played = Toy().space, Performance.one_note(57, hold_s=0.8, length_s=1.0)
        numbers = []
        for index, note in enumerate((57, 60, 64, 69)):
            patch = Patch.make(space, {"level": 0.3 + 0.1 * index})
            numbers.append(bank.append(Take(patch, played, tone(note), "toy 1", Origin("drawn"))))
        bank.flush()
        for number in numbers[:3]:
            bank.star(number)
        bank.vote(numbers[3], 1)
    told = ("play", "arrange", "--bank", "mine.bank", "--minutes", "0.5", "--tempo", "136", "--seed", "3")
    found = said(cli(*told, "--out", "song", "--json"))
    assert (found["measures"]["golden"], found["measures"]["framed"]) == (3, 3)
    names = {path.name for path in Path("song").iterdir()}
    assert {"arrangement.toml", "stems"} <= names
    assert any(name.endswith(".dawproject") for name in names)
    mix = next(path for path in Path("song").glob("*.wav"))
    assert 0.9 * 30 < load(mix).duration_s < 1.3 * 30
    assert "song" in one_error(cli(*told, "--out", "song"))  # an earlier song is kept
    assert said(cli(*told, "--out", "same", "--json"))
    assert (Path("same") / mix.name).read_bytes() == mix.read_bytes()
    text = document.read(Path("song") / "arrangement.toml")
    played_again = cli("play", "arrange", "song/arrangement.toml", "--bank", "mine.bank", "--out", "edited")
    assert "3 of 3 golden takes framed once" in played_again.out
    assert document.read(Path("edited") / "arrangement.toml") == text


def test_a_bank_without_stars_is_no_song(cli: Cli) -> None:
    Bank.open("mine.bank").close()
    assert "bank star" in one_error(cli("play", "arrange", "--bank", "mine.bank", "--out", "song"))


class Counting:
    """In place of an embedding: how many rows there were; the more, the better."""

    name = "embedding"
    unit = "one over rows"

    def versions(self, folder: Path) -> Versions:
        return Versions(folder, Path("used"))

    def settings(self) -> str:
        return ""

    def make(self, data: Sequence[Path], out: Path, *, seed: int, epochs: int, tell: Tell) -> None:  # noqa: ARG002
        out.mkdir(parents=True, exist_ok=True)
        (out / "epochs").write_text(str(epochs))
        tell("counting")
        if Path("stop").exists():
            raise KeyboardInterrupt

    def score(self, path: Path | None, frozen: Path) -> float:  # noqa: ARG002
        file = (path or Path("used")) / "epochs"
        if not file.exists():
            raise EstimatorError("nothing is in use")
        return 1.0 / int(file.read_text())

    def adopt(self, bank: Bank) -> None:
        """Nothing is to be done."""


@pytest.mark.usefixtures("buzzing")
def test_learning_is_promoted_kept_and_rolled_back(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learners, "EmbeddingLearner", Counting)
    with Bank.open("mine.bank") as bank:
        toy = Buzzing()
        prior, played = next(iter(toy.priors.values())), Performance.one_note(57, hold_s=0.3, length_s=0.5)
        for index in range(40):
            patch = prior.draw(toy.space, 3, index)
            bank.append(Take(patch, played, toy.render(patch, played), toy.fingerprint, Origin("drawn")))
    told = ("play", "learn", "--bank", "mine.bank", "--instrument", "toy", "--what", "embedding")
    assert "nothing" in one_error(cli(*told, "--roll-back"))
    Path("stop").touch()
    stopped = cli(*told, "--epochs", "2")
    assert (stopped.code, "goes on" in stopped.err) == (130, True)
    Path("stop").unlink()
    (first,) = said(cli(*told, "--epochs", "2", "--json"))
    assert (first["version"], first["is_promoted"], first["before"], first["after"]) == (1, True, None, 0.5)
    (same,) = said(cli(*told, "--epochs", "2", "--json"))  # nothing new to learn from
    assert same == first
    (worse,) = said(cli(*told, "--epochs", "1", "--json"))
    assert (worse["version"], worse["is_promoted"]) == (2, False)
    (better,) = said(cli(*told, "--epochs", "4", "--json"))
    assert (better["version"], better["is_promoted"]) == (3, True)
    assert "in use now" in cli(*told, "--epochs", "4").out
    both = ("play", "learn", "--bank", "mine.bank", "--instrument", "toy", "--roll-back", "--json")
    assert said(cli(*both)) == {"embedding": 1}  # of what was never learned nothing is said
    assert Path("used/epochs").read_text() == "2"
    assert said(cli(*both)) == {"embedding": 0}
    assert not Path("used").exists()
    with Bank.open("mine.bank", create=False) as bank:
        for entry in bank.entries(Query(), limit=3):
            bank.vote(entry.number, 1)
    (votes,) = said(cli(*told[:-1], "votes", "--json"))
    assert (votes["version"], "too few" in votes["reason"]) == (0, True)
