"""The bank on a plane, as compact arrays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from patchpilot.bank.bank import Bank
from patchpilot.workspace import Workspace
from patchpilot.workspace.map import Map
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
    assert (drawn["count"], "needs 5 takes" in drawn["why"]) == (0, True)


def test_trails_are_not_on_the_map(workspace: Workspace) -> None:
    one = workspace.do("draft_begin", {"init": "toy"})["id"]
    workspace.do("draft_play", {"draft": one, "held_s": 0.2})
    for level in (0.2, 0.7):
        workspace.do("draft_turn", {"draft": one, "values": {"level": level}})
    kept = workspace.do("draft_keep", {"draft": one})["take"]
    assert len(workspace.bank) > 1
    assert workspace.do("map", {})["numbers"] == [kept]
