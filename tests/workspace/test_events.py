from __future__ import annotations

import threading

import numpy as np
import pytest

from patchpilot.workspace import events as module
from patchpilot.workspace.events import Events


def test_numbers_grow_and_go_on_above_those_of_an_earlier_process() -> None:
    earlier = Events()
    numbers = [earlier.publish("job", {"n": n}) for n in range(5)]
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    later = Events()
    later.started = later._last = earlier.started + 1000  # a second later
    assert later.publish("job", {}) > numbers[-1]


def test_who_was_away_is_told_what_was_missed() -> None:
    journal = Events()
    first = journal.publish("job", {"n": 1})
    journal.publish("take", {"n": 2, "score": np.float32(0.5), "lufs": -np.inf})
    missed, is_all = journal.since(first)
    assert [(event.type, event.data) for event in missed] == [("take", {"n": 2, "score": 0.5, "lufs": None})]
    assert is_all
    assert journal.since(journal.last) == ([], True)


def test_what_is_forgotten_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    journal = module.Events()
    journal._kept = type(journal._kept)(maxlen=3)
    before = journal.last
    for n in range(5):
        journal.publish("job", {"n": n})
    missed, is_all = journal.since(before)
    assert [event.data["n"] for event in missed] == [2, 3, 4]
    assert not is_all
    assert journal.since(before + 2)[1]


def test_a_number_from_the_future_is_not_believed() -> None:
    journal = Events()
    assert journal.since(journal.last + 100) == ([], False)


def test_many_threads_tell_and_nothing_is_lost() -> None:
    journal, wakes = Events(), []
    before = journal.last
    with journal.listening(lambda: wakes.append(1)):
        threads = [
            threading.Thread(target=lambda: [journal.publish("x", {}) for _ in range(50)]) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found, is_all = journal.since(before)
    assert [event.number for event in found] == list(range(before + 1, before + 401))
    assert is_all
    assert len(wakes) == 400
    assert journal.listeners == 0
