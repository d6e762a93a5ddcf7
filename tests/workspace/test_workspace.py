from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from patchpilot.bank import Bank
from patchpilot.errors import BankError, ParameterError
from patchpilot.workspace import ConflictError, MissingError, Workspace
from patchpilot.workspace import workspace as module
from patchpilot.workspace.verbs.base import all_verbs
from tests.toy import Toy
from tests.workspace.toys import a_take, workspace_of


def test_what_is_here(tmp_path: Path) -> None:
    with workspace_of(tmp_path / "ws") as workspace:
        said = workspace.do("status", {})
        assert (said["instrument"], said["workspace"]) == ("toy", "ws")
        assert "toy" in said["instruments"]
        assert "vital" in said["instruments"]
        assert not any(":" in name for name in said["instruments"] if not name.startswith("plugin:"))
        assert said["bank"] == {"takes": 0}
        workspace.keep(a_take(Toy()), scores={"close_to": -0.5}, experiment="test")
        assert workspace.do("status", {})["bank"] == {"takes": 1}


def test_one_process_works_with_a_folder(tmp_path: Path) -> None:
    with (
        workspace_of(tmp_path) as workspace,
        pytest.raises(ConflictError, match=r"is in use by another studio; .* --workspace"),
    ):
        workspace_of(workspace.path)
    workspace_of(tmp_path).close()  # it was given back


def test_it_can_work_with_another_bank(tmp_path: Path) -> None:
    with Bank.open(tmp_path / "mine.bank") as bank:
        number = bank.append(a_take(Toy()), experiment="earlier")
    with workspace_of(tmp_path / "ws", bank=tmp_path / "mine.bank") as workspace:
        assert workspace.entry(number).experiment == "earlier"


def test_a_bank_that_another_process_holds_is_told_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BANK_WAIT_S", 0.3)
    with workspace_of(tmp_path / "ws") as workspace:
        other = sqlite3.connect(workspace.path / "bank" / "bank.sqlite", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        with pytest.raises(BankError, match="another process has been holding this bank"):
            workspace.keep(a_take(Toy()), scores={})
        assert time.monotonic() - began < 5.0
        other.execute("ROLLBACK")
        other.close()
        assert workspace.entry(workspace.keep(a_take(Toy()), scores={}))


def test_a_new_take_is_told(tmp_path: Path) -> None:
    with workspace_of(tmp_path) as workspace:
        before = workspace.events.last
        number = workspace.keep(a_take(Toy()), scores={"close_to": -0.5}, experiment="test")
        (event,) = workspace.events.since(before)[0]
        assert (event.type, event.data["number"], event.data["scores"]) == (
            "take",
            number,
            {"close_to": -0.5},
        )
        for missing in (number + 10**6, 0, -1, 2**70):
            with pytest.raises(MissingError, match=f"there is no take {missing}"):
                workspace.entry(missing)


def test_requests_are_checked_and_what_is_wrong_is_named(tmp_path: Path) -> None:
    with workspace_of(tmp_path) as workspace:
        with pytest.raises(MissingError, match=r"there is no 'fly'; there are: .*match"):
            workspace.do("fly", {})
        with pytest.raises(
            ParameterError, match=r"match: sound: .*; top: .*less than or equal to 50, got 99"
        ):
            workspace.do("match", {"sound": "nonsense", "top": 99})
        with pytest.raises(ParameterError, match="colour"):
            workspace.do("status", {"colour": "red"})


def test_every_verb_is_described() -> None:
    for name, verb in all_verbs().items():
        assert name == verb.name
        assert verb.summary.endswith(".")
        assert verb.request.__doc__, name
        for field, said in verb.schema().get("properties", {}).items():
            assert said.get("description") or "$ref" in str(said) or field in ("sound", "stems"), (
                name,
                field,
            )


class Part:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.closed = workspace, 0
        time.sleep(0.02)

    def close(self) -> None:
        self.closed += 1


def test_a_part_is_made_once_and_closed(tmp_path: Path) -> None:
    found: list[Part] = []
    with workspace_of(tmp_path) as workspace:
        threads = [threading.Thread(target=lambda: found.append(workspace.part(Part))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({id(one) for one in found}) == 1
        assert found[0].workspace is workspace
    assert found[0].closed == 1
