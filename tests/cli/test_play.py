from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patchpilot.bank import Bank
from patchpilot.experiment.pairs import pairs
from patchpilot.selfplay.provided import Provided
from tests.cli.command_line import Cli, Run, linux, one_error
from tests.experiment.registered import registered

EXPERIMENT = """
instrument = "toy"
searcher = "strayer"
objective = "loud"
bank = "mine.bank"
batch = 4
performance = { hold_s = 0.2, length_s = 0.25 }
budget = { renders = 12 }
keep = { best = 3, different = 2 }
"""
PROGRAM = """
import sys
from tests.experiment.registered import registered
import patchpilot.bank.hearing
patchpilot.bank.hearing.PREFERRED = "spectral"
from patchpilot.cli import main
with registered():
    main()
"""


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")
    monkeypatch.chdir(tmp_path)
    with registered():
        yield


def file(text: str = EXPERIMENT, name: str = "e.toml") -> Path:
    path = Path(name)
    path.write_text(text)
    return path


def said(run: Run) -> Any:
    assert run.code == 0, run.err
    return json.loads(run.out)


def test_an_experiment_is_run_reported_replayed_and_compared(cli: Cli) -> None:
    found = said(cli("play", "run", file(), "--json", "--top", "3"))
    assert (found["folder"], found["finished"], found["failed"]) == ("runs/e", True, {})
    assert len(found["best"]) == 3
    assert found["best"][0]["score"] == max(one["score"] for one in found["best"])
    page = Path(found["report"]).read_text()
    for one in (*found["best"], *found["different"]):
        assert one["audio"] in page
        assert (Path("runs/e") / one["audio"]).exists()
        assert (Path("runs/e") / one["preset"]).exists()
    assert json.loads(Path("runs/e/report.json").read_text())["best"] == found["best"]

    again = said(cli("play", "replay", "runs/e", "--json", "--all"))
    assert (again["played"], again["identical"], again["differ"]) == (12, 12, [])
    assert cli("play", "replay", "runs/e").out.endswith("takes are identical to the bit\n")

    compared = said(cli("play", "compare", "runs/e", "runs/e", "--json"))
    assert [run["renders"] for run in compared["runs"]] == [12, 12]
    table = cli("play", "compare", "runs/e").out
    assert table.splitlines()[0].split()[:3] == ["run", "renders", "best"]
    assert table.splitlines()[1].split()[:2] == ["experiment", "12"]
    assert cli("play", "report", "runs/e").out == "runs/e/report.html\n"


def test_it_is_stopped_by_the_clock_and_gone_on_with(cli: Cli) -> None:
    slow = EXPERIMENT.replace("renders = 12", "renders = 100000")
    first = cli("play", "run", file(slow), "--minutes", "0.02", "--top", "0")
    assert "go on with: patchpilot play resume runs/e" in first.out
    before = json.loads(Path("runs/e/progress.json").read_text())["n_renders"]
    assert 0 < before < 100000
    assert cli("play", "resume", "runs/e", "--minutes", "0.02", "--top", "0").code == 0
    assert json.loads(Path("runs/e/progress.json").read_text())["n_renders"] > before
    assert "holds another experiment" in one_error(cli("play", "run", file(slow + "seed = 1\n")))


def test_a_matrix_is_one_queue(cli: Cli) -> None:
    text = EXPERIMENT.replace('objective = "loud"', "") + '[matrix]\nobjective = ["loud", "close_to"]\n'
    run = cli("play", "run", file(text), "--top", "2")
    assert run.code == 1
    assert "experiment_loud: done, 12 renders" in run.out
    assert "Error: experiment_close_to: " in run.err
    assert 'say `target = "sound.wav"`' in run.err
    assert Path("runs/e/report.html").exists()


def test_votes_and_comparisons_are_in_the_bank(cli: Cli) -> None:
    cli("play", "run", file(), "--top", "0")
    assert cli("play", "vote", "1", "yes", "--bank", "mine.bank").code == 0
    assert cli("play", "vote", "2", "no", "--bank", "mine.bank").code == 0
    assert cli("play", "prefer", "1", "2", "--bank", "mine.bank").code == 0
    with Bank.open("mine.bank") as bank:
        assert [bank[1].vote, bank[2].vote] == [1, -1]
        assert [(pair.better, pair.worse) for pair in pairs(bank)] == [(1, 2)]
    assert "999" in one_error(cli("play", "vote", "999", "yes", "--bank", "mine.bank"))
    one_error(cli("play", "vote", "1", "yes", "--bank", "no.bank"))


def test_a_file_is_played_and_banked_when_it_is_saved(cli: Cli) -> None:
    pad = 'instrument = "toy"\nvalues = { level = %s }\nperformance = { hold_s = 0.2, length_s = 0.25 }'
    path = file(pad % 0.25, "pad.toml")
    first = said(cli("play", "watch", path, "--once", "--bank", "b", "--json", "--out", "a.wav"))
    path.write_text(pad % 0.5)
    second = said(cli("play", "watch", path, "--once", "--bank", "b", "--json"))
    assert first["take"] < second["take"]
    assert Path("a.wav").exists()
    path.write_text(pad % "loud")
    assert "no TOML" in one_error(cli("play", "watch", path, "--once", "--bank", "b"))
    with Bank.open("b") as bank:
        assert [entry.tags for entry in bank.entries()] == [("watch",)] * 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "none.toml"), "No such file"),
        (("resume", "nowhere"), "holds no experiments"),
        (("replay", "nowhere"), "is no folder of a run"),
        (("compare", "nowhere"), "holds no experiments"),
        (("send", "nowhere", "status"), "nothing listens in nowhere"),
        (("watch", "none.toml", "--once"), "No such file"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(cli: Cli, arguments: tuple[str, ...], words: str) -> None:
    assert words in one_error(cli("play", *arguments))


@linux
def test_an_editor_drives_a_run_and_keys_vote_without_a_sound_card(cli: Cli, tmp_path: Path) -> None:
    path = file(EXPERIMENT.replace("renders = 12", "renders = 100000"))
    root = Path(__file__).parent.parent.parent
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "play", "serve", path, "--listen", "--top", "0"],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        until = time.monotonic() + 60
        while True:
            status = cli("play", "send", "runs/e", "status")
            if status.code == 0 and json.loads(status.out)["now"]:
                break
            assert time.monotonic() < until
            assert running.poll() is None
            time.sleep(0.2)
        assert json.loads(status.out)["experiment"] == "experiment"
        assert running.stdin is not None
        running.stdin.write(b"*")  # a key, where there is no terminal
        running.stdin.flush()
        while not [
            one
            for one in said(cli("play", "send", "runs/e", "list", "limit=128"))["takes"]
            if one.get("golden")
        ]:
            assert time.monotonic() < until
            time.sleep(0.2)
        voted = said(cli("play", "send", "runs/e", "key", "key=y"))
        starred = said(cli("play", "send", "runs/e", "star", f"take={voted['take']}"))
        assert starred["number"] == voted["number"]
        wrong = cli("play", "send", "runs/e", "vote", "vote=maybe")
        assert wrong.code == 1
        assert not json.loads(wrong.out)["ok"]
        said(cli("play", "send", "runs/e", "stop"))
        assert running.wait(30) == 0
    finally:
        running.kill()
        running.communicate()
    with Bank.open(tmp_path / "mine.bank") as bank:
        entry = bank[voted["number"]]
        assert (entry.vote, entry.golden) == (1, True)


@linux
def test_ctrl_c_ends_a_run_and_what_was_finished_is_kept(cli: Cli) -> None:
    path = file(EXPERIMENT.replace("renders = 12", "renders = 100000"))
    root = Path(__file__).parent.parent.parent
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "play", "run", path, "--top", "0"],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 60
    while not Path("runs/e/trace.jsonl.gz").exists():
        assert time.monotonic() < until
        time.sleep(0.1)
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert "go on with: patchpilot play resume runs/e" in out
    kept = said(cli("play", "replay", "runs/e", "--json"))
    assert kept["identical"] == kept["played"] > 0


def test_a_taste_grows_while_somebody_votes(cli: Cli) -> None:
    cli("play", "run", file(), "--top", "0")
    with Bank.open("mine.bank") as bank:
        provided = Provided()
        taste = provided.providers["taste"](None, bank)
        takes = sorted(
            (bank.take(entry.number) for entry in bank.entries()), key=lambda take: take.patch.sha256
        )
        assert taste.belief(takes[0]) == (0.5, 0.5)
        for take, vote in ((takes[0], 1), (takes[1], -1)):
            number = bank.number_of(take.id)
            assert number is not None
            bank.vote(number, vote)
            provided.voted(take, vote)
        first = taste.belief(takes[0])[0]
        assert first > taste.belief(takes[1])[0]
        provided.voted(takes[0], -1)  # somebody thinks again
        assert taste.belief(takes[0])[0] < first
        assert provided.providers["taste"](None, None) is None


def test_an_objective_without_what_it_needs_is_told(cli: Cli) -> None:
    text = EXPERIMENT.replace('"loud"', '"liked"').replace('bank = "mine.bank"', "")
    assert "'liked' needs votes: say yes or no to some takes first" in one_error(
        cli("play", "run", file(text))
    )
