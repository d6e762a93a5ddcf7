"""The bank on a plane, as compact arrays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from patchpilot.bank.bank import Bank
from patchpilot.bank.projection import Method
from patchpilot.errors import ParameterError, PluginError
from patchpilot.workspace import Workspace
from patchpilot.workspace.apart import Told
from patchpilot.workspace.map import Map
from patchpilot.workspace.map import laid_out as real
from tests.toy import Toy
from tests.workspace.toys import a_take, workspace_of


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")
    with workspace_of(tmp_path) as made:
        yield made


def filled(workspace: Workspace, n: int) -> None:
    for i in range(n):
        workspace.keep(a_take(Toy(), 0.05 + 0.9 * i / n), scores={}, tags=["low"] if i < 2 else [])
    workspace.bank.flush()


def test_a_map_has_an_entry_of_each_array_for_each_take(workspace: Workspace) -> None:
    filled(workspace, 7)
    workspace.do("vote", {"take": 3, "vote": "no"})
    workspace.do("star", {"take": 4})
    drawn = workspace.do("map", {})
    assert (drawn["count"], drawn["numbers"]) == (7, list(range(1, 8)))
    for name in ("x", "y", "vote", "stars", "tag", "searcher", "age_s"):
        assert len(drawn[name]) == 7
    assert all(0.0 <= v <= 1.0 for v in drawn["x"] + drawn["y"])
    assert len(set(drawn["x"])) > 3
    assert drawn["vote"] == [0, 0, -1, 0, 0, 0, 0]
    assert drawn["stars"] == [0, 0, 0, 1, 0, 0, 0]
    assert (drawn["tag"], drawn["tags"]) == ([0, 0, -1, -1, -1, -1, -1], ["low"])
    assert (set(drawn["searcher"]), drawn["searchers"]) == ({0}, ["test"])


def test_an_answer_is_kept_until_the_bank_changes_whoever_changes_it(workspace: Workspace) -> None:
    filled(workspace, 4)
    drawn = workspace.part(Map)
    first = drawn.text()
    assert drawn.text() is first
    with Bank.open(workspace.bank.path) as other:  # as another program would
        other.vote(2, 1)
    assert b'"vote":[0,1,0,0]' in drawn.text()
    places = workspace.do("map", {})["x"]
    workspace.keep(a_take(Toy(), 0.99 - 0.01), scores={})
    more = workspace.do("map", {})
    assert more["count"] == 5
    assert more["numbers"][:4] == [1, 2, 3, 4]
    assert len(places) == 4


def test_an_empty_bank_says_why_its_map_is_empty(workspace: Workspace) -> None:
    drawn = workspace.do("map", {})
    assert (drawn["count"], drawn["numbers"]) == (0, [])
    assert "nothing in the bank" in drawn["why"]


def test_too_few_takes_for_a_method_are_told(workspace: Workspace) -> None:
    filled(workspace, 2)
    drawn = workspace.do("map", {"method": "umap"})
    assert (drawn["count"], drawn["is_drawn"], "draw it" in drawn["why"]) == (0, False, True)
    with pytest.raises((ParameterError, PluginError), match=r"needs 5 takes|umap-learn"):
        workspace.do("map_draw", {"method": "umap"})


def test_a_map_is_drawn_as_a_job_and_kept_with_the_bank(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(workspace, 6)
    monkeypatch.setattr("patchpilot.workspace.map.__name__", __name__)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    done = workspace.wait(workspace.do("map_draw", {"method": "umap"})["id"], 60.0)
    assert (done["state"], done["result"]) == ("done", {"method": "umap", "takes": 6})
    drawn = workspace.do("map", {"method": "umap"})
    assert (drawn["count"], drawn["is_drawn"], drawn["is_old"]) == (6, True, False)
    filled(workspace, 11)  # of which the first is there already
    more = workspace.do("map", {"method": "umap"})
    assert (more["count"], more["is_old"]) == (16, True)


def laid_out(told: Told, bank: Path, method: Method, afresh: bool) -> int:
    """The real one, but that what takes a minute does not."""
    with patch("patchpilot.bank.sound_map.neighbourly", lambda vectors, first, seed: first):  # noqa: ARG005
        return real(told, bank, method, afresh)


def test_trails_are_not_on_the_map(workspace: Workspace) -> None:
    one = workspace.do("draft_begin", {"init": "toy"})["id"]
    workspace.do("draft_play", {"draft": one, "held_s": 0.2})
    for level in (0.2, 0.7):
        workspace.do("draft_turn", {"draft": one, "values": {"level": level}})
    kept = workspace.do("draft_keep", {"draft": one})["take"]
    assert len(workspace.bank) > 1
    assert workspace.do("map", {})["numbers"] == [kept]
