"""Interrupts. Linux tells us which processes are left; the engine's are marked with their owner's number."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from patchpilot import registry
from patchpilot.search.base import Context
from tests.cli.command_line import (
    COMMAND,
    DATA,
    OTHER,
    SHORT,
    Cli,
    Guess,
    contents,
    linux,
    result_of,
)


def workers_of(owner: int) -> list[int]:
    """Numbers of the engine processes that a process has started and that still run."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if f'"owner": {owner}' in (folder / "cmdline").read_text():
                found.append(int(folder.name))
        except (OSError, UnicodeDecodeError, ValueError):
            continue
    return found


def until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def start_match(out: Path, cache: Path) -> subprocess.Popen[str]:
    """A match of a longer sound in a process of its own, once its engine has been started."""
    process = subprocess.Popen(
        [*COMMAND, "match", DATA / "bass_trance_c.flac", "--out", out],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
    )
    assert until(lambda: bool(workers_of(process.pid)) or process.poll() is not None)
    return process


def assert_nothing_half(process: subprocess.Popen[str], out: Path) -> None:
    assert until(lambda: not workers_of(process.pid), 10.0), "engine processes outlive their owner"
    if out.exists():  # it was quicker than the interrupt
        made = set(contents(out))
        assert "result.json" in made
        assert {found["preset"] for found in result_of(out)["matches"]} <= made


@linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("delay_s", [0.0, 0.4, 1.0])
def test_an_interrupted_match_leaves_nothing_half(
    tmp_path: Path, cache: Path, number: signal.Signals, delay_s: float
) -> None:
    process = start_match(tmp_path / "out", cache)
    time.sleep(delay_s)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130 or (process.returncode == 0 and (tmp_path / "out").exists())
    assert "Traceback" not in said
    if process.returncode == 130:
        assert said.endswith("Interrupted; what was finished is kept, and no file was left half-written.\n")
        assert list(tmp_path.iterdir()) == []
    assert_nothing_half(process, tmp_path / "out")


@linux
def test_a_killed_match_leaves_no_process_and_no_half_result(tmp_path: Path, cache: Path) -> None:
    process = start_match(tmp_path / "out", cache)
    time.sleep(0.3)
    process.kill()
    process.communicate(timeout=30)
    assert_nothing_half(process, tmp_path / "out")


class Interrupted(Guess):
    """The user presses Ctrl-C while it refines."""

    def start(self, context: Context) -> None:  # noqa: ARG002
        raise KeyboardInterrupt


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    real = registry.load
    searchers = {"refinement": Interrupted}
    monkeypatch.setattr(
        registry,
        "load",
        lambda group, name: searchers.get(name, Guess) if group == "search" else real(group, name),
    )


@pytest.mark.usefixtures("impatient")
def test_an_interrupted_refinement_is_a_result(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = cli("match", SHORT, "--out", out)
    assert run.code == 0
    assert "note: interrupted while refining: these are the best so far\n" in run.err
    assert result_of(out)["interrupted"] is True
    assert {"1.vital", "1.wav", "report.html", "result.json", "target.wav"} <= set(contents(out))


@pytest.mark.usefixtures("impatient")
def test_an_interrupt_stops_the_sounds_that_follow(cli: Cli, tmp_path: Path) -> None:
    run = cli("match", SHORT, OTHER, OTHER, "--out", tmp_path / "out", "--json")
    assert run.code == 130
    assert [json.loads(line)["target"]["name"] for line in run.out.splitlines()] == ["elec_ping"]
    assert run.err.endswith("Interrupted; 2 of 3 sounds were not matched.\n")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["elec_ping"]
