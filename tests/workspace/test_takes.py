"""Takes of the bank: listed, heard, marked, and every mark undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.bank.query import Query
from patchpilot.errors import ParameterError
from patchpilot.workspace import ConflictError, MissingError, Workspace
from patchpilot.workspace.takes import Loudness, audio_of, preset_of
from tests.toy import Toy
from tests.workspace.toys import a_take, workspace_of


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")
    with workspace_of(tmp_path) as made:
        for i in range(5):
            made.keep(a_take(Toy(), 0.1 + 0.15 * i), scores={"x": float(i)}, experiment="e" if i % 2 else "")
        made.bank.flush()
        yield made


def test_takes_are_listed_newest_first_page_by_page(workspace: Workspace) -> None:
    first = workspace.do("takes", {"limit": 2})
    assert ([take["number"] for take in first["takes"]], first["next"], first["count"]) == ([5, 4], 4, 5)
    second = workspace.do("takes", {"limit": 2, "before": first["next"]})
    third = workspace.do("takes", {"limit": 2, "before": second["next"]})
    assert [take["number"] for take in second["takes"] + third["takes"]] == [3, 2, 1]
    assert third["next"] is None
    assert [t["number"] for t in workspace.do("takes", {"experiment": "e"})["takes"]] == [4, 2]


def test_a_take_says_what_is_known_of_it(workspace: Workspace) -> None:
    take = workspace.do("take", {"take": 3})
    assert (take["instrument"], take["searcher"], take["seconds"]) == ("toy", "test", 0.3)
    assert (take["vote"], take["stars"], take["tags"], take["scores"]) == (None, 0, [], {"x": 2.0})
    louder = workspace.do("take", {"take": 5})["lufs"]
    assert louder > take["lufs"] > -60.0
    again = Loudness(workspace)
    assert again.known(workspace.entry(3)) == (True, take["lufs"])


@pytest.mark.parametrize(
    ("verb", "request_", "name", "before", "after"),
    [
        ("vote", {"vote": "yes"}, "vote", None, "yes"),
        ("star", {"stars": 4}, "stars", 0, 1),
        ("tag", {"add": ["dark", " wide  pad "], "remove": ["x"]}, "tags", [], ["dark", "wide pad"]),
        ("pin", {"pinned": ["level"]}, "pinned", [], ["level"]),
        ("note", {"text": "for the drop"}, "note", "", "for the drop"),
    ],
)
def test_what_is_said_of_a_take_is_told_and_undone(
    workspace: Workspace, verb: str, request_: dict[str, Any], name: str, before: Any, after: Any
) -> None:
    said = workspace.do(verb, {"take": 2, **request_})
    assert said[name] == after
    events = [event.data for event in workspace.events.since(0)[0] if event.type == "mark"]
    assert [event[name] for event in events] == [after]
    workspace.do(verb, {"take": 2, **request_})  # again changes nothing, and is no action
    assert len(workspace.actions.latest()) == 1
    assert "take 2" in workspace.actions.undo()["text"]
    assert workspace.do("take", {"take": 2})[name] == before
    with pytest.raises(ConflictError):
        workspace.actions.undo()


def test_marks_are_undone_after_a_restart(workspace: Workspace, tmp_path: Path) -> None:
    workspace.do("vote", {"take": 2, "vote": "no"})
    workspace.do("vote", {"take": 2, "vote": "yes"})
    workspace.do("tag", {"take": 2, "add": ["a", "b"]})
    workspace.do("tag", {"take": 2, "add": ["c"], "remove": ["a"]})
    workspace.close()
    with workspace_of(tmp_path) as again:
        again.actions.undo()
        assert again.do("take", {"take": 2})["tags"] == ["a", "b"]
        again.actions.undo()
        again.actions.undo()
        assert again.do("take", {"take": 2})["vote"] == "no"
        assert again.bank.numbers(Query(vote=-1)) == [2]


def test_marks_are_what_takes_are_found_by(workspace: Workspace) -> None:
    workspace.do("tag", {"take": 2, "add": ["dark"]})
    workspace.do("note", {"take": 4, "text": "like rain"})
    workspace.do("vote", {"take": 1, "vote": "no"})
    workspace.do("star", {"take": 5})
    found = {
        str(query): [take["number"] for take in workspace.do("takes", query)["takes"]]
        for query in (
            {"tag": "dark"}, {"query": "rain"}, {"vote": "no"}, {"starred": True}, {"vote": "none", "starred": False},
        )
    }  # fmt: skip
    assert list(found.values()) == [[2], [4], [1], [5], [4, 3, 2]]


def test_a_sound_that_was_cleared_away_is_played_again(workspace: Workspace) -> None:
    before = audio_of(workspace, 3).samples
    workspace.bank.collect(apply=True)
    assert not workspace.entry(3).has_audio
    np.testing.assert_allclose(audio_of(workspace, 3).samples, before, atol=1e-6)
    assert workspace.entry(3).has_audio


def test_a_take_of_an_instrument_that_is_not_here(workspace: Workspace, tmp_path: Path) -> None:
    workspace.bank.collect(apply=True)
    workspace.close()
    with Workspace(tmp_path, instrument="vital") as other:
        with pytest.raises(MissingError, match="of 'toy', which is not here"):
            audio_of(other, 3)
        with pytest.raises(MissingError, match="which is not here"):
            preset_of(other, 3)


def test_a_preset_is_named_after_its_take(workspace: Workspace) -> None:
    data, name = preset_of(workspace, 3)
    assert (name, b'"instrument":"toy"' in data) == ("000003.toy", True)


def test_similar_takes_are_the_nearest(workspace: Workspace) -> None:
    found = workspace.do("similar", {"take": 3, "limit": 2})["takes"]
    assert len(found) == 2
    assert found[0]["distance"] <= found[1]["distance"]
    assert 3 not in [one["take"]["number"] for one in found]


@pytest.mark.parametrize(
    ("verb", "said"),
    [("take", {}), ("lineage", {}), ("similar", {}), ("vote", {"vote": "yes"}), ("star", {}), ("tag", {"add": ["x"]}),
     ("pin", {"pinned": []}), ("note", {"text": "x"})],
)  # fmt: skip
def test_a_take_that_is_not_there(workspace: Workspace, verb: str, said: dict[str, Any]) -> None:
    with pytest.raises(MissingError, match="no take 99"):
        workspace.do(verb, {"take": 99, **said})
    assert workspace.actions.latest() == []


@pytest.mark.parametrize("said", [{"take": 1, "vote": "maybe"}, {"take": 0, "vote": "yes"}, {"take": 1}])
def test_a_vote_that_is_none(workspace: Workspace, said: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match="vote:"):
        workspace.do("vote", said)
