"""Several processes write into one bank, and any of them may be killed at any time."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from patchpilot.bank import Bank
from tests.bank.toys import made
from tests.retrieval.fakes import Tiny

ROOT = Path(__file__).parent.parent.parent
APPENDING = """
import sys
from patchpilot.bank import Bank
from tests.bank.toys import made
from tests.retrieval.fakes import Tiny

folder, start, n, group = sys.argv[1], *map(int, sys.argv[2:5])
with Bank.open(folder, embedding=Tiny()) as bank:
    for first in range(start, start + n, group):
        numbers = [bank.append(made(i), experiment="e", scores={"i": i}) for i in range(first, first + group)]
        bank.vote(numbers[0], 1)  # which commits all of them
        print(*(f"{i}:{k}" for i, k in zip(range(first, first + group), numbers)), flush=True)
"""


def started(folder: Path, start: int, n: int, group: int = 5) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", APPENDING, str(folder), str(start), str(n), str(group)]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> dict[int, int]:
    """Take -> number, of what a process said it had committed; waits for its end."""
    lines = process.communicate()[0].splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("\n")]
    return {int(i): int(k) for line in whole for i, k in (pair.split(":") for pair in line.split())}


def test_processes_write_at_once(tmp_path: Path) -> None:
    running = [started(tmp_path / "b", 40 * k, 40) for k in range(3)]
    said = [told(process) for process in running]
    assert [process.wait() for process in running] == [0, 0, 0]
    with Bank.open(tmp_path / "b", embedding=Tiny()) as bank:
        assert len(bank) == 120
        for numbers in said:
            assert len(numbers) == 40
            assert all(bank[k].name == f"Sound {i}" for i, k in numbers.items())
        assert sum(vote for _, vote, _ in bank.votes()) == 24
        assert len(bank.vectors()[0]) == 120
        assert list(bank.check(listen=True)) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))])
def test_a_killed_process_loses_nothing_that_was_committed(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "b"
    survivor = started(folder, 10_000, 60)
    wait = random.Random(seed)
    said: dict[int, int] = {}
    for k in range(2):
        process = started(folder, 500 * k, 500)
        assert process.stdout is not None
        said |= {
            int(i): int(n) for i, n in (p.split(":") for p in process.stdout.readline().split())
        }  # it is writing now
        time.sleep(wait.uniform(0.0, 0.5))
        process.send_signal(signal.SIGKILL)
        said |= told(process)
        process.wait()
    said |= told(survivor)
    assert survivor.wait() == 0
    with Bank.open(folder, embedding=Tiny()) as bank:
        assert {i for i in said if i >= 10_000} == set(range(10_000, 10_060))
        entries = {entry.number: entry for entry in bank.entries()}
        assert all(entries[n].name == f"Sound {i}" for i, n in said.items())
        assert all(entry.scores for entry in entries.values())  # whole takes only
        assert len(bank.vectors()[0]) == len(entries)
        assert list(bank.check(listen=True)) == []
        assert bank.append(made(77_777)) > max(entries)


def test_what_one_process_commits_another_finds(tmp_path: Path) -> None:
    with Bank.open(tmp_path, embedding=Tiny()) as here:
        here.append(made(500))
        assert len(here.near(here.vector(1), 10)) == 1
        writer = started(tmp_path, 0, 10)
        assert len(told(writer)) == 10
        assert writer.wait() == 0
        assert len(here.near(here.vector(1), 100)) == 11
        here.star(7)
        assert here[7].golden
