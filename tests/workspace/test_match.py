from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.distance import wording
from patchpilot.errors import BankError, OutputError, PluginError
from patchpilot.workspace import MissingError, Workspace
from patchpilot.workspace import candidates as candidates_module
from patchpilot.workspace import workspace as workspace_module
from tests.toy import Toy
from tests.workspace.toys import Slow, a_take, sound_file, until, workspace_of

QUICK = {"instrument": "toy", "effort": "quick"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with workspace_of(tmp_path / "ws") as made:
        yield made


def brought(workspace: Workspace, hz: float = 330.0) -> str:
    place = workspace.path / "in.wav"
    sound_id: str = workspace.sounds.add(sound_file(place, hz=hz), name="lead.wav")["id"]
    return sound_id


def answers(job: dict[str, Any]) -> list[Any]:
    assert job["state"] == "done", job["error"]
    return [(one["rank"], one["take"], one["distance"]) for one in job["result"]["matches"]]


def test_a_match_is_takes_of_the_bank_and_files(workspace: Workspace) -> None:
    job = workspace.do("match", {**QUICK, "sound": brought(workspace), "top": 3})
    done = workspace.wait(job["id"], 30.0)
    found = answers(done)
    assert [rank for rank, _, _ in found] == [1, 2, 3]
    best = done["result"]["matches"][0]
    entry = workspace.entry(best["take"])
    assert entry.scores["close_to"] == pytest.approx(-best["distance"]["logmel"])
    assert (entry.experiment, entry.searcher) == ("match lead", "drawn")
    assert best["preset"] == f"/api/v1/takes/{best['take']}/preset"
    assert best["verdict"] == wording(best["distance"]["logmel"])
    assert done["result"]["note"] == 64
    assert {"silence", "init patch"} <= set(done["result"]["rows"])
    files = {path.name for path in (workspace.jobs.store.folder(job["id"]) / "results").iterdir()}
    assert {"1.toy", "1.wav", "3.toy", "target.wav", "result.json", "report.html"} <= files


def test_candidates_can_be_heard_while_it_looks(tmp_path: Path) -> None:
    toy = Slow(allowed=10)
    with workspace_of(tmp_path / "ws", toy) as workspace:
        before = workspace.events.last
        job = workspace.do("match", {**QUICK, "sound": brought(workspace)})
        toy.is_waiting.wait(20.0)
        first = until(lambda: [e.data for e in workspace.events.since(before)[0] if e.type == "candidate"])[0]
        assert workspace.jobs.get(job["id"])["state"] == "running"
        assert first["job"] == job["id"]
        take = workspace.bank.take(first["take"])
        assert np.abs(take.audio.samples).max() > 0.0
        toy.go_on.set()
        done = workspace.wait(job["id"], 30.0)
        told = [one["distance"] for one in done["candidates"]]
        assert told == sorted(told, reverse=True)  # each closer than the one before
        assert min(one["distance"]["logmel"] for one in done["result"]["matches"]) <= told[-1]


def test_the_same_request_has_the_same_answers(workspace: Workspace) -> None:
    sound = brought(workspace)
    jobs = [workspace.do("match", {**QUICK, "sound": sound, "seed": seed}) for seed in (1, 1, 2)]
    one, same, other = (answers(workspace.wait(job["id"], 30.0)) for job in jobs)
    assert one == same
    assert one != other


def test_one_that_is_cancelled_answers_its_best(tmp_path: Path) -> None:
    toy = Slow(allowed=12)
    with workspace_of(tmp_path / "ws", toy) as workspace:
        job = workspace.do("match", {"instrument": "toy", "sound": brought(workspace)})
        toy.is_waiting.wait(20.0)
        until(lambda: workspace.jobs.get(job["id"])["candidates"])
        workspace.jobs.cancel(job["id"])
        toy.go_on.set()
        done = workspace.wait(job["id"], 30.0)
        assert done["state"] == "cancelled"
        assert done["result"]["interrupted"]
        assert len(done["result"]["matches"]) >= 1
        assert "interrupted while searching" in " ".join(done["result"]["remarks"])
        assert toy.rendered < 100  # the effort's refinement plays hundreds


def test_one_that_the_end_interrupts_begins_again_to_the_same_result(tmp_path: Path) -> None:
    with workspace_of(tmp_path / "never stopped") as workspace:
        whole = workspace.wait(workspace.do("match", {**QUICK, "sound": brought(workspace)})["id"], 30.0)
    toy = Slow(allowed=8)
    workspace = workspace_of(tmp_path / "ws", toy)
    job = workspace.do("match", {**QUICK, "sound": brought(workspace)})
    toy.is_waiting.wait(20.0)
    workspace.jobs.stop()
    toy.go_on.set()
    workspace.close()
    with workspace_of(tmp_path / "ws") as later:
        assert later.jobs.get(job["id"])["state"] == "interrupted"
        later.start()
        again = later.wait(job["id"], 30.0)
        assert [found[2] for found in answers(again)] == [found[2] for found in answers(whole)]
        takes = [later.entry(one["take"]).id for one in again["result"]["matches"]]
        assert len(set(takes)) == len(takes)


def test_a_take_is_refined_once_more(workspace: Workspace) -> None:
    sound = brought(workspace)
    first = answers(workspace.wait(workspace.do("match", {**QUICK, "sound": sound})["id"], 30.0))
    asked = {**QUICK, "sound": sound, "start_from": [first[-1][1]], "renders": 60}
    done = workspace.wait(workspace.do("match", asked)["id"], 60.0)
    assert min(one["distance"]["logmel"] for one in done["result"]["matches"]) < first[-1][2]["logmel"]
    assert all(one["found_by"].startswith("given") for one in done["result"]["matches"])
    assert done["result"]["renders"] > 30


def test_what_is_not_here_is_refused_before_it_waits(workspace: Workspace) -> None:
    sound = brought(workspace)
    for wrong, error, words in (
        ({"sound": "0" * 16}, MissingError, "there is no sound"),
        ({"instrument": "theremin"}, MissingError, "there is no instrument 'theremin'"),
        ({"start_from": [99]}, MissingError, "there is no take 99"),
        ({"using": ["magic"]}, PluginError, "there is no searcher 'magic'; there are: "),
    ):
        with pytest.raises(error, match=words):
            workspace.do("match", {**QUICK, "sound": sound, **wrong})
    assert workspace.jobs.all() == []


def test_a_take_of_another_instrument_cannot_be_begun_with(tmp_path: Path) -> None:
    class Other(Toy):
        name = "other"

    with Workspace(tmp_path, made={"toy": Toy, "other": Other}, instrument="toy") as workspace:
        number = workspace.keep(a_take(Toy()), scores={})
        asked = {**QUICK, "instrument": "other", "sound": brought(workspace), "start_from": [number]}
        done = workspace.wait(workspace.do("match", asked)["id"], 30.0)
        assert (done["state"], done["error"]["kind"]) == ("failed", "ParameterError")


def test_the_bank_is_looked_into_where_it_is_named(workspace: Workspace) -> None:
    sound = brought(workspace)
    first = workspace.wait(workspace.do("match", {**QUICK, "sound": sound})["id"], 30.0)
    done = workspace.wait(workspace.do("match", {**QUICK, "sound": sound, "using": ["bank"]})["id"], 30.0)
    assert {one["found_by"] for one in done["result"]["matches"]} == {"bank"}
    assert answers(done)[0][2] == answers(first)[0][2]


def test_a_bank_that_is_held_for_a_while_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace_module, "BANK_WAIT_S", 0.1)
    toy = Slow(allowed=1)
    with workspace_of(tmp_path / "ws", toy) as workspace:
        job = workspace.do("match", {**QUICK, "sound": brought(workspace)})
        toy.is_waiting.wait(20.0)
        other = sqlite3.connect(workspace.path / "bank" / "bank.sqlite", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        toy.go_on.set()
        until(lambda: workspace.jobs.get(job["id"])["progress"]["phase"] == "waiting for the bank")
        other.execute("ROLLBACK")
        other.close()
        assert answers(workspace.wait(job["id"], 30.0))


def test_one_that_is_held_for_too_long_is_told_and_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates_module, "PATIENCE_S", 0.0)
    with workspace_of(tmp_path / "ws") as workspace:
        with monkeypatch.context() as patch:
            patch.setattr(workspace.bank, "append", _refused)
            failed = workspace.wait(workspace.do("match", {**QUICK, "sound": brought(workspace)})["id"], 30.0)
        assert (failed["state"], failed["error"]["kind"]) == ("failed", "BankError")
        workspace.jobs.resume(failed["id"])
        assert answers(workspace.wait(failed["id"], 30.0))


def test_a_full_disk_is_told_and_resumed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(workspace.bank, "append", _full)
        failed = workspace.wait(workspace.do("match", {**QUICK, "sound": brought(workspace)})["id"], 30.0)
    assert (failed["state"], failed["error"]["kind"]) == ("failed", "OutputError")
    assert failed["candidates"] == []
    workspace.jobs.resume(failed["id"])
    assert answers(workspace.wait(failed["id"], 30.0))


def test_a_sound_that_went_missing_fails_the_job(workspace: Workspace) -> None:
    sound = brought(workspace)
    workspace.jobs.stop()  # what is asked for now waits for the next start
    job = workspace.do("match", {**QUICK, "sound": sound})
    workspace.close()
    shutil.rmtree(workspace.path / "sounds")
    with workspace_of(workspace.path) as later:
        later.start()
        done = later.wait(job["id"], 30.0)
        assert (done["state"], done["error"]["kind"]) == ("failed", "MissingError")


def _refused(*_: object, **__: object) -> int:
    raise BankError("another process has been holding this bank")


def _full(*_: object, **__: object) -> int:
    raise OutputError("cannot write: the disk is full")
