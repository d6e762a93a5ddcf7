"""The program: what is done is not done again, and what was interrupted does not count."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import match as program
import pytest
from matchbench import sets, tables
from matchbench.measure import StoppedError
from matchbench.sets import Sound

from patchpilot.errors import AudioError
from tests.benchmarks.records import MADE, figures

Run = Callable[..., list[tuple[str, str, str]]]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "match.jsonl"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, out: Path) -> Run:
    """Runs the program with sounds of which nobody hears anything; returns what it measured, in order."""
    calls: list[tuple[str, str, str]] = []

    class Synth:
        space = None

    def heard(sound: Sound, _: object, effort: str = "baselines") -> dict[str, Any]:
        if (behaviour := behaviours.get(sound.name)) is not None:
            raise behaviour
        calls.append((sound.set, sound.name, effort))
        return {"rows": {}} if effort == "baselines" else figures(0.25)

    behaviours: dict[str, BaseException] = {}
    monkeypatch.setattr(program, "instrument", lambda _: nullcontext(Synth()))
    monkeypatch.setattr(program, "made_with", lambda _: MADE)
    monkeypatch.setattr(program, "warm_up", lambda _: None)
    monkeypatch.setattr(program, "matched", heard)
    monkeypatch.setattr(program, "compared", heard)
    monkeypatch.setattr(
        sets,
        "sounds",
        lambda name, _: [Sound(name, f"{i:04d}", pitched=True, place=i) for i in range(3)],
    )

    def run(*options: str, **wrong: BaseException) -> list[tuple[str, str, str]]:
        calls.clear()
        behaviours.clear()
        behaviours.update({name.strip("_"): error for name, error in wrong.items()})
        monkeypatch.setattr(sys, "argv", ["match.py", "--out", str(out), *options])
        program.main()
        return list(calls)

    return run


def test_baselines_then_each_effort(run: Run) -> None:
    assert run("--sets", "a", "--effort", "quick", "--limit", "2") == [
        ("a", "0000", "baselines"),
        ("a", "0001", "baselines"),
        ("a", "0000", "quick"),
        ("a", "0001", "quick"),
    ]


def test_what_is_done_is_not_done_again(run: Run) -> None:
    assert len(run("--sets", "a", "--effort", "quick", "--limit", "2")) == 4
    assert run("--sets", "a", "--effort", "quick") == [("a", "0002", "baselines"), ("a", "0002", "quick")]
    assert len(run("--sets", "a", "--effort", "quick", "--again")) == 6


@pytest.mark.parametrize("how", [KeyboardInterrupt(), StoppedError()])
def test_stopping_loses_only_the_sound_at_hand(
    run: Run, out: Path, capsys: pytest.CaptureFixture[str], how: BaseException
) -> None:
    assert run("--sets", "a,b", "--effort", "quick", _0001=how) == [("a", "0000", "baselines")]
    assert len(out.read_text("utf-8").splitlines()) == 1
    assert capsys.readouterr().err == "stopped; what was finished is kept\n"
    assert len(run("--sets", "a", "--effort", "quick")) == 5


def test_a_warm_up_that_is_stopped_stops_all(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: object) -> None:
        raise StoppedError

    monkeypatch.setattr(program, "warm_up", stopped)
    assert run("--sets", "a", "--effort", "quick") == []


def test_nothing_is_warmed_up_for_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("--sets", "a", "--effort", "quick")
    monkeypatch.setattr(program, "warm_up", None)
    assert run("--sets", "a", "--effort", "quick") == []


def test_a_sound_that_cannot_be_matched_does_not_stop_the_others(run: Run, out: Path) -> None:
    run("--sets", "a", "--effort", "quick", _0001=AudioError("it is silent"))
    records = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(records) == 6
    assert {r["sound"] for r in records if r.get("error") == "it is silent"} == {"0001"}


def test_json_is_what_is_written(run: Run, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--sets", "a2", "--effort", "default", "--limit", "1", "--json")
    assert capsys.readouterr().out == out.read_text("utf-8")


def test_the_table_is_printed_without_an_engine(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--sets", "a2", "--effort", "quick")
    monkeypatch.setattr(program, "instrument", None)
    capsys.readouterr()
    assert run("--table") == []
    assert "| sounds done | 3 of 100 |" in capsys.readouterr().out


def test_readme_is_written_or_compared(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run("--sets", "a2", "--effort", "quick")
    page = tmp_path / "README.md"
    page.write_text(f"{tables.BEGIN}\n{tables.END}\n", "utf-8")
    monkeypatch.setattr(tables, "README", page)
    monkeypatch.setattr(tables, "read_page", lambda: page.read_text("utf-8"))
    with pytest.raises(SystemExit, match="README's table is not what the results say: make bench-table"):
        run("--readme", "--check")
    run("--readme")
    assert "tier3-v1, quick" in page.read_text("utf-8")
    run("--readme", "--check")


def test_results_of_another_engine_end_the_program(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("--sets", "a2", "--effort", "quick", "--limit", "1")
    monkeypatch.setattr(program, "made_with", lambda _: {**MADE, "engine": "other"})
    with pytest.raises(SystemExit, match="holds measurements of the engine"):
        run("--sets", "a2", "--effort", "quick")


def test_names_are_checked(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("--sets", "a,c")
    assert "c: expected some of a, a2, b" in capsys.readouterr().err
