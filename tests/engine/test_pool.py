import itertools
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.engine import Failure, Job, Pool, Program
from patchpilot.errors import EngineError, ParameterError

TOYS = Program("engine_toys:boot", "engine_toys:prepare", "engine_toys:run")
WAYS = [pytest.param(True, id="fork"), pytest.param(False, id="spawn")]


@pytest.fixture(params=WAYS, scope="module")
def pool(request: pytest.FixtureRequest) -> Iterator[Pool]:
    with Pool(TOYS, workers=2, timeout_s=1.0, fork=request.param) as pool:
        yield pool


def job(
    verb: str, argument: Any = None, *, base: Any = 1, key: str | None = None, pristine: bool = True
) -> Job:
    return Job(base, str(base) if key is None else key, (verb, argument), pristine)


def test_results_come_in_the_order_of_the_jobs_whichever_ends_first(pool: Pool) -> None:
    slow = Job("a", "a", ("hang", 0.3))
    assert pool.map([slow, *(job("sum", i, pristine=False) for i in range(5))]) == [None, 1, 2, 3, 4, 5]


def test_imap_gives_each_index_once_as_the_jobs_end(pool: Pool) -> None:
    found = list(pool.imap([job("hang", 0.4), *(job("sum", i, pristine=False) for i in range(4))]))
    assert sorted(i for i, _ in found) == [0, 1, 2, 3, 4]
    assert found[0][0] != 0


def test_no_jobs_no_results(pool: Pool) -> None:
    assert pool.map([]) == []


def test_a_base_is_not_mixed_up_with_another(pool: Pool) -> None:
    jobs = [job("sum", i, base=100 * (i % 6), pristine=False) for i in range(24)]
    assert pool.map(jobs) == [100 * (i % 6) + i for i in range(24)]


@pytest.mark.parametrize("pristine", [True, False])
def test_every_job_starts_from_the_same_state(pool: Pool, pristine: bool) -> None:
    jobs = [job("random", n, pristine=pristine) for n in (3, 50, 3, 3)]
    results = pool.map(jobs)
    assert results[0].tobytes() == results[2].tobytes() == results[3].tobytes()
    assert np.array_equal(results[0], np.random.default_rng(1).standard_normal((2, 3), dtype=np.float32))


def test_a_pristine_job_finds_no_trace_of_another(pool: Pool) -> None:
    assert pool.map([job("uses") for _ in range(4)]) == [(0, 1)] * 4


@pytest.mark.parametrize("fork", WAYS)
def test_results_do_not_depend_on_the_number_of_workers(fork: bool) -> None:
    jobs = [job("random", n, base=n % 2, key=str(n % 2)) for n in (5, 6, 7, 8)]
    found = []
    for workers in (1, 2, 3):
        with Pool(TOYS, workers=workers, fork=fork) as pool:
            found.append([array.tobytes() for array in pool.map(jobs)])
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("verb", "argument", "reason"),
    [
        ("crash", "SIGSEGV", "crashed (SIGSEGV)"),
        ("crash", "SIGABRT", "crashed (SIGABRT)"),
        ("exit", 3, "crashed (exit status 3)"),
        ("hang", 1000, "timed out after 1 s"),
        ("hang_locked", 1000, "timed out after 1 s"),
        ("raise", "no such control", "raised ValueError: no such control"),
        ("leave", 2, "raised SystemExit: 2"),
    ],
)
def test_a_bad_job_is_one_failure_and_harms_no_other(
    pool: Pool, verb: str, argument: Any, reason: str
) -> None:
    results = pool.map([job("sum", 1), job(verb, argument), job("sum", 2), job("sum", 3, pristine=False)])
    assert results == [2, Failure(reason, "run"), 3, 4]


def test_a_result_that_cannot_travel_is_a_failure(pool: Pool) -> None:
    (result,) = pool.map([job("unpicklable")])
    assert isinstance(result, Failure)
    assert result.stage == "run"
    assert "pickle" in result.reason


def test_a_job_that_cannot_travel_is_a_failure(pool: Pool) -> None:
    results = pool.map([job("sum", lambda: None), job("sum", 1)])
    assert isinstance(results[0], Failure)
    assert results[1] == 2


@pytest.mark.parametrize(
    ("base", "reason"),
    [
        ("crash", "crashed (SIGSEGV)"),
        ("hang", "timed out after 1 s"),
        ("raise", "raised ValueError: no such preset"),
    ],
)
def test_a_bad_base_fails_each_of_its_jobs_and_is_not_tried_again(pool: Pool, base: str, reason: str) -> None:
    bad = job("sum", 1, base=base)
    failure = Failure(reason, "prepare")
    assert pool.map([bad, job("sum", 1), bad, bad]) == [failure, 2, failure, failure]
    start = time.monotonic()
    assert pool.map([bad] * 50) == [failure] * 50
    assert time.monotonic() - start < 0.5


def test_what_native_code_prints_harms_nothing(pool: Pool) -> None:
    assert pool.map([job("loud", 200_000), job("sum", 1)]) == [0, 2]


def test_last_words_of_a_crash_are_in_the_failure() -> None:
    with Pool(TOYS, workers=1, fork=True) as pool:
        (result,) = pool.map([job("crash", "SIGABRT")])
    assert result.output == "libtoy: assertion failed"


def test_big_things_travel_both_ways(pool: Pool) -> None:
    base, delta = np.arange(400_000.0), np.ones(400_000)
    total, huge = pool.map([job("sum", delta, base=base, key="big"), job("huge", 5_000_000)])
    assert np.array_equal(total, base + delta)
    assert np.array_equal(huge, np.arange(5_000_000, dtype=np.float32))
    huge[0] = 1.0  # the caller may write into it


def test_any_picklable_result_comes_back_whole(pool: Pool) -> None:
    (result,) = pool.map([job("mixed", 5)])
    assert np.array_equal(result["a"], np.ones((5, 3)))
    assert result["a"].flags.f_contiguous
    assert result["b"][0].shape == (0,)
    assert result["b"][1:2] == ["text"]
    assert np.array_equal(result["b"][2], [0, 2, 4])


def test_imap_draws_only_what_it_needs_from_an_endless_source(pool: Pool) -> None:
    drawn = itertools.count()
    results = pool.imap(job("sum", next(drawn), pristine=False) for _ in itertools.count())
    assert len({next(results)[0] for _ in range(3)}) == 3
    results.close()
    assert next(drawn) < 20
    assert pool.map([job("sum", 7)]) == [8]  # left-overs of the abandoned call do not get in


def test_workers_go_on_while_the_caller_is_busy(pool: Pool) -> None:
    if not pool.fork:
        pytest.skip("where there is no fork, one job a worker is in flight")
    pool.map([job("sum", 1)] * 4)
    start = time.monotonic()
    for _ in pool.imap([job("hang", 0.1)] * 8):
        time.sleep(0.05)
    assert time.monotonic() - start < 0.1 * 8 + 0.05 * 8


def test_a_second_imap_by_the_same_thread_is_refused_not_deadlocked(pool: Pool) -> None:
    first = pool.imap([job("sum", 1, pristine=False)] * 3)
    next(first)
    with pytest.raises(EngineError, match="still busy with an imap"):
        pool.map([job("sum", 1)])
    first.close()
    assert pool.map([job("sum", 1)]) == [2]


def test_calls_from_several_threads_take_turns(pool: Pool) -> None:
    found: list[list[int]] = []
    threads = [
        threading.Thread(target=lambda i=i: found.append(pool.map([job("sum", i, pristine=False)] * 3)))
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [[i + 1] * 3 for i in range(4)]


def test_an_error_of_the_callers_source_reaches_the_caller(pool: Pool) -> None:
    def source() -> Iterator[Job]:
        yield job("sum", 1)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        list(pool.imap(source()))
    assert pool.map([job("sum", 1)]) == [2]


@pytest.mark.parametrize("fork", WAYS)
@pytest.mark.parametrize(
    ("boot", "words"),
    [("boot_fails", r"libtoy\.so: cannot open"), ("boot_crashes", "crashed or hung"), ("nope", "nope")],
)
def test_a_program_that_does_not_boot_is_an_error(fork: bool, boot: str, words: str) -> None:
    program = Program(f"engine_toys:{boot}", "engine_toys:prepare", "engine_toys:run")
    with Pool(program, workers=1, fork=fork) as pool, pytest.raises(EngineError, match=words):
        pool.map([job("sum", 1)])


@pytest.mark.parametrize("fork", WAYS)
def test_closing_twice_is_fine_and_a_closed_pool_says_so(fork: bool) -> None:
    pool = Pool(TOYS, workers=1, fork=fork)
    pool.close()
    pool.close()
    with pytest.raises(EngineError, match="closed"):
        pool.map([job("sum", 1)])


def test_a_lost_root_is_replaced_and_its_job_sent_again() -> None:
    with Pool(TOYS, workers=1, fork=True) as pool:
        pool.map([job("sum", 1)])
        root = pool._backend._roots[0].process.pid  # type: ignore[union-attr]
        results = pool.imap([job("hang", 0.5), job("sum", 2)])
        threading.Timer(0.2, os.kill, (root, signal.SIGKILL)).start()
        assert dict(results) == {0: None, 1: 3}


@pytest.mark.parametrize(
    ("verb", "argument", "reason"),
    [
        ("crash", "SIGSEGV", "crashed (SIGSEGV)"),
        ("hang", 1000, "timed out after 1 s"),
        ("raise", "x", "raised ValueError: x"),
    ],
)
def test_where_bases_come_and_go_a_bad_job_is_one_failure_too(verb: str, argument: Any, reason: str) -> None:
    """There the last job of a base runs in the prepared process itself."""
    n = 24
    jobs = [job(what, x, base=i) for i in range(n) for what, x in (("sum", 1), ("sum", 2))]
    bad = {2 * 15 + 1, 2 * 18 + 1, 2 * 19}
    jobs = [Job(j.base, j.base_key, (verb, argument)) if k in bad else j for k, j in enumerate(jobs)]
    with Pool(TOYS, workers=1, timeout_s=1.0, fork=True) as pool:
        results = dict(pool.imap(jobs))
    expected = [Failure(reason, "run") if k in bad else k // 2 + 1 + k % 2 for k in range(2 * n)]
    assert [results[k] for k in range(2 * n)] == expected


def test_where_bases_come_and_go_every_job_starts_from_the_same_state() -> None:
    jobs = [job("random", 5, base=i) for i in range(20) for _ in range(3)]
    with Pool(TOYS, workers=2, fork=True) as pool:
        found = {array.tobytes() for array in dict(pool.imap(jobs)).values()}
        assert pool.map([job("uses", base=i) for i in range(20) for _ in range(2)]) == [(0, 1)] * 40
    assert len(found) == 1


@pytest.mark.parametrize("fork", WAYS)
@pytest.mark.parametrize("pristine", [True, False])
def test_what_is_common_is_made_before_every_base_and_never_used_up(fork: bool, pristine: bool) -> None:
    program = Program(
        "engine_toys:boot", "engine_toys:prepare_common", "engine_toys:run", common="engine_toys:common"
    )
    with Pool(program, workers=1, fork=fork) as pool:
        assert pool.map([job("sum", 1, base=b, pristine=pristine) for b in (1, 2, 1)]) == [
            [0, 1, 1],
            [0, 2, 1],
            [0, 1, 1],
        ]


@pytest.mark.parametrize("fork", WAYS)
def test_what_is_common_and_cannot_be_made_is_an_error(fork: bool) -> None:
    program = Program(
        "engine_toys:boot", "engine_toys:prepare_common", "engine_toys:run", common="engine_toys:boot_fails"
    )
    with Pool(program, workers=1, fork=fork) as pool:
        if fork:
            with pytest.raises(EngineError, match=r"libtoy\.so"):
                pool.map([job("sum", 1)])
        else:
            (result,) = pool.map([job("sum", 1)])
            assert isinstance(result, Failure)


def test_an_abandoned_imap_leaves_no_jobs_behind() -> None:
    with Pool(TOYS, workers=1, fork=True) as pool:
        results = pool.imap(job("hang", 0.3) for _ in itertools.count())
        next(results)
        results.close()
        start = time.monotonic()
        assert pool.map([job("sum", 1)]) == [2]
        assert time.monotonic() - start < 1.4  # two may be on their way, not five


def test_a_base_that_failed_once_has_a_second_chance(tmp_path: Path) -> None:
    """What the machine did, out of memory say, is no fault of the base."""
    once = {"fails_once": str(tmp_path / "failed")}
    for fork in (True, False):
        (tmp_path / "failed").unlink(missing_ok=True)
        with Pool(TOYS, workers=1, fork=fork) as pool:
            assert isinstance(pool.map([job("sum", 1, base=once)])[0], Failure)
            assert pool.map([job("uses", base=once)]) == [(0, 1)]


def test_a_result_that_is_cut_off_is_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from patchpilot.engine import _linux

    plain, cut = _linux.fetch, iter([True])

    def fetch(slot: int) -> object:
        if next(cut, False):
            raise EOFError("a result was cut off")
        return plain(slot)

    monkeypatch.setattr(_linux, "fetch", fetch)
    with Pool(TOYS, workers=1, fork=True) as pool:
        assert pool.map([job("sum", i) for i in range(4)]) == [1, 2, 3, 4]


def test_bad_arguments() -> None:
    with pytest.raises(ParameterError, match="workers >= 1"):
        Pool(TOYS, workers=0)
    with pytest.raises(ParameterError, match="timeout_s > 0"):
        Pool(TOYS, timeout_s=float("nan"))
    with pytest.raises(EngineError, match=r'"package\.module:function"'):
        Program("engine_toys.boot", "a:b", "a:b")
    with pytest.raises(EngineError, match="running script"):
        Program("__main__:boot", "a:b", "a:b")


def test_the_environment_can_hide_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATCHPILOT_FORK", "0")
    with Pool(TOYS, workers=1) as pool:
        assert not pool.fork
        assert pool.map([job("sum", 1)]) == [2]
