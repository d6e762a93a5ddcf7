"""Listening tests of a workspace: made of takes, of sounds, of searchers; votes come back; all of it can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patchpilot.errors import ParameterError
from patchpilot.workspace import ConflictError, MissingError, Workspace
from patchpilot.workspace.listening import ListeningTests
from tests.listening.sounds import Coloured, ballot, csv_of
from tests.toy import Toy
from tests.workspace.toys import Slow, a_take, sound_file, until, workspace_of


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with workspace_of(tmp_path / "ws") as made:
        yield made


def brought(workspace: Workspace, name: str = "lead.wav", hz: float = 330.0) -> str:
    sound_id: str = workspace.sounds.add(sound_file(workspace.path / "in.wav", hz=hz), name=name)["id"]
    return sound_id


def made(workspace: Workspace, **more: Any) -> dict[str, Any]:
    sounds = [brought(workspace, f"{hz:.0f}.wav", hz) for hz in (220.0, 440.0)]
    return workspace.do("make_listening_test", {"sounds": sounds, "seed": 1, **more})


def votes(workspace: Workspace, test_id: str, who: str, better: str) -> str:
    test = workspace.part(ListeningTests).test(test_id)
    return csv_of(test, ballot(test, who, {name: float(name == better) for name in test.conditions}))


def test_takes_and_sounds_become_a_test_that_is_there_after_a_restart(tmp_path: Path) -> None:
    with workspace_of(tmp_path / "ws") as workspace:
        toy = Toy()
        numbers = [workspace.keep(a_take(toy, level), scores={}) for level in (0.2, 0.6)]
        workspace.bank.flush()
        asked = {"takes": numbers, "sounds": [brought(workspace)], "reference": brought(workspace, hz=350.0)}
        test = workspace.do("make_listening_test", {**asked, "name": "Which one?", "seed": 4})
        assert set(test["conditions"]) == {f"take {numbers[0]}", f"take {numbers[1]}", "lead"}
        assert test["trials"] == 2  # at one loudness the two takes of the toy are the same sound
    with workspace_of(tmp_path / "ws") as again:
        assert [one["id"] for one in again.do("listening_tests", {})["tests"]] == [test["id"]]
        assert again.do("make_listening_test", {**asked, "name": "Which one?", "seed": 4})["id"] == test["id"]


def test_votes_come_in_and_what_came_out_is_told(workspace: Workspace) -> None:
    test = made(workspace)
    assert test["results"] is None
    for who in ("anna", "ben"):
        asked = {
            "test": test["id"],
            "text": votes(workspace, test["id"], who, "440"),
            "name": f"{who}.csv",
        }
        test = workspace.do("add_votes", asked)
    assert [one["participants"] for one in test["votes"]] == [["anna"], ["ben"]]
    (duel,) = test["results"]["duels"]
    assert (duel["condition"], duel["against"], duel["losses"]) == ("220", "440", 2)
    assert workspace.do("listening_tests", {})["tests"][0]["participants"] == 2


def test_votes_that_are_doubled_damaged_or_of_another_test_are_refused(workspace: Workspace) -> None:
    test, other = made(workspace), made(workspace, seed=2)
    text = votes(workspace, test["id"], "anna", "440")
    workspace.do("add_votes", {"test": test["id"], "text": text, "name": "anna.csv"})
    with pytest.raises(ConflictError, match=r"'anna' are here already, from anna\.csv"):
        workspace.do("add_votes", {"test": test["id"], "text": text.replace("\r\n", "\n")})
    with pytest.raises(ParameterError, match="expected votes of the test"):
        workspace.do("add_votes", {"test": other["id"], "text": text})
    with pytest.raises(ParameterError, match="cut off"):
        workspace.do("add_votes", {"test": test["id"], "text": text[: len(text) // 2]})
    with pytest.raises(MissingError):
        workspace.do("add_votes", {"test": "0" * 16, "text": text})


def test_all_of_it_can_be_undone(workspace: Workspace) -> None:
    test = made(workspace)
    text = votes(workspace, test["id"], "anna", "440")
    added = workspace.do("add_votes", {"test": test["id"], "text": text})
    workspace.do("remove_votes", {"test": test["id"], "votes": added["votes"][0]["id"]})
    assert workspace.do("listening_test", {"test": test["id"]})["results"] is None
    workspace.actions.undo()
    assert workspace.do("listening_test", {"test": test["id"]})["results"] is not None
    assert workspace.do("remove_listening_test", {"test": test["id"]}) == {"tests": []}
    workspace.actions.undo()
    assert workspace.do("listening_test", {"test": test["id"]})["participants"] == 1
    workspace.actions.undo()
    assert workspace.do("listening_test", {"test": test["id"]})["votes"] == []
    workspace.actions.undo()
    with pytest.raises(MissingError):
        workspace.do("listening_test", {"test": test["id"]})


def test_a_guest_sees_one_page_and_nothing_else(workspace: Workspace) -> None:
    test, other = made(workspace), made(workspace, seed=2)
    kept = workspace.part(ListeningTests)
    assert kept.guest(test["guest"]) == kept.page(test["id"])
    assert test["guest"] != other["guest"]
    for wrong in ("", "0" * 32, test["guest"].upper() + "0", "../" + test["id"]):
        with pytest.raises(MissingError):
            kept.guest(wrong)


SEARCHERS = {"searchers": ["drawn", "drawn+refinement"], "renders": 80, "instrument": "toy", "seed": 3}


def test_two_searchers_become_a_test(tmp_path: Path) -> None:
    with workspace_of(tmp_path / "ws", Coloured()) as workspace:
        job = workspace.do("compare_searchers", {**SEARCHERS, "sounds": [brought(workspace)]})
        done = workspace.wait(job["id"], 60)
    assert done["state"] == "done", done["error"]
    assert done["result"]["conditions"] == ["drawn", "drawn+refinement"]
    (trial,) = done["result"]["listing"]
    assert trial["has_reference"]
    assert all("renders" in one["detail"] for one in trial["stimuli"])


def test_what_cannot_be_compared_is_refused_before_it_waits(workspace: Workspace) -> None:
    sound = brought(workspace)
    with pytest.raises(ParameterError, match="two or more different searchers"):
        workspace.do("compare_searchers", {**SEARCHERS, "sounds": [sound], "searchers": ["drawn", "drawn"]})
    with pytest.raises(MissingError):
        workspace.do("compare_searchers", {**SEARCHERS, "sounds": ["0" * 16]})
    with pytest.raises(MissingError):
        workspace.do("compare_searchers", {**SEARCHERS, "sounds": [sound], "instrument": "rack:/etc/x"})
    with pytest.raises(ParameterError, match="expected a reference"):
        workspace.do("make_listening_test", {"sounds": [sound], "kind": "mushra"})


def test_it_is_cancelled_and_goes_on(tmp_path: Path) -> None:
    class Both(Slow, Coloured): ...

    toy = Both(allowed=100)
    with workspace_of(tmp_path / "ws", toy) as workspace:
        job = workspace.do("compare_searchers", {**SEARCHERS, "sounds": [brought(workspace)]})
        until(toy.is_waiting.is_set)
        workspace.jobs.cancel(job["id"])
        toy.go_on.set()
        assert workspace.wait(job["id"], 60)["state"] == "cancelled"
        assert workspace.do("listening_tests", {})["tests"] == []
        workspace.jobs.resume(job["id"])
        resumed = workspace.wait(job["id"], 60)
        assert resumed["state"] == "done", resumed["error"]
        found = workspace.path / "jobs" / job["id"] / "results" / "found"
        assert len(list(found.glob("*.wav"))) == 2
