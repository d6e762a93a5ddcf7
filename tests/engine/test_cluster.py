"""A pool whose workers are those of a Dask cluster: a real scheduler and real workers, on loopback."""

import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.engine import Failure, Job, Pool, Program, _cluster, _dask
from patchpilot.errors import EngineError, ParameterError, PluginError
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Patch, Performance

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

HERE = Path(__file__).parent
TOYS = Program("engine_toys:boot", "engine_toys:prepare", "cluster_toys:run", "cluster_toys:machine")


class Dask:
    """A scheduler and its workers, each a process."""

    def __init__(self, scratch: Path, **environment: str) -> None:
        self.scratch = scratch
        self.environment = {**os.environ, "PYTHONPATH": str(HERE), **environment}
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.nannies: list[subprocess.Popen[bytes]] = []
        port = self.address.rpartition(":")[2]
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", port)

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *command, "--no-dashboard"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def add(self, *, nanny: bool = False) -> None:
        options = ["--nthreads", "1", "--local-directory", str(self.scratch), "--death-timeout", "60"]
        options += [] if nanny else ["--no-nanny"]
        self.workers.append(self.start("worker", self.address, *options))
        if nanny:
            self.nannies.append(self.workers[-1])

    def pool(self, program: Program = TOYS, *, workers: int = 2, timeout_s: float = 5.0) -> Pool:
        """A pool, once so many workers are there."""
        until = time.monotonic() + 60.0
        while True:
            try:
                pool = Pool(program, cluster=self.address, timeout_s=timeout_s)
            except EngineError:
                assert time.monotonic() < until
            else:
                if workers == 0 or pool.workers == workers:
                    return pool
                pool.close()
            time.sleep(0.1)

    def end(self) -> None:
        for process in [*self.workers, self.scheduler]:
            if process in self.nannies:
                process.terminate()  # it takes its worker along
            else:
                process.kill()
        for process in [*self.workers, self.scheduler]:
            process.wait(60.0)


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Dask]:
    made = Dask(tmp_path)
    yield made
    made.end()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """Two workers that live on."""
    made = Dask(tmp_path_factory.mktemp("two"))
    made.add()
    made.add()
    yield made
    made.end()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def engines_of(owner: int) -> list[str]:
    """Processes of pools that a process made."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            line = (folder / "cmdline").read_bytes()
            if b"patchpilot.engine" in line and f'"owner": {owner}'.encode() in line:
                found.append(folder.name)
    return found


def job(verb: str, argument: Any = None, *, base: Any = 1) -> Job:
    return Job(base, str(base), (verb, argument))


def plain(results: list[Any]) -> list[Any]:
    """Arrays as bytes, which compare."""
    return [(r.dtype, r.shape, r.tobytes()) if isinstance(r, np.ndarray) else r for r in results]


def local(jobs: list[Job]) -> list[Any]:
    with Pool(TOYS, workers=2, timeout_s=5.0) as pool:
        return plain(pool.map(jobs))


JOBS = [
    *(job("noise", i, base=i // 6) for i in range(40)),
    job("random", 7),
    job("huge", 200_000),
    job("huge", 0),
    job("crash", "SIGSEGV"),
    job("raise", "no such control"),
    job("unpicklable"),
    job("sum", 1, base="raise"),
    job("sum", 2, base="crash"),
    job("sum", 2, base="crash"),
    job("uses"),
    job("uses"),
]


def test_results_and_failures_are_those_of_a_local_pool(two: Dask) -> None:
    with two.pool() as pool:
        found = pool.map(JOBS)
        assert plain(found) == local(JOBS)
        assert all(r.flags.writeable and r.base is not found[0].base for r in found[1:40])
        assert plain(pool.map(JOBS)) == plain(found)
        assert pool.map([]) == []


def test_both_workers_work_and_an_abandoned_imap_harms_nothing(two: Dask) -> None:
    pids = {worker.pid for worker in two.workers}
    with two.pool() as pool:
        endless = pool.imap(job("noise", i) for i in range(10**9))
        first = [next(endless)[0] for _ in range(5)]
        endless.close()
        assert len(set(first)) == 5
        assert pool.map([job("sum", i) for i in range(60)]) == [1 + i for i in range(60)]
    assert all(engines_of(pid) for pid in pids)


def test_forgotten_tasks_say_nothing(two: Dask) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
        "from patchpilot.engine import Job, Pool\n"
        "from test_cluster import TOYS, job\n"
        f"with Pool(TOYS, cluster={two.address!r}) as pool:\n"
        "    for _ in range(3):\n"
        "        it = pool.imap(job('noise', i) for i in range(100))\n"
        "        print(len([next(it) for _ in range(3)]))\n"
        "        it.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == ("3\n" * 3, "", 0)


def test_a_job_that_cannot_travel_is_a_failure(two: Dask) -> None:
    with two.pool() as pool:
        results = pool.map([job("sum", lambda: None), job("sum", 1)])
    assert isinstance(results[0], Failure)
    assert results[1] == 2


def test_another_machine_is_refused_by_name(two: Dask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_MACHINE", "toy 1.1")
    with (
        two.pool() as pool,
        pytest.raises(
            EngineError, match=r"worker tcp://127.* it has engine 'toy 1.0'; expected engine 'toy 1.1'"
        ),
    ):
        pool.map([job("sum", 1)])


def test_a_worker_without_the_engine_says_so(two: Dask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_MACHINE", "complete")
    with (
        two.pool(replace(TOYS, identity="cluster_toys:only_here")) as pool,
        pytest.raises(EngineError, match=r"worker tcp.* cannot run the engine: .*No module named 'toy'"),
    ):
        pool.map([job("sum", 1)])


def test_a_program_that_does_not_boot_says_so(two: Dask) -> None:
    with (
        two.pool(replace(TOYS, boot="engine_toys:boot_fails")) as pool,
        pytest.raises(EngineError, match=r"worker tcp.* cannot run the engine: .*libtoy\.so"),
    ):
        pool.map([job("sum", 1)])


def test_vital_gives_the_same_bytes(two: Dask, vital: Vital, random_patch: Callable[[int], Patch]) -> None:
    pairs = [(random_patch(seed), Performance(length_s=0.3)) for seed in range(4)]
    two.pool().close()  # they are there
    with Vital(cluster=two.address) as far:
        found = far.render_many(pairs)
    for there, here in zip(found, vital.render_many(pairs), strict=True):
        assert there.samples.tobytes() == here.samples.tobytes()  # type: ignore[union-attr]


def test_a_worker_killed_in_the_middle_costs_nothing_then_the_scheduler_dies(dask: Dask) -> None:
    dask.add()
    dask.add()
    jobs = [job("noise", i, base=i // 9) for i in range(90)]
    with dask.pool() as pool:
        found: dict[int, Any] = {}
        for i, result in pool.imap(jobs):
            assert i not in found
            found[i] = result
            if len(found) == 30:
                dask.workers[1].kill()
        assert plain([found[i] for i in range(len(jobs))]) == local(jobs)
        until = time.monotonic() + 5.0
        while engines_of(dask.workers[1].pid):
            assert time.monotonic() < until
            time.sleep(0.05)
        results = pool.imap(job("noise", i) for i in range(10**9))
        next(results)
        dask.scheduler.kill()
        start = time.monotonic()
        with pytest.raises(EngineError, match=r"is gone \(the connection broke\)\. .*resume"):
            list(results)
        assert time.monotonic() - start < 10.0
        with pytest.raises(EngineError, match="no Dask scheduler answers"):
            pool.map([job("sum", 1)])


@pytest.mark.slow
def test_only_the_job_that_kills_its_workers_fails(tmp_path: Path) -> None:
    dask = Dask(tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0")
    dask.add(nanny=True)  # it replaces what dies
    try:
        with dask.pool(workers=1, timeout_s=60.0) as pool:
            # which it sets for its workers, and which makes engines slow
            assert pool.map([job("environment", "MALLOC_TRIM_THRESHOLD_")]) == [None]
            results = pool.map([job("sum", 1), job("kill_dask"), *(job("sum", i) for i in range(20))])
    finally:
        dask.end()
    assert results[1] == Failure("crashed (each worker of the cluster that ran it died)", "run")
    assert [results[0], *results[2:]] == [2, *(1 + i for i in range(20))]


def test_no_workers_is_said_and_then_an_error(
    dask: Dask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(_cluster, "_WARN_S", 0.2)
    monkeypatch.setattr(_cluster, "_NOBODY_S", 0.6)
    with (
        dask.pool(workers=0) as pool,
        caplog.at_level(logging.WARNING),
        pytest.raises(EngineError, match=r"no worker for 0\.6 s.*dask worker tcp://127"),
    ):
        pool.map([job("sum", 1)])
    assert [r.getMessage() for r in caplog.records if "has no workers" in r.getMessage()]


def test_nobody_at_the_address() -> None:
    start = time.monotonic()
    with pytest.raises(EngineError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:\d+ .*refused"):
        Pool(TOYS, cluster=f"127.0.0.1:{free_port()}")
    assert time.monotonic() - start < 5.0


def test_somebody_else_at_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_dask, "_CONNECT_S", 0.5)
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as mute,
        pytest.raises(EngineError, match="no Dask scheduler answers"),
    ):
        Pool(TOYS, cluster=f"tcp://127.0.0.1:{mute.getsockname()[1]}")


@pytest.mark.parametrize(
    "address", ["", "tcp://", "somewhere", "tcp://host", "gopher://host:70", "tcp://a b:1"]
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ParameterError, match="tcp://host:8786"):
        Pool(TOYS, cluster=address)


@pytest.mark.parametrize("option", [{"workers": 2}, {"fork": False}])
def test_what_is_of_this_machine_does_not_go_with_a_cluster(option: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match="of this machine"):
        Pool(TOYS, cluster="tcp://127.0.0.1:1", **option)


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(PluginError, match=r"pip install 'patchpilot\[cluster\]'"):
        Pool(TOYS, cluster="tcp://127.0.0.1:1")


def test_the_interpreter_ends_quietly_without_close(two: Dask) -> None:
    two.pool().close()
    code = (
        f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
        "from patchpilot.engine import Job, Pool\n"
        "from test_cluster import TOYS, job\n"
        f"pool = Pool(TOYS, cluster={two.address!r})\n"
        "it = pool.imap(job('noise', i) for i in range(100))\n"
        "print(len([next(it) for _ in range(3)]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "faulthandler", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("3\n", "", 0)
