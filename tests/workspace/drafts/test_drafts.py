"""Drafts of a workspace: heard, kept with their trail, cleared away, moved by chance and by words."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patchpilot.bank.query import Query
from patchpilot.errors import EngineError, ParameterError, PatchError
from patchpilot.workspace import ConflictError, MissingError, Workspace
from patchpilot.workspace.drafts import drafts as module
from patchpilot.workspace.drafts.drafts import Drafts
from tests.toy import Toy
from tests.workspace.toys import a_take, until, workspace_of

NOTE = {"note": 60, "held_s": 0.2}


@pytest.fixture(autouse=True)
def _quick_ears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(module, "PAUSE_S", 3600.0)
    monkeypatch.setattr(Drafts.__init__, "__kwdefaults__", {"pause_s": 3600.0})
    with workspace_of(tmp_path) as made:
        yield made


def draft(workspace: Workspace, **source: Any) -> str:
    begun = workspace.do("draft_begin", source or {"init": "toy"})
    workspace.do("draft_play", {"draft": begun["id"], **NOTE})
    return str(begun["id"])


def turned(workspace: Workspace, one: str, level: float, drag: str | None = None) -> dict[str, Any]:
    return workspace.do("draft_turn", {"draft": one, "values": {"level": level}, "drag": drag})


def test_a_kept_draft_is_a_take_whose_lineage_is_its_trail(workspace: Workspace) -> None:
    one = draft(workspace)
    for level in (0.1, 0.2, 0.3):
        turned(workspace, one, level, drag=f"to {level}")
        turned(workspace, one, level + 0.05, drag=f"to {level}")
    kept = workspace.do("draft_keep", {"draft": one})
    take = workspace.do("take", {"take": kept["take"]})
    assert take["searcher"] == "by hand"
    assert take["detail"] == "level 0.25 → 0.35"
    ancestors = workspace.do("lineage", {"take": kept["take"]})["ancestors"]
    trail = [workspace.do("take", {"take": kin["number"]}) for kin in ancestors]
    assert [one["detail"] for one in trail] == ["level 0.15 → 0.25", "level 0.5 → 0.15", "init patch of toy"]
    assert {one["searcher"] for one in trail} == {"trail"}
    assert [one["number"] for one in workspace.do("takes", {})["takes"]] == [kept["take"]]
    assert workspace.do("draft_keep", {"draft": one})["take"] == kept["take"]
    assert len(workspace.bank) == 4


def test_what_is_done_next_is_the_child_of_what_was_kept(workspace: Workspace) -> None:
    number = workspace.keep(a_take(Toy()), scores={})
    workspace.bank.pin(number, ["transpose"])
    begun = workspace.do("draft_begin", {"take": number})
    assert (begun["take"], begun["pinned"], begun["from"]) == (number, ["transpose"], {"take": number})
    assert (begun["held_s"], begun["seconds"]) == (0.2, 0.3)
    turned(workspace, begun["id"], 0.7)
    first = workspace.do("draft_keep", {"draft": begun["id"]})["take"]
    turned(workspace, begun["id"], 0.8)
    second = workspace.do("draft_keep", {"draft": begun["id"]})["take"]
    numbers = [kin["number"] for kin in workspace.do("lineage", {"take": second})["ancestors"]]
    assert numbers == [first, number]
    workspace.do("draft_undo", {"draft": begun["id"]})
    assert workspace.do("draft_undo", {"draft": begun["id"]})["take"] == number


def test_trails_that_led_to_nothing_are_what_is_cleared_away(workspace: Workspace) -> None:
    one = draft(workspace)
    numbers = []
    for level in (0.1, 0.2, 0.3, 0.4):
        turned(workspace, one, level)
        turned(workspace, one, level + 0.03)
        numbers.append(workspace.do("draft_keep", {"draft": one})["take"])
    workspace.do("vote", {"take": numbers[1], "vote": "yes"})
    needed = {kin["number"] for kin in workspace.do("lineage", {"take": numbers[1]})["ancestors"]}
    everything = set(workspace.bank.numbers())
    workspace.bank.collect(remove_takes=True, apply=True)
    assert set(workspace.bank.numbers()) == needed | {numbers[1]}
    assert len(needed) < len(everything) - 1
    assert workspace.do("draft", {"draft": one})["values"]["level"] == pytest.approx(0.43)
    assert workspace.do("draft_keep", {"draft": one})["take"] in workspace.bank


def test_a_pause_makes_a_draft_a_take(workspace: Workspace, tmp_path: Path) -> None:
    workspace.close()
    with workspace_of(tmp_path) as again:
        drafts = Drafts(again, pause_s=0.05)
        one = drafts.begin("toy", origin={"init": "toy"}, label="init")
        one.play(60, held_s=0.2)
        one.turn({"level": 0.2}, drag="a")
        one.turn({"level": 0.3}, drag="a")
        number = until(lambda: list(again.bank.numbers(Query(searcher="by hand"))))[0]
        assert again.bank[number].json["patch"]["values"] == {"level": pytest.approx(0.3)}
        taken = until(one.take)
        assert taken.number == number
        one.turn({"level": 0.4}, drag="a")  # the drag goes on after the pause
        until(lambda: len(again.bank.numbers(Query(searcher="by hand"))) == 2)
        assert len(one.history.steps) == 2
        (newest,) = [n for n in again.bank.numbers(Query(searcher="by hand")) if n != number]
        assert again.bank[newest].json["origin"]["parents"] == [again.bank[number].id]
        drafts.close()


def test_what_cannot_be_played_is_not_kept_and_said(workspace: Workspace) -> None:
    one = draft(workspace)
    turned(workspace, one, 1.0)
    with pytest.raises(EngineError, match="the toy crashed"):
        workspace.do("draft_keep", {"draft": one})
    events = until(lambda: [e.data for e in workspace.events.since(0)[0] if "error" in e.data])
    assert events[0]["error"] == "the toy crashed"
    turned(workspace, one, 0.4)
    assert workspace.do("draft_keep", {"draft": one})["take"] in workspace.bank


def test_two_tabs_work_on_one_draft_and_hear_of_each_other(workspace: Workspace) -> None:
    one = draft(workspace)
    turned(workspace, one, 0.2, drag="here")
    said = workspace.do("draft_turn", {"draft": one, "values": {"transpose": 5}, "drag": "there"})
    assert (said["values"]["level"], said["values"]["transpose"]) == (pytest.approx(0.2), 5.0)
    versions = [
        e.data["version"] for e in workspace.events.since(0)[0] if e.type == "draft" and "done" in e.data
    ]
    assert versions == sorted(versions)
    assert versions[-1] == said["version"]
    assert workspace.do("draft_undo", {"draft": one})["values"]["level"] == pytest.approx(0.2)


def test_a_group_is_randomised_but_what_is_pinned(workspace: Workspace) -> None:
    one = draft(workspace)
    workspace.do("draft_pin", {"draft": one, "names": ["transpose"], "pinned": True})
    said = workspace.do("draft_randomise", {"draft": one, "group": "", "amount": 1.0, "seed": 3})
    assert said["values"]["transpose"] == 0.0
    assert 0.1 <= said["values"]["level"] <= 0.9
    assert said["values"]["level"] != 0.5
    workspace.do("draft_undo", {"draft": one})
    again = workspace.do("draft_randomise", {"draft": one, "group": "", "amount": 1.0, "seed": 3})
    assert again["values"] == said["values"]
    near = workspace.do("draft_undo", {"draft": one}) and workspace.do(
        "draft_randomise", {"draft": one, "amount": 0.0, "seed": 3}
    )
    assert near["values"]["level"] == pytest.approx(0.5)
    workspace.do("draft_pin", {"draft": one, "names": ["level"], "pinned": True})
    with pytest.raises(ParameterError, match="pinned"):
        workspace.do("draft_randomise", {"draft": one, "amount": 1.0})
    with pytest.raises(ParameterError, match="no group of parameters"):
        workspace.do("draft_randomise", {"draft": one, "group": "osc_9"})
    with pytest.raises(PatchError, match="did you mean level"):
        workspace.do("draft_pin", {"draft": one, "names": ["lvl"], "pinned": True})


def test_a_draft_can_begin_with_a_match(workspace: Workspace) -> None:
    number = workspace.keep(a_take(Toy()), scores={})
    job = workspace.jobs.add("status", {})  # any job that has ended
    workspace.wait(job["id"], 20.0)
    path = workspace.jobs.store.folder(job["id"]) / "job.json"
    said = json.loads(path.read_text())
    path.write_text(json.dumps({**said, "result": {"matches": [{"rank": 1, "take": number}]}}))
    begun = workspace.do("draft_begin", {"job": job["id"], "rank": 1})
    assert begun["from"] == {"take": number, "job": job["id"], "rank": 1}
    with pytest.raises(MissingError, match="no match of rank 2"):
        workspace.do("draft_begin", {"job": job["id"], "rank": 2})


@pytest.mark.parametrize(
    ("source", "error", "said"),
    [
        ({"take": 99}, MissingError, "no take 99"),
        ({"init": "moog"}, MissingError, "no instrument 'moog'"),
        ({"job": "x"}, MissingError, "no job"),
        ({}, ParameterError, "expected one of take"),
        ({"take": 1, "init": "toy"}, ParameterError, "expected one of take"),
        ({"experiment": "../x"}, MissingError, "no experiment"),
    ],
)
def test_where_a_draft_cannot_begin(
    workspace: Workspace, source: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        workspace.do("draft_begin", source)


@pytest.mark.parametrize("name", ["", "nothing", "../bank/bank", "x" * 64, ".", "assets"])
def test_a_draft_that_is_not_there(workspace: Workspace, name: str) -> None:
    with pytest.raises(MissingError, match="no draft"):
        workspace.do("draft", {"draft": name})


PROGRAM = """
import os, signal, sys
from pathlib import Path
import patchpilot.bank.hearing
patchpilot.bank.hearing.PREFERRED = "spectral"
from tests.workspace.toys import workspace_of

workspace = workspace_of(Path(sys.argv[1]))
one = workspace.do("draft_begin", {"init": "toy"})["id"]
for i in range(40):
    workspace.do("draft_turn", {"draft": one, "values": {"level": 0.01 * i}, "drag": f"{i // 10}"})
workspace.do("draft_undo", {"draft": one})
print(one, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_draft_survives_the_death_of_its_program(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(__file__).parents[3],
        env=os.environ | {"PYTHONPATH": "."},
        check=False,
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    with workspace_of(tmp_path) as again:
        one = run.stdout.strip()
        assert again.do("drafts", {})["drafts"] == [one]
        said = again.do("draft", {"draft": one})
        assert said["values"]["level"] == pytest.approx(0.29)
        assert (said["can_undo"], said["can_redo"]) == (True, True)
        assert again.do("draft_redo", {"draft": one})["values"]["level"] == pytest.approx(0.39)
        assert again.do("draft_undo", {"draft": one})["trail"]["points"] == 10


def test_drafts_that_nobody_uses_are_closed_and_are_as_they_were(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_OPEN", 2)
    monkeypatch.setattr(module, "UNUSED_S", 0.0)
    names = [draft(workspace) for _ in range(5)]
    drafts = workspace.part(Drafts)
    for i, one in enumerate(names):
        turned(workspace, one, 0.1 + 0.1 * i)
    for i, one in enumerate(names):
        assert workspace.do("draft", {"draft": one})["values"]["level"] == pytest.approx(0.1 + 0.1 * i)
    for i, one in enumerate(reversed(names)):
        assert workspace.do("draft", {"draft": one})["values"]["level"] == pytest.approx(0.5 - 0.1 * i)
    assert len(drafts._open) <= 5


def test_words_move_a_draft_and_are_taken_back(workspace: Workspace) -> None:
    one = draft(workspace)
    turned(workspace, one, 0.3)
    said = workspace.do("draft_ask", {"draft": one, "text": "louder", "renders": 16})
    assert said["turned"][0]["name"] == "level"
    assert said["draft"]["values"]["level"] > 0.3
    assert said["draft"]["asked"] == ["louder"]
    assert said["draft"]["done"] == "“louder”"
    louder = said["draft"]["values"]["level"]
    undone = workspace.do("draft_ask", {"draft": one, "text": "undo"})
    assert undone["said"] == ["Undone: “louder”."]
    assert undone["draft"]["values"]["level"] == pytest.approx(0.3)
    with pytest.raises(ParameterError, match="earlier wish"):
        workspace.do("draft_ask", {"draft": one, "text": "again"})
    workspace.do("draft_redo", {"draft": one})
    again = workspace.do("draft_ask", {"draft": one, "text": "again", "renders": 16})
    assert again["draft"]["values"]["level"] > louder
    workspace.do("draft_pin", {"draft": one, "names": ["level"], "pinned": True})
    held = workspace.do("draft_ask", {"draft": one, "text": "much quieter", "renders": 16})
    assert held["draft"]["values"]["level"] == again["draft"]["values"]["level"]
    assert held["held"] == ["level"]
    with pytest.raises(ParameterError, match=r"[Tt]uesday"):
        workspace.do("draft_ask", {"draft": one, "text": "make it more Tuesday"})


def test_a_move_is_not_put_over_what_was_done_meanwhile(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    import patchpilot.words

    real, one = patchpilot.words.move, draft(workspace)

    def slow(*arguments: Any, **options: Any) -> Any:
        made = real(*arguments, **options)
        turned(workspace, one, 0.77)
        return made

    monkeypatch.setattr("patchpilot.words.move", slow)
    with pytest.raises(ConflictError, match="changed while"):
        workspace.do("draft_ask", {"draft": one, "text": "louder", "renders": 12})
    assert workspace.do("draft", {"draft": one})["values"]["level"] == pytest.approx(0.77)
