from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from patchpilot.errors import OutputError, ParameterError
from patchpilot.workspace import BusyError, ConflictError, MissingError
from patchpilot.workspace.events import Events
from patchpilot.workspace.jobs import Job, Jobs, Report
from patchpilot.workspace.jobs import store as store_module
from tests.workspace.toys import until

Do = Callable[[str, dict[str, Any], Report], dict[str, Any]]


class Work:
    """What jobs do in these tests: as their request says."""

    def __init__(self) -> None:
        self.go_on, self.begun = threading.Event(), threading.Event()
        self.order: list[Any] = []

    def __call__(self, kind: str, request: dict[str, Any], report: Report) -> dict[str, Any]:
        self.order.append(request.get("n", kind))
        report.progress(phase="working", done=0, total=3)
        self.begun.set()
        if request.get("fails"):
            raise ParameterError("as was asked for")
        if request.get("breaks"):
            raise ZeroDivisionError("a bug")
        if request.get("waits"):
            while not self.go_on.wait(0.01):
                if report.is_stopping and request.get("best"):
                    return {"best": request["best"]}
                report.check()
        report.candidate(rank=1, distance=0.5, verdict="close", take=7)
        (report.folder / "made.txt").write_text("here")
        return {"made": request.get("n"), "loud": float("-inf")}


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def jobs(tmp_path: Path, work: Work) -> Iterator[Jobs]:
    made = jobs_in(tmp_path, work)
    yield made
    work.go_on.set()
    assert made.close()


def jobs_in(path: Path, do: Do, events: Events | None = None) -> Jobs:
    return Jobs(
        path, events or Events(), do, lambda kind: "slow" if kind == "slow" else "main", most_queued=5
    )


def test_a_job_says_what_it_does_and_keeps_what_came_of_it(jobs: Jobs) -> None:
    before = jobs.events.last
    asked = jobs.add("thing", {"n": 1})
    assert (asked["state"], asked["result"]) == ("queued", None)
    done = jobs.wait(asked["id"], 10.0)
    assert (done["state"], done["result"], done["error"]) == ("done", {"made": 1, "loud": None}, None)
    assert done["progress"] == {"phase": "working", "done": 0, "total": 3, "best": None}
    assert done["candidates"] == [{"rank": 1, "distance": 0.5, "verdict": "close", "take": 7}]
    assert done["created"] <= done["started"] <= done["ended"]
    events = jobs.events.since(before)[0]
    states = [event.data["state"] for event in events if event.type == "job"]
    assert list(dict.fromkeys(states)) == ["queued", "running", "done"]
    assert [e.data for e in events if e.type == "candidate"] == [
        {"job": asked["id"], "rank": 1, "distance": 0.5, "verdict": "close", "take": 7}
    ]
    assert [event.data["result"] for event in events if event.type == "job"][-1] == done["result"]
    folder = jobs.store.folder(asked["id"])
    assert (folder / "results" / "made.txt").read_text() == "here"
    assert json.loads((folder / "events.jsonl").read_text())["take"] == 7


def test_names_sort_by_time(jobs: Jobs) -> None:
    names = [jobs.add("thing", {"n": n})["id"] for n in range(3)]
    assert [one["id"] for one in jobs.all()] == names[::-1]


def test_jobs_of_a_lane_wait_for_one_another_and_lanes_do_not(jobs: Jobs, work: Work) -> None:
    first = jobs.add("thing", {"n": 1, "waits": True})
    second = jobs.add("thing", {"n": 2})
    other = jobs.add("slow", {"n": 3})
    assert jobs.wait(other["id"], 10.0)["state"] == "done"
    assert (jobs.get(first["id"])["state"], jobs.get(second["id"])["state"]) == ("running", "queued")
    work.go_on.set()
    assert jobs.wait(second["id"], 10.0)["state"] == "done"
    assert work.order[-1] == 2


def test_one_that_fails_says_why_and_the_next_one_runs(jobs: Jobs) -> None:
    failed = jobs.wait(jobs.add("thing", {"fails": True})["id"], 10.0)
    assert (failed["state"], failed["error"]) == (
        "failed",
        {"kind": "ParameterError", "message": "as was asked for"},
    )
    broken = jobs.wait(jobs.add("thing", {"breaks": True})["id"], 10.0)
    assert broken["error"]["message"].startswith("unexpected ZeroDivisionError: a bug. This is a bug")
    assert jobs.wait(jobs.add("thing", {})["id"], 10.0)["state"] == "done"


def test_what_is_cancelled_keeps_its_best(jobs: Jobs, work: Work) -> None:
    first = jobs.add("thing", {"waits": True, "best": 3})
    second = jobs.add("thing", {"waits": True})
    work.begun.wait(10.0)
    assert jobs.cancel(second["id"])["state"] == "cancelled"  # it waited
    jobs.cancel(first["id"])
    done = jobs.wait(first["id"], 10.0)
    assert (done["state"], done["result"]) == ("cancelled", {"best": 3})
    assert work.order == ["thing"]
    with pytest.raises(ConflictError, match="is cancelled: there is nothing to cancel"):
        jobs.cancel(first["id"])


def test_one_that_has_no_best_is_cancelled_without(jobs: Jobs, work: Work) -> None:
    first = jobs.add("thing", {"waits": True})
    work.begun.wait(10.0)
    jobs.cancel(first["id"])
    done = jobs.wait(first["id"], 10.0)
    assert (done["state"], done["result"], done["error"]) == ("cancelled", None, None)


def test_what_was_cancelled_can_be_asked_for_again(jobs: Jobs, work: Work) -> None:
    first = jobs.add("thing", {"waits": True, "n": 4})
    work.begun.wait(10.0)
    jobs.cancel(first["id"])
    jobs.wait(first["id"], 10.0)
    work.go_on.set()
    jobs.resume(first["id"])
    done = jobs.wait(first["id"], 10.0)
    assert (done["state"], done["result"]["made"], done["created"]) == ("done", 4, first["created"])
    with pytest.raises(ConflictError, match="is done: there is nothing to resume"):
        jobs.resume(first["id"])


def test_one_that_was_interrupted_goes_on_with_the_next_server(tmp_path: Path, work: Work) -> None:
    jobs = jobs_in(tmp_path, work)
    first, second = jobs.add("thing", {"waits": True, "n": 1}), jobs.add("thing", {"n": 2})
    work.begun.wait(10.0)
    assert jobs.close()
    assert jobs.get(first["id"])["state"] == "interrupted"
    work.go_on.set()
    later = jobs_in(tmp_path, work)
    assert [one["state"] for one in later.all()] == ["interrupted", "interrupted"]
    later.resume_interrupted()
    assert [later.wait(one["id"], 10.0)["result"]["made"] for one in (first, second)] == [1, 2]
    assert later.get(first["id"])["attempts"] == 2
    assert later.close()


def _until_running(jobs: Jobs) -> None:
    until(lambda: jobs.all()[0]["state"] == "running")


def test_one_that_ends_the_server_each_time_is_left_alone(tmp_path: Path, work: Work) -> None:
    for _ in range(3):
        jobs = jobs_in(tmp_path, work)
        if not jobs.all():
            jobs.add("thing", {"waits": True})
        jobs.resume_interrupted()
        _until_running(jobs)
        jobs.close()
    last = jobs_in(tmp_path, work)
    last.resume_interrupted()
    assert last.all()[0]["state"] == "interrupted"
    work.go_on.set()
    last.resume(last.all()[0]["id"])  # a person may
    assert last.wait(last.all()[0]["id"], 10.0)["state"] == "done"
    last.close()


def test_one_whose_server_was_killed_is_interrupted(tmp_path: Path, work: Work) -> None:
    store_module.JobStore(tmp_path).save(Job("20260101-000000-000-abcd", "thing", {"n": 1}, "running"))
    jobs = jobs_in(tmp_path, work)
    assert jobs.get("20260101-000000-000-abcd")["state"] == "interrupted"
    assert jobs.close()


def test_done_is_done_after_a_restart(tmp_path: Path, work: Work) -> None:
    jobs = jobs_in(tmp_path, work)
    done = jobs.wait(jobs.add("thing", {"n": 1})["id"], 10.0)
    jobs.close()
    (tmp_path / "no-job").mkdir()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "job.json").write_text("{")
    later = jobs_in(tmp_path, work)
    assert later.get(done["id"]) == done
    assert [one["id"] for one in later.all()] == [done["id"]]
    assert later.close()


def test_a_kind_that_is_gone_waits_for_its_return(tmp_path: Path, work: Work) -> None:
    jobs = jobs_in(tmp_path, work)
    first = jobs.add("thing", {"waits": True})
    work.begun.wait(10.0)
    jobs.close()

    def lane_of(kind: str) -> str:
        raise MissingError(f"there is no {kind!r}")

    later = Jobs(tmp_path, Events(), work, lane_of)
    later.resume_interrupted()
    assert later.get(first["id"])["state"] == "interrupted"
    assert later.close()


def test_too_many_are_refused(jobs: Jobs, work: Work) -> None:
    jobs.add("thing", {"waits": True})
    work.begun.wait(10.0)
    for _ in range(5):
        jobs.add("thing", {})
    with pytest.raises(BusyError, match="5 jobs wait already"):
        jobs.add("thing", {})


@pytest.mark.parametrize("name", ["nothing", "../../etc", "", "A" * 500])
def test_a_job_that_is_not_there(jobs: Jobs, name: str) -> None:
    for ask in (jobs.get, jobs.cancel, jobs.resume, jobs.wait):
        with pytest.raises(MissingError, match="there is no job"):
            ask(name)


def test_a_full_disk_ends_no_job(jobs: Jobs, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    first = jobs.add("thing", {"waits": True, "n": 5})
    work.begun.wait(10.0)

    def full(path: Path, _: str) -> None:
        raise OutputError(f"cannot write {path}: the disk is full; make room or name another folder.")

    with monkeypatch.context() as patch:
        patch.setattr(store_module, "write_text", full)
        work.go_on.set()
        done = jobs.wait(first["id"], 10.0)
        assert (done["state"], done["result"]["made"]) == ("done", 5)
        assert "the disk is full" in done["error"]["message"]
        with pytest.raises(OutputError, match="the disk is full"):
            jobs.add("thing", {})
    assert jobs.wait(jobs.add("thing", {})["id"], 10.0)["state"] == "done"
