"""The promise on the real engine: same job, same bytes, with Vital's hidden random state on."""

import ctypes

import numpy as np
import pytest

from patchpilot.engine import Failure, Job, Pool, Program

pytest.importorskip("vita")

VITAL = Program("vita_program:boot", "vita_program:prepare", "vita_program:run")
BASE = {"osc_1_random_phase": 1.0, "sample_on": 1.0, "chorus_on": 1.0}
DELTAS = [
    {"filter_1_on": 1.0, "filter_1_cutoff": 40.0 + 10 * i, "osc_1_level": 0.5 + 0.1 * i} for i in range(4)
]
JOBS = [Job(BASE, "random", delta) for delta in DELTAS]


@pytest.fixture(scope="module")
def forked() -> list[bytes]:
    with Pool(VITAL, workers=2, fork=True) as pool:
        return [audio.tobytes() for audio in pool.map(JOBS)]


def test_the_patches_sound_and_differ(forked: list[bytes]) -> None:
    assert len(set(forked)) == len(JOBS)
    assert all(np.abs(np.frombuffer(audio, np.float32)).max() > 0.01 for audio in forked)


@pytest.mark.parametrize("workers", [1, 3])
def test_any_order_any_worker_same_bytes(forked: list[bytes], workers: int) -> None:
    with Pool(VITAL, workers=workers, fork=True) as pool:
        back = pool.map(JOBS[::-1] + JOBS[1:3])
    assert [audio.tobytes() for audio in back] == forked[::-1] + forked[1:3]


def test_without_fork_same_bytes(forked: list[bytes]) -> None:
    with Pool(VITAL, workers=2, fork=False) as pool:
        assert [audio.tobytes() for audio in pool.map(JOBS)] == forked


def test_without_randomness_a_used_process_gives_the_same_bytes() -> None:
    base = {"osc_1_random_phase": 0.0}
    found = []
    for fork in (True, False):
        with Pool(VITAL, workers=1, fork=fork) as pool:
            results = pool.map([Job(base, "fixed", delta, pristine=False) for delta in DELTAS + DELTAS])
        found.append([audio.tobytes() for audio in results])
    assert found[0] == found[1]
    assert found[0][:4] == found[0][4:]


@pytest.mark.parametrize("fork", [True, False])
def test_a_patch_that_kills_the_engine_is_one_failure(fork: bool) -> None:
    deadly = Program(VITAL.boot, VITAL.prepare, "vita_program:crash")
    with Pool(deadly, workers=1, fork=fork) as pool:
        assert pool.map([Job(BASE, "random", None)]) == [Failure("crashed (SIGSEGV)", "run")]


@pytest.mark.parametrize("fork", [True, False])
def test_denormals_survive_in_the_caller_and_between_jobs(fork: bool) -> None:
    """Vital leaves flush-to-zero set in the thread that rendered."""
    tiny = np.float32(1e-40)
    mixed = Program(VITAL.boot, VITAL.prepare, "vita_program:run_flush")
    jobs = [Job(BASE, "flush", None, pristine=False)] * 2
    with Pool(mixed, workers=1, fork=fork) as pool:
        assert (
            pool.map(jobs) == [(True, False)] * 2
        )  # before and after the render: it is real, and it is contained
    assert tiny * np.float32(1.0) == tiny
    assert ctypes.c_float(1e-40).value != 0.0
