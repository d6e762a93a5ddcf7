"""Who gets which job: decided here for speed alone, so it is tested without processes."""

import pytest

pytest.importorskip("fcntl", reason="only where there is fork")

from patchpilot.engine._keeper import FEW, LAST, MORE
from patchpilot.engine._queue import BASES, Queue
from patchpilot.engine.job import Job


def queue(bases: str, workers: int = 2) -> Queue:
    """Jobs numbered from 0, one for each letter."""
    made = Queue(workers)
    for number, base in enumerate(bases):
        made.put(number, Job(base, base, None))
    return made


def test_a_worker_gets_first_what_it_has_prepared() -> None:
    assert queue("abc").choose({"c", "x"}, set(), idle=False) == 2


def test_else_the_first_base_that_no_other_worker_has() -> None:
    assert queue("aab").choose(set(), {"a"}, idle=True) == 2


def test_what_another_has_prepared_is_left_to_it_unless_the_worker_would_be_idle() -> None:
    assert queue("aaa").choose({"b"}, {"a"}, idle=False) is None
    assert queue("aaa").choose({"b"}, {"a"}, idle=True) == 0
    assert queue("").choose(set(), set(), idle=True) is None


def test_nothing_waits_for_ever_while_other_jobs_are_handier() -> None:
    waiting, number = queue("z"), 1
    for _ in range(100):
        waiting.put(number, Job("a", "a", None))
        number += 1
        chosen = waiting.choose({"a"}, set(), idle=False)
        assert chosen is not None
        waiting.take(chosen)
        if chosen == 0:
            return
    pytest.fail("the first job was never taken")


def test_it_is_full_before_it_is_large() -> None:
    waiting = queue("a" * 7)
    assert not waiting.full
    waiting.put(7, Job("a", "a", None))
    assert waiting.full
    waiting.clear()
    assert not waiting.full
    assert waiting.choose({"a"}, set(), idle=True) is None


def test_few_bases_are_kept_for_later() -> None:
    waiting = queue("abc" * 2)
    assert [waiting.take(number)[1] for number in range(6)] == [MORE] * 6


def test_where_bases_come_and_go_the_last_job_of_one_ends_it() -> None:
    waiting, number, seen = Queue(1), 0, []
    for i in range(2 * BASES):
        for _ in range(2):
            waiting.put(number, Job(i, str(i), None))
            number += 1
        if i >= BASES:
            seen += [waiting.take(number - 4)[1], waiting.take(number - 3)[1]]
    assert seen[:2] == [FEW, LAST]
    assert set(seen) == {FEW, LAST}
    assert waiting.take(number - 2)[1] == FEW
    assert waiting.take(number - 1)[1] == FEW  # the last that came: another of it may follow
