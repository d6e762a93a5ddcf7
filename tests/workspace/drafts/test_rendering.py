"""What is heard of drafts: the newest first, and the beginning before the whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.space import Patch, Performance
from patchpilot.workspace.drafts import pace
from patchpilot.workspace.drafts.pace import FIRST_S
from patchpilot.workspace.drafts.rendering import Heard, Rendering
from patchpilot.workspace.errors import ConflictError, MissingError
from tests.toy import Toy
from tests.workspace.toys import until

LONG = Performance.one_note(60, hold_s=1.5, length_s=2.0)
SHORT = Performance.one_note(60, hold_s=0.2, length_s=0.3)


class Held(Toy):
    """A toy that plays when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.begun = threading.Semaphore(0), threading.Semaphore(0)
        self.played: list[float] = []

    def render(self, patch: Patch, performance: Performance) -> Audio:
        self.played.append(patch.values.get("level", 0.5))
        self.begun.release()
        assert self.gate.acquire(timeout=20.0)
        return super().render(patch, performance)


def patch(level: float) -> Patch:
    return Patch.make(Toy().space, {"level": level})


@pytest.fixture
def told() -> list[Heard]:
    return []


@pytest.fixture
def toy() -> Held:
    return Held()


@pytest.fixture
def playing(toy: Held, told: list[Heard]) -> Iterator[Rendering]:
    made = Rendering(toy, lambda _, heard: told.append(heard))
    yield made
    for _ in range(50):
        toy.gate.release()
    made.close()


def test_versions_that_wait_are_passed_over_all_but_the_newest(playing: Rendering, toy: Held) -> None:
    for version in range(1, 6):
        playing.wish("d", version, patch(0.1 * version), SHORT)
        if version == 1:
            assert toy.begun.acquire(timeout=20.0)
    toy.gate.release()
    toy.gate.release()
    assert playing.wait("d", 5).version == 5
    assert toy.played == pytest.approx([0.1, 0.5])


def test_what_is_played_while_a_knob_is_dragged_is_heard_though_there_is_a_newer_version(
    playing: Rendering, toy: Held, told: list[Heard]
) -> None:
    playing.wish("d", 1, patch(0.1), SHORT)
    assert toy.begun.acquire(timeout=20.0)
    playing.wish("d", 2, patch(0.2), SHORT)
    toy.gate.release()
    until(lambda: told)
    assert (told[0].version, told[0].is_whole) == (1, True)
    toy.gate.release()
    playing.wait("d", 2)
    with pytest.raises(ConflictError, match="passed over: the newest is 2"):
        playing.wait("d", 1)


def test_the_first_part_of_a_long_note_is_heard_before_the_whole_and_is_its_beginning(
    playing: Rendering, toy: Held, told: list[Heard]
) -> None:
    playing.wish("d", 1, patch(0.3), LONG)
    toy.gate.release()
    first = playing.wait("d", 1)
    assert (first.is_whole, len(told)) == (False, 1)
    toy.gate.release()
    whole = playing.wait("d", 1, whole=True)
    assert whole.is_whole
    assert first.audio is not None
    assert whole.audio is not None
    assert (first.audio.duration_s, whole.audio.duration_s) == (FIRST_S, 2.0)
    np.testing.assert_array_equal(first.audio.samples, whole.audio.samples[:, : first.audio.samples.shape[1]])
    assert whole.lufs == pytest.approx(first.lufs, abs=1.0)


def test_a_whole_that_is_quick_needs_no_first_part(
    playing: Rendering, toy: Held, told: list[Heard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "QUICK_S", 60.0)
    for _ in range(10):
        toy.gate.release()
    playing.wish("d", 1, patch(0.3), LONG)
    playing.wait("d", 1, whole=True)
    playing.wish("d", 2, patch(0.4), LONG)
    playing.wait("d", 2, whole=True)
    assert [heard.is_whole for heard in told if heard.version == 2] == [True]


def test_what_was_heard_is_not_played_again(playing: Rendering, toy: Held) -> None:
    for _ in range(10):
        toy.gate.release()
    for version, level in ((1, 0.3), (2, 0.4), (3, 0.3)):
        playing.wish("d", version, patch(level), SHORT)
        playing.wait("d", version)
    assert playing.whole(patch(0.4), SHORT).result(20.0).duration_s == pytest.approx(0.3)
    assert toy.played == pytest.approx([0.3, 0.4])


def test_what_cannot_be_played_is_told_and_harms_nothing(
    playing: Rendering, toy: Held, told: list[Heard]
) -> None:
    for _ in range(10):
        toy.gate.release()
    playing.wish("d", 1, patch(1.0), SHORT)
    with pytest.raises(EngineError, match="the toy crashed"):
        playing.wait("d", 1)
    assert told[0].error == "the toy crashed"
    with pytest.raises(EngineError, match="the toy crashed"):
        playing.whole(patch(1.0), SHORT).result(20.0)
    playing.wish("d", 2, patch(0.5), SHORT)
    assert playing.wait("d", 2).audio is not None


def test_a_version_that_is_not_there_is_told(playing: Rendering) -> None:
    with pytest.raises(MissingError, match="no version 7"):
        playing.wait("d", 7)
    playing.wish("d", 1, patch(0.5), SHORT)
    with pytest.raises(EngineError, match="not ready within"):
        playing.wait("d", 1, timeout_s=0.05)


def test_whoever_waits_is_told_that_it_ends() -> None:
    toy = Held()
    made = Rendering(toy, lambda *_: None)
    made.wish("d", 1, patch(0.5), SHORT)
    assert toy.begun.acquire(timeout=20.0)
    later = made.whole(patch(0.2), SHORT)
    toy.gate.release()
    made.close()
    if not later.done() or later.exception() is None:
        assert later.result(1.0).duration_s == pytest.approx(0.3)
    with pytest.raises(EngineError, match="closing"):
        made.whole(patch(0.4), SHORT).result(1.0)
