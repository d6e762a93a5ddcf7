"""LFO shapes that somebody draws in a draft."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from patchpilot.errors import ParameterError
from patchpilot.instruments.vital.assets import lfo
from patchpilot.space import AssetStore, Patch, Performance, Space
from patchpilot.workspace.drafts.draft import Draft
from tests.toy import Toy

RAMP = {"points": [[0.0, 0.0], [0.5, 0.25], [1.0, 1.0]], "powers": [2.0, 0.0, 0.0], "is_smooth": False}


def begun(folder: Path, space: Space) -> Draft:
    return Draft.begin(
        folder / "one.jsonl",
        AssetStore(folder / "assets"),
        space,
        instrument=space.instrument,
        patch=Patch.make(space),
        performance=Performance(),
        origin={"init": space.instrument},
        label="init patch",
    )


def test_a_shape_that_is_dragged_is_one_step_and_there_after_a_restart(tmp_path: Path, space: Space) -> None:
    with closing(begun(tmp_path, space)) as draft:
        draft.turn({"osc_1_level": 0.5}, drag="a")
        draft.draw("lfo_2", RAMP, drag="b", at_s=1.0)
        draft.draw("lfo_2", RAMP | {"points": [[0.0, 0.0], [0.75, 0.5], [1.0, 1.0]]}, drag="b", at_s=2.0)
        wanted = lfo([(0.0, 0.0), (0.75, 0.5), (1.0, 1.0)], [2.0, 0.0, 0.0])
        assert draft.patch.assets == {"lfo_2": wanted}
        assert [at for at, _ in draft.history.now.trail] == [1.0, 2.0]
        assert draft.history.now.label == "lfo_2 drawn with 3 points"
        draft.undo()
        assert draft.patch == Patch.make(space, {"osc_1_level": 0.5})
        draft.redo()
        draft.turn({"osc_1_level": 0.6}, drag="c")
        made = draft.patch
    assert made == Patch.make(space, {"osc_1_level": 0.6}, assets={"lfo_2": wanted})
    again = Draft.resume(tmp_path / "one.jsonl", AssetStore(tmp_path / "assets"), lambda _: space)
    with closing(again):
        assert again.patch == made
        again.draw("lfo_2", RAMP, drag="b")  # a drag that is over does not go on
        again.undo()
        assert again.patch == made


@pytest.mark.parametrize(
    ("slot", "change", "said"),
    [
        ("lfo_9", {}, "expected an LFO of lfo_1"),
        ("wavetable_1", {}, "expected an LFO"),
        ("lfo_1", {"points": [[0.0, 0.0], [0.4, 0.0], [0.9, 1.0]]}, "from time 0 to 1"),
        ("lfo_1", {"points": [[0.0, 0.0], [0.5, 1.0], [0.4, 1.0], [1.0, 0.0]], "powers": []}, "in order"),
        ("lfo_1", {"points": [[0.0, 0.0], [0.5, 1.5], [1.0, 0.0]]}, "level: expected 0 to 1"),
        ("lfo_1", {"powers": [0.0]}, "for each of 3 points"),
        ("lfo_1", {"powers": [0.0, 99.0, 0.0]}, "curvature"),
    ],
)
def test_what_is_no_shape_is_refused_and_changes_nothing(
    tmp_path: Path, space: Space, slot: str, change: dict[str, Any], said: str
) -> None:
    with closing(begun(tmp_path, space)) as draft:
        with pytest.raises(ParameterError, match=said):
            draft.draw(slot, RAMP | change)
        assert not draft.history.can_undo
        assert draft.version == 1


def test_an_instrument_without_lfos_says_so(tmp_path: Path) -> None:
    with closing(begun(tmp_path, Toy().space)) as draft, pytest.raises(ParameterError, match="none that can"):
        draft.draw("lfo_1", RAMP)
