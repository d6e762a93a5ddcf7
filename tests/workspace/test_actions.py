from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patchpilot.errors import ParameterError
from patchpilot.workspace import ConflictError, Workspace
from patchpilot.workspace.actions import FILE
from patchpilot.workspace.verbs import base
from patchpilot.workspace.verbs.base import Verb, request
from tests.workspace.toys import workspace_of


@request
class PutRequest:
    """Put a number."""

    number: int


NUMBERS = [0]


def _put(workspace: Workspace, asked: PutRequest, report: Any) -> dict[str, Any]:  # noqa: ARG001
    report.did(f"put {asked.number}", {"before": NUMBERS[0]})
    if asked.number < 0:
        raise ParameterError("expected a number from 0")
    NUMBERS[0] = asked.number
    return {"number": asked.number}


def _unput(workspace: Workspace, back: Any) -> None:  # noqa: ARG001
    if back["before"] == 13:
        raise ParameterError("it cannot be undone")
    NUMBERS[0] = back["before"]


PUT = Verb("put", "Put a number.", PutRequest, _put, undo=_unput)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    NUMBERS[0] = 0
    monkeypatch.setattr(base, "all_verbs", lambda: {"put": PUT})
    with workspace_of(tmp_path / "ws") as made:
        yield made


def test_the_last_action_is_undone_first_and_each_once(workspace: Workspace) -> None:
    for number in (1, 2):
        workspace.do("put", {"number": number})
    assert [one["text"] for one in workspace.actions.latest()] == ["put 2", "put 1"]
    assert (workspace.actions.undo()["text"], NUMBERS[0]) == ("put 2", 1)
    assert (workspace.actions.undo()["text"], NUMBERS[0]) == ("put 1", 0)
    with pytest.raises(ConflictError, match="nothing to undo"):
        workspace.actions.undo()
    assert [one["is_undone"] for one in workspace.actions.latest()] == [True, True]


def test_what_failed_is_not_in_the_log(workspace: Workspace) -> None:
    with pytest.raises(ParameterError):
        workspace.do("put", {"number": -1})
    assert workspace.actions.latest() == []


def test_what_cannot_be_undone_stays(workspace: Workspace) -> None:
    for number in (13, 2):
        workspace.do("put", {"number": number})
    for _ in range(2):
        with pytest.raises(ParameterError, match="cannot be undone"):
            workspace.actions.undo()
    assert not workspace.actions.latest()[0]["is_undone"]


def test_it_can_be_undone_after_a_restart_and_a_power_cut(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        workspace.do("put", {"number": number})
    workspace.actions.undo()
    workspace.close()
    log = workspace.path / FILE
    log.write_text(log.read_text() + '{"id": 9, "verb": "pu')  # half a line
    monkeypatch.setattr(base, "all_verbs", lambda: {"put": PUT})
    with workspace_of(workspace.path) as again:
        assert [one["is_undone"] for one in again.actions.latest()] == [True, False, False]
        again.actions.undo()
        assert NUMBERS[0] == 1
        again.do("put", {"number": 7})
    with workspace_of(workspace.path) as again:
        assert again.actions.latest(1)[0]["text"] == "put 7"
