"""What was done to a patch: steps, drags, undo and redo; on the disk, too."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from patchpilot.errors import OutputError, ParameterError
from patchpilot.space import AssetStore, Patch, Performance, Routing, Space
from patchpilot.workspace.drafts.draft import Draft
from patchpilot.workspace.drafts.history import MOST_POINTS, Banked, History
from patchpilot.workspace.drafts.journal import read
from tests.toy import Toy

SPACE = Toy().space


def begun(folder: Path) -> Draft:
    return Draft.begin(
        folder / "one.jsonl",
        AssetStore(folder / "assets"),
        SPACE,
        instrument="toy",
        patch=Patch.make(SPACE),
        performance=Performance(),
        origin={"init": "toy"},
        label="init patch",
    )


def again(folder: Path) -> Draft:
    return Draft.resume(folder / "one.jsonl", AssetStore(folder / "assets"), lambda _: SPACE)


def test_a_drag_is_one_step_with_its_trail() -> None:
    history = History(SPACE, Patch.make(SPACE), "init")
    for i in range(5):
        history.turn({"level": 0.1 * i}, drag="a", at_s=float(i))
    history.turn({"transpose": 3.0}, drag="b", at_s=9.0)
    assert [step.label for step in history.steps] == ["init", "level 0.5 → 0.4", "transpose 0 → 3"]
    assert history.steps[1].trail == [(float(i), {"level": 0.1 * i}) for i in range(5)]
    history.undo()
    history.undo()
    assert history.patch == Patch.make(SPACE)
    assert not history.can_undo
    history.redo()
    assert history.patch.values == Patch.make(SPACE, {"level": 0.4}).values


def test_the_trail_of_a_long_drag_is_thinned_and_keeps_its_ends() -> None:
    history = History(SPACE, Patch.make(SPACE), "init")
    for i in range(5 * MOST_POINTS):
        history.turn({"level": i / (5 * MOST_POINTS)}, drag="a", at_s=float(i))
    trail = history.now.trail
    assert len(trail) <= MOST_POINTS
    assert (trail[0][0], trail[-1][0]) == (0.0, 5 * MOST_POINTS - 1.0)
    assert [at for at, _ in trail] == sorted(at for at, _ in trail)


def test_what_is_done_after_an_undo_takes_the_place_of_what_was_undone() -> None:
    history = History(SPACE, Patch.make(SPACE), "init")
    history.turn({"level": 0.2}, drag="a")
    history.undo()
    history.turn({"level": 0.3}, drag="a")
    assert not history.can_redo
    assert len(history.steps) == 2
    with pytest.raises(ParameterError, match="nothing to redo"):
        history.redo()
    history.undo()
    with pytest.raises(ParameterError, match="nothing to undo"):
        history.undo()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"level": 1.5}, "from 0 to 1"),
        ({"level": float("nan")}, "from 0 to 1"),
        ({"levle": 0.5}, "did you mean 'level'"),
        ({"level": "On"}, "no option of level"),
    ],
)
def test_values_that_are_none_are_refused_and_change_nothing(
    tmp_path: Path, values: dict[str, float], said: str
) -> None:
    draft = begun(tmp_path)
    with pytest.raises(ParameterError, match=said):
        draft.turn({"transpose": 1.0, **values})
    assert draft.version == 1
    assert draft.patch == Patch.make(SPACE)
    draft.close()


def test_amounts_of_routings_are_turned_too(space: Space, tmp_path: Path) -> None:
    patch = Patch.make(space, routings=[Routing("lfo_1", "osc_1_level", amount=0.3)])
    store = AssetStore(tmp_path / "assets")
    where = tmp_path / "v.jsonl"
    draft = Draft.begin(
        where, store, space, instrument="vital", patch=patch, performance=Performance(), origin={}, label=""
    )
    draft.turn({"modulation_1_amount": -0.5})
    assert draft.patch.routings[0].amount == -0.5
    with pytest.raises(ParameterError, match="a routing from 1 to 1"):
        draft.turn({"modulation_2_amount": 0.1})
    with pytest.raises(ParameterError, match="expected -1 to 1"):
        draft.turn({"modulation_1_amount": 2.0})
    draft.close()
    back = Draft.resume(where, store, lambda _: space)
    assert back.patch == draft.patch
    back.close()


def test_a_draft_is_as_it_was_left_even_if_nobody_closed_it(tmp_path: Path) -> None:
    draft = begun(tmp_path)
    draft.turn({"level": 0.2}, drag="a", at_s=1.0)
    draft.turn({"level": 0.3}, drag="a", at_s=2.0)
    draft.replace(Patch.make(SPACE, {"transpose": 5.0}), "drawn")
    draft.undo()
    draft.pin(["level"], pinned=True)
    draft.play(note=48, held_s=0.5)
    draft.ask("darker", {"text": "darker"})
    draft.banked(draft.history.now, Banked(7, "id", draft.patch.sha256))
    back = again(tmp_path)  # the first one still has its file open, as a program that was killed
    assert (back.patch, back.performance, back.pinned) == (draft.patch, draft.performance, draft.pinned)
    assert (back.version, back.asked, back.history.can_redo) == (draft.version, draft.asked, True)
    assert [step.trail for step in back.history.steps] == [step.trail for step in draft.history.steps]
    taken = back.take()
    assert taken is not None
    assert taken.number == 7
    back.redo()
    assert back.patch.values == {"transpose": 5.0}
    back.close()
    draft.close()


def test_a_last_line_that_is_cut_off_is_dropped(tmp_path: Path) -> None:
    draft = begun(tmp_path)
    draft.turn({"level": 0.2})
    draft.close()
    path = tmp_path / "one.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"do":"turn","values":{"lev')
    back = again(tmp_path)
    assert back.patch.values == Patch.make(SPACE, {"level": 0.2}).values
    back.turn({"level": 0.4})
    back.close()
    assert path.read_bytes().startswith(whole)
    with closing(again(tmp_path)) as back:
        assert back.patch.values == Patch.make(SPACE, {"level": 0.4}).values


@pytest.mark.parametrize("line", [b"[]\n", b"{}\n", b'{"do":"fly"}\n', b'{"do":"turn","values":3}\n'])
def test_a_damaged_draft_is_told(tmp_path: Path, line: bytes) -> None:
    begun(tmp_path).close()
    path = tmp_path / "one.jsonl"
    path.write_bytes(path.read_bytes() + line)
    with pytest.raises(ParameterError, match="damaged"):
        again(tmp_path)


def test_an_empty_journal_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_bytes(b'{"do"')
    with pytest.raises(ParameterError, match="cut off before its first line"):
        read(tmp_path / "empty.jsonl")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_what_cannot_be_written_was_not_done(tmp_path: Path) -> None:
    draft = begun(tmp_path)
    path, journal = tmp_path / "one.jsonl", draft._journal
    before = path.read_bytes()
    file = journal._file
    with Path("/dev/full").open("ab", buffering=0) as full:
        journal._file = full
        with pytest.raises(OutputError, match="full"):
            draft.turn({"level": 0.2})
    journal._file = file
    assert (draft.patch, path.read_bytes()) == (Patch.make(SPACE), before)
    path.write_bytes(before + b'{"do":"tu')  # as a disk leaves it that fills up in the middle
    draft.turn({"level": 0.3})
    draft.close()
    with closing(again(tmp_path)) as back:
        assert back.patch.values == Patch.make(SPACE, {"level": 0.3}).values


def test_a_phrase_becomes_a_note_that_is_played_as_long_as_it_rings(tmp_path: Path) -> None:
    draft = begun(tmp_path)
    draft.play(note=30, velocity=0.5, held_s=3.0)
    assert draft.performance.notes[0].pitch == 30
    assert (draft.performance.length_s, len(draft.performance.notes)) == (3.5, 1)
    version = draft.version
    draft.play()
    assert draft.version == version
    with pytest.raises(ParameterError, match="held for up to"):
        draft.play(held_s=1000.0)
    with pytest.raises(ParameterError, match="MIDI note"):
        draft.play(note=200)
    draft.close()
