"""No process outlives its owner, however the owner ends; and nothing hangs."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from patchpilot.engine import Job, Pool, Program

TOYS = Program("engine_toys:boot", "engine_toys:prepare", "engine_toys:run")
WAYS = [pytest.param(True, id="fork"), pytest.param(False, id="spawn")]

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
pytestmark = linux_only

SCRIPT = """
import sys
import numpy  # not when the first array arrives: an interrupted import of NumPy is its own mess
sys.path.insert(0, {here!r})
from patchpilot.engine import Job, Pool, Program

program = Program("engine_toys:boot", "engine_toys:prepare", "engine_toys:run")
pool = Pool(program, workers=2, fork={fork})
assert pool.map([Job(1, "1", ("sum", 1))] * 3) == [2, 2, 2]
print("ready", flush=True)
{then}
"""
BUSY = 'pool.map([Job(1, "1", ("{verb}", 1000.0))] * 6)'
CATCH = (
    'try:\n    {busy}\nexcept KeyboardInterrupt:\n    print(pool.map([Job(1, "1", ("sum", 4))]), flush=True)'
)


def script(fork: bool, then: str) -> "subprocess.Popen[str]":
    """Start a script that owns a pool, and wait until the pool has worked."""
    code = SCRIPT.format(here=str(Path(__file__).parent), fork=fork, then=then)
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-X", "dev", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def workers_of(owner: int) -> list[int]:
    """Live processes, zombies not counted, whose command line says that they work for `owner`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if b"patchpilot.engine" in line and f'"owner": {owner}'.encode() in line:
            found.append(int(folder.name))
    return found


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def children(of: int) -> list[int]:
    """All child processes, zombies included."""
    text = Path(f"/proc/{of}/task/{of}/children").read_text()
    return [int(pid) for pid in text.split()]


def soon(true: Callable[[], bool], seconds: float = 2.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return true()


@pytest.mark.parametrize("verb", ["hang", "hang_locked"])
@pytest.mark.parametrize("fork", WAYS)
def test_ctrl_c_interrupts_and_leaves_no_process(fork: bool, verb: str) -> None:
    with script(fork, BUSY.format(verb=verb)) as owner:
        time.sleep(0.5)
        assert workers_of(owner.pid)
        owner.send_signal(signal.SIGINT)
        _, errors = owner.communicate(timeout=10)
        assert owner.returncode == -signal.SIGINT
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert errors.count("Traceback") == 1
    assert soon(lambda: not workers_of(owner.pid))


@pytest.mark.parametrize("delay_s", [0.0, 0.003, 0.01, 0.03, 0.1, 0.3])
@pytest.mark.parametrize("fork", WAYS)
def test_ctrl_c_at_any_moment(fork: bool, delay_s: float) -> None:
    then = 'while True:\n    pool.map([Job(i % 3, str(i % 3), ("huge", 100_000)) for i in range(6)])'
    with script(fork, then) as owner:
        time.sleep(delay_s)
        owner.send_signal(signal.SIGINT)
        _, errors = owner.communicate(timeout=10)
        assert owner.returncode == -signal.SIGINT
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert soon(lambda: not workers_of(owner.pid))


@pytest.mark.parametrize("fork", WAYS)
def test_a_pool_works_again_after_ctrl_c(fork: bool) -> None:
    with script(fork, CATCH.format(busy=BUSY.format(verb="hang"))) as owner:
        time.sleep(0.3)
        owner.send_signal(signal.SIGINT)
        output, errors = owner.communicate(timeout=20)
    assert (output, errors, owner.returncode) == ("[5]\n", "", 0)


@pytest.mark.parametrize("fork", WAYS)
def test_a_killed_owner_leaves_no_process(fork: bool) -> None:
    with script(fork, BUSY.format(verb="hang")) as owner:
        time.sleep(0.5)
        assert len(workers_of(owner.pid)) >= 2
        owner.kill()
        owner.communicate()
    assert soon(lambda: not workers_of(owner.pid))


def test_a_killed_owner_leaves_no_process_even_if_native_code_hangs() -> None:
    with script(True, BUSY.format(verb="hang_locked")) as owner:
        time.sleep(0.5)
        owner.kill()
        owner.communicate()
    assert soon(lambda: not workers_of(owner.pid))


@pytest.mark.parametrize(
    "then", ["", "pool.close()", "it = pool.imap([Job(1, '1', ('sum', 1))] * 9); next(it)"]
)
@pytest.mark.parametrize("fork", WAYS)
def test_the_interpreter_ends_quietly_without_close(fork: bool, then: str) -> None:
    start = time.monotonic()
    with script(fork, then) as owner:
        assert owner.communicate(timeout=10) == ("", "")
        assert owner.returncode == 0
    assert time.monotonic() - start < 8.0
    assert soon(lambda: not workers_of(owner.pid))


@pytest.mark.parametrize("fork", WAYS)
def test_close_leaves_no_process_no_zombie_and_no_open_file(fork: bool) -> None:
    before, files = set(children(os.getpid())), open_files()
    with Pool(TOYS, workers=2, fork=fork, timeout_s=0.3) as pool:
        jobs = [Job(i % 6, str(i % 6), ("sum", i)) for i in range(12)]
        pool.map([*jobs, Job(1, "1", ("crash", "SIGSEGV")), Job(1, "1", ("hang", 1000))])
        busy = pool.imap([Job(1, "1", ("hang", 0.2))] * 4)
        next(busy)
    assert set(children(os.getpid())) <= before
    assert open_files() <= files


@pytest.mark.parametrize("fork", WAYS)
def test_a_forgotten_pool_is_collected_with_its_processes(fork: bool) -> None:
    before = set(children(os.getpid()))
    pool = Pool(TOYS, workers=1, fork=fork)
    pool.map([Job(1, "1", ("sum", 1))])
    del pool
    gc.collect()
    assert set(children(os.getpid())) <= before


def test_a_long_run_keeps_few_processes() -> None:
    of_others = set(workers_of(os.getpid()))  # pools that other tests of this process keep
    with Pool(TOYS, workers=1, fork=True) as pool:
        for i in range(30):
            pool.map([Job(i, str(i), ("sum", 1)), Job(i, str(i), ("exit", 1))])
        # the root, at most four keepers each with the child of its next job, and one that is just ending
        assert len(set(workers_of(os.getpid())) - of_others) <= 1 + 2 * 4 + 1
