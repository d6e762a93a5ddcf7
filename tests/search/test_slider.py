"""By hand: what is put in is heard, in that order; asking waits for it."""

from __future__ import annotations

import copy
import threading
import time

import pytest

from patchpilot.errors import ParameterError, PatchError
from patchpilot.experiment.run import run
from patchpilot.search.base import Context, Outcome
from patchpilot.search.slider import Slider
from patchpilot.space import Patch, Performance
from tests.search.test_technique import Hidden
from tests.toy import Toy


def started() -> Slider:
    slider = Slider()
    slider.start(Context(Toy(), Performance.one_note(60, hold_s=0.1, length_s=0.2)))
    return slider


def test_what_is_turned_is_proposed_in_that_order() -> None:
    slider = started()
    first = slider.ask(5)
    assert [one.detail for one in first] == ["as it stands"]
    slider.tell([Outcome(first[0])])
    slider.turn({"level": 0.25})
    turned = slider.turn({"transpose": 1.0})
    asked = slider.ask(5)
    assert [one.detail for one in asked] == ["level 0.25", "transpose 24"]
    assert asked[1].patch == turned
    assert turned.values == {"level": 0.25, "transpose": 24.0}
    slider.tell([Outcome(asked[0])])
    assert [one.patch for one in slider.ask(5)] == [turned], "what was not heard is asked for again"


def test_it_runs_while_another_thread_turns() -> None:
    slider, context = Slider(), Context(Toy(), Performance.one_note(60, hold_s=0.1, length_s=0.2))

    def person() -> None:
        while not hasattr(slider, "state"):
            time.sleep(0.01)
        for level in (0.2, 0.4, 0.6):
            slider.turn({"level": level})
            time.sleep(0.02)
        slider.put(Patch.make(Toy().space, {"level": 0.7, "transpose": 5.0}))
        slider.close()

    hand = threading.Thread(target=person)
    hand.start()
    found = run(slider, Hidden(), context)
    hand.join()
    assert found.ended == "done"
    assert len(found.trace) == 5
    assert found.best[0].score == pytest.approx(0.0, abs=1e-6)


def test_its_state_can_be_copied_and_gone_on_from() -> None:
    slider = started()
    slider.turn({"level": 0.25})
    kept = copy.deepcopy(slider.state)
    other = started()
    other.state = kept
    assert [one.patch for one in other.ask(9)] == [one.patch for one in slider.ask(9)]


def test_what_cannot_be_turned_is_refused() -> None:
    slider = started()
    with pytest.raises(PatchError, match="did you mean level"):
        slider.turn({"levle": 0.5})
    with pytest.raises(ParameterError, match="finite numbers"):
        slider.turn({"level": float("nan")})
    slider.close()
    with pytest.raises(ParameterError, match="closed"):
        slider.turn({"level": 0.5})
