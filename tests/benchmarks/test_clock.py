"""The clock: it counts what is called, once, in all threads, and leaves no trace."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from matchbench.clock import PLACES, Clock, comparing

NAP_S = 0.02


class Ears:
    """Something that compares."""

    def hear(self) -> str:
        time.sleep(NAP_S)
        return "heard"

    def compare(self) -> str:
        time.sleep(NAP_S)
        return self.hear()


TWO = ((Ears, "hear"), (Ears, "compare"))


def test_calls_within_calls_count_once() -> None:
    with comparing(TWO) as clock:
        began = time.perf_counter()
        assert Ears().compare() == "heard"
        seconds = time.perf_counter() - began
    assert 2 * NAP_S <= clock.seconds <= seconds
    assert list(clock.by_name) == ["Ears.compare"]


def test_threads_are_added_up() -> None:
    with comparing(TWO) as clock, ThreadPoolExecutor(4) as threads:
        for _ in range(4):
            threads.submit(Ears().hear)
    assert clock.by_name["Ears.hear"] >= 4 * NAP_S


def test_afterwards_all_is_as_it_was() -> None:
    before = Ears.hear
    with pytest.raises(ZeroDivisionError), comparing(TWO) as clock:
        _ = 1 / 0
    assert Ears.hear is before
    Ears().hear()
    assert clock.seconds == 0.0


def test_a_call_that_fails_counts_and_the_next_one_too() -> None:
    clock = Clock()
    failing = clock.timed(lambda: 1 / 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            failing()
    assert len(clock.by_name) == 1
    assert clock.seconds > 0.0


def test_what_a_match_calls_is_there() -> None:
    """Else the share would be too small, and nobody would notice."""
    assert all(callable(getattr(owner, name)) for owner, name in PLACES)
