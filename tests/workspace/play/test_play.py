"""Self-play as a job: listened to, voted on, steered, stopped and gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patchpilot.bank.query import Query
from patchpilot.errors import ParameterError, PluginError
from patchpilot.experiment import trace
from patchpilot.experiment.experiment import Goal, Named
from patchpilot.experiment.folder import opened
from patchpilot.experiment.pairs import pairs
from patchpilot.space import Patch
from patchpilot.workspace import ConflictError, MissingError, Workspace
from patchpilot.workspace.play.plays import Plays
from tests.experiment.registered import registered
from tests.toy import Toy
from tests.workspace.toys import a_take, until, workspace_of

SHORT: dict[str, Any] = {"searcher": "strayer", "held_s": 0.05, "renders": 24}


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")
    toy = Toy()
    monkeypatch.setattr(Toy, "load", lambda *_: Patch.make(toy.space, {"level": 0.33}))
    with registered():
        yield


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with workspace_of(tmp_path / "ws") as made:
        yield made


def begun(workspace: Workspace, **said: Any) -> str:
    """A self-play that waits; `go_on` has it play."""
    job = str(workspace.do("play", {**SHORT, **said})["id"])
    until(lambda: job in workspace.part(Plays).running())
    workspace.do("play_pause", {"job": job, "paused": True})
    return job


def go_on(workspace: Workspace, job: str) -> dict[str, Any]:
    workspace.do("play_pause", {"job": job, "paused": False})
    return ended(workspace, job)


def ended(workspace: Workspace, job: str) -> dict[str, Any]:
    found = workspace.wait(job, 60.0)
    assert found["state"] == "done", found["error"]
    return found


def question(workspace: Workspace, job: str, **said: Any) -> dict[str, Any]:
    asked: dict[str, Any] = until(
        lambda: (one := workspace.do("play_next", {"job": job, **said}))["takes"] and one
    )
    return asked


def test_takes_go_to_the_bank_and_are_told_as_they_come(workspace: Workspace) -> None:
    job = ended(workspace, workspace.do("play", SHORT)["id"])
    assert job["result"]["experiments"] == [job["id"]]
    assert (job["result"]["renders"], job["result"]["ended"]) == (24, "budget")
    numbers = workspace.bank.numbers(Query(experiment=f"play {job['id']}"))
    assert len(numbers) == job["result"]["kept"] > 3
    told = [event.data["number"] for event in workspace.events.since(0)[0] if event.type == "take"]
    assert told == numbers
    experiment, progress = opened(workspace.path / "runs" / job["id"])
    assert (experiment.instrument.kind, progress.n_renders) == ("toy", 24)


def test_somebody_is_asked_until_something_is_said(workspace: Workspace) -> None:
    job = begun(workspace, renders=400)
    workspace.do("play_pause", {"job": job, "paused": False})
    first = question(workspace, job)
    workspace.do("play_pause", {"job": job, "paused": True})
    number = first["takes"][0]["number"]
    assert number in workspace.bank
    assert question(workspace, job)["takes"][0]["number"] == number
    workspace.do("vote", {"take": number, "vote": "yes"})
    second = question(workspace, job)["takes"][0]["number"]
    assert second != number
    third = question(workspace, job, after=second)
    assert third["takes"][0]["number"] not in (number, second)
    workspace.do("vote", {"take": second, "vote": "no"})
    pair = question(workspace, job, blind=True)
    two = [take["number"] for take in pair["takes"]]
    assert len(set(two)) == 2
    workspace.do("prefer", {"better": two[1], "worse": two[0]})
    assert [(one.better, one.worse) for one in pairs(workspace.bank)] == [(two[1], two[0])]
    assert {take["number"] for take in question(workspace, job, blind=True)["takes"]} != set(two)
    workspace.actions.undo()
    assert [(one.better, one.worse) for one in pairs(workspace.bank)][1:] == [(two[0], two[1])]
    workspace.jobs.cancel(job)
    assert workspace.wait(job, 30.0)["state"] == "cancelled"


def test_votes_are_learned_from_while_it_plays(workspace: Workspace) -> None:
    job = begun(workspace, renders=400, objective={"novel": 0.5, "liked": 1.0})
    workspace.do("play_pause", {"job": job, "paused": False})
    asked = question(workspace, job)
    assert (asked["likely"], asked["unsure"]) == (None, None)
    for vote in ("yes", "no", "yes"):
        number = question(workspace, job)["takes"][0]["number"]
        workspace.do("vote", {"take": number, "vote": vote})
    asked = until(lambda: (one := question(workspace, job, after=number))["likely"] is not None and one)
    assert 0.0 < asked["likely"] < 1.0
    assert asked["unsure"] > 0.0
    workspace.jobs.cancel(job)
    workspace.wait(job, 30.0)
    told = workspace.do("taste", {})
    assert told["votes"] >= 3
    assert not set(told["liked"]) & set(told["disliked"])
    assert all(workspace.entry(n).vote == 0 for n in told["liked"] + told["disliked"])


def test_steering_begins_another_experiment_from_the_best_so_far(workspace: Workspace) -> None:
    workspace.bank.star(workspace.keep(a_take(Toy()), scores={}), True)
    job = begun(workspace, renders=40)
    said = workspace.do("play_steer", {"job": job, "golden": 1.0, "novel": 0.2})
    assert said["objective"] == {"novel": 0.2, "golden": 1.0, "liked": 0.0}
    state = workspace.do("play_state", {"job": job})
    assert (state["objective"], state["renders"], state["paused"]) == (
        said["objective"],
        said["renders"],
        True,
    )
    assert state["experiments"][0] == job
    result = go_on(workspace, job)["result"]
    assert result["experiments"] == [job, f"{job}+2"]
    first, progress = opened(workspace.path / "runs" / job)
    second, _ = opened(workspace.path / "runs" / f"{job}+2")
    assert [goal.part.kind for goal in second.objective] == ["valid", "novel", "close_to_set"]
    assert second.seed == first.seed + 1
    assert (second.base is not None) == (progress.n_renders > 0)
    assert result["renders"] == 40


def test_more_renders_are_more_of_the_same(workspace: Workspace) -> None:
    job = begun(workspace)
    assert workspace.do("play_steer", {"job": job, "renders": 40})["renders"] == 40
    result = go_on(workspace, job)["result"]
    assert (result["experiments"], result["renders"]) == ([job], 40)
    with pytest.raises(ConflictError, match="is done"):
        workspace.do("play_steer", {"job": job, "renders": 80})


def tried(workspace: Workspace, name: str) -> list[trace.Tried]:
    folder = workspace.path / "runs" / name
    return list(trace.read(folder, opened(folder)[1].trace_bytes))


def test_it_goes_on_after_a_restart_as_if_it_had_never_stopped(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what an earlier run left in the bank is known to a later one, so they look for what does not depend on it
    monkeypatch.setattr("patchpilot.workspace.play.legs.goals", lambda _: (Goal(Named("loud")),))
    whole = ended(workspace, workspace.do("play", {**SHORT, "renders": 64, "seed": 5})["id"])
    job = begun(workspace, renders=64, seed=5)
    workspace.close()
    with workspace_of(tmp_path / "ws") as again:
        assert again.jobs.get(job)["state"] == "interrupted"
        again.start()
        assert ended(again, job)["result"]["renders"] == 64
        trail = [[(one.patch, one.step.scores) for one in tried(again, name)] for name in (whole["id"], job)]
        assert trail[0] == trail[1]


def test_when_it_is_over_it_asks_about_what_it_kept(workspace: Workspace) -> None:
    job = ended(workspace, workspace.do("play", SHORT)["id"])["id"]
    asked = workspace.do("play_next", {"job": job})["takes"][0]
    assert asked["experiment"] == f"play {job}"
    assert len(workspace.do("play_next", {"job": job, "blind": True})["takes"]) == 2
    for number in workspace.bank.numbers(Query(experiment=f"play {job}")):
        workspace.do("vote", {"take": number, "vote": "yes"})
    assert workspace.do("play_next", {"job": job})["reason"] == "you have heard all that it kept"


def test_a_base_is_what_it_begins_with(workspace: Workspace) -> None:
    number = workspace.keep(a_take(Toy(), 0.33), scores={})
    job = ended(workspace, workspace.do("play", {**SHORT, "base": number})["id"])["id"]
    shown = workspace.do("experiment", {"experiment": job})
    assert shown["before"]["number"] == number
    assert [one["kind"] for one in shown["inputs"]] == ["note", "base"]


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        ({"searcher": "astrology"}, PluginError, "no searcher 'astrology'"),
        ({"instrument": "moog"}, MissingError, "no instrument 'moog'"),
        ({"objective": {"novel": 0.0}}, ParameterError, "something to look for"),
        ({"objective": {"golden": 1.0}}, ConflictError, "no golden sounds"),
        ({"objective": {"novel": 2.0}}, ParameterError, "less than or equal to 1"),
        ({"base": 77}, MissingError, "no take 77"),
        ({"renders": 0}, ParameterError, "renders"),
    ],
)
def test_what_cannot_be_played_is_refused_at_once(
    workspace: Workspace, said: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        workspace.do("play", {**SHORT, **said})
    assert workspace.jobs.all() == []


def test_what_may_be_chosen(workspace: Workspace) -> None:
    said = workspace.do("play_options", {})
    assert said["searchers"][0]["name"] == "portfolio"
    assert all(one["summary"] for one in said["searchers"])
    assert said["golden"] == {"sounds": 0, "stars": 0}


def test_nothing_is_known_of_a_taste_before_the_first_vote(workspace: Workspace) -> None:
    told = workspace.do("taste", {})
    assert (told["votes"], told["words"], told["liked"]) == (0, [], [])
    with pytest.raises(MissingError, match="no job"):
        workspace.do("play_next", {"job": "nothing"})
