from __future__ import annotations

import json
import re
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.assist import Opener, Tools
from patchpilot.assist.bringing import bringing
from patchpilot.audio import Audio
from patchpilot.bank.database import FILE as BANK_FILE
from patchpilot.workspace import ConflictError, Workspace
from patchpilot.workspace import workspace as workspace_module
from patchpilot.workspace.verbs import all_verbs
from tests.assist.scripted import tools_of
from tests.toy import Toy
from tests.workspace.toys import Slow, a_take, sound_file, workspace_of

jsonschema = pytest.importorskip("jsonschema")
QUICK = {"instrument": "toy", "effort": "quick", "top": 2, "renders": 8}


def error_of(tools: Tools, name: Any, arguments: Any) -> str:
    answer = tools.call(name, arguments)
    assert answer.is_error
    assert set(answer.data["error"]) == {"kind", "message"}
    message: str = answer.data["error"]["message"]
    return message


def test_every_verb_is_a_tool_that_says_what_it_takes(workspace: Workspace) -> None:
    tools = tools_of(workspace)
    names = {tool.name for tool in tools.all}
    assert set(all_verbs()) <= names
    assert {"undo", "job", "jobs", "actions", "cancel_job", "resume_job", "compare"} <= names
    for tool in tools.all:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,63}", tool.name)
        assert len(tool.description) > 10, tool.name
        jsonschema.Draft202012Validator.check_schema(tool.schema)
        assert tool.schema["type"] == "object"
        json.dumps(tool.schema)


def test_what_is_said_of_a_tool_is_said_of_it_alone(workspace: Workspace) -> None:
    tools = tools_of(workspace)
    assert tools["draft_keep"].verb.request is tools["draft_undo"].verb.request
    assert tools["draft_keep"].description == tools["draft_keep"].verb.summary
    assert "each is kept in the bank" in tools["match"].description
    assert "Takes a while" in tools["match"].description


def test_a_schema_takes_what_its_verb_takes(workspace: Workspace) -> None:
    tools = tools_of(workspace)
    schema = tools["match"].schema
    good = {"sound": "0" * 16, "start_from": [3], "seconds": None, "wait_s": 3}
    jsonschema.validate(good, schema)
    assert schema["required"] == ["sound"]
    assert schema["properties"]["effort"]["enum"] == ["quick", "default", "thorough"]
    for bad in ({}, {"sound": "x"}, {**good, "effort": "much"}, {**good, "colour": "red"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)


def test_a_job_is_waited_for_and_told_of(workspace: Workspace, sound: str) -> None:
    told: list[str] = []
    answer = tools_of(workspace).call("match", {**QUICK, "sound": sound}, on_progress=told.append)
    assert not answer.is_error
    assert answer.data["state"] == "done"
    numbers = [one["take"] for one in answer.data["matches"]]
    assert len(numbers) == 2
    assert set(numbers) <= set(answer.takes)
    assert answer.renders == answer.data["renders"] > 0
    assert told
    assert all(text.startswith("match: ") for text in told)


def test_a_job_that_takes_long_goes_on_and_is_looked_at_later(tmp_path: Path) -> None:
    toy = Slow(allowed=6)
    with workspace_of(tmp_path / "ws", toy) as workspace:
        tools = tools_of(workspace)
        sound = workspace.sounds.add(sound_file(tmp_path / "a.wav"), name="a.wav")["id"]
        began = tools.call("match", {**QUICK, "sound": sound, "wait_s": 0})
        assert began.data["state"] in ("queued", "running")
        assert "`job`" in began.data["note"]
        assert tools.call("jobs", {}).data["jobs"][0]["id"] == began.data["job"]
        toy.go_on.set()
        ended = tools.call("job", {"job": began.data["job"], "wait_s": 30})
        assert ended.data["state"] == "done"
        assert ended.data["matches"]


def test_a_call_that_is_stopped_keeps_the_best_so_far(tmp_path: Path) -> None:
    toy = Slow(allowed=12)
    with workspace_of(tmp_path / "ws", toy) as workspace:
        tools, stop = tools_of(workspace), threading.Event()
        sound = workspace.sounds.add(sound_file(tmp_path / "a.wav"), name="a.wav")["id"]

        def end() -> None:
            toy.is_waiting.wait(20.0)
            stop.set()
            time.sleep(0.5)
            toy.go_on.set()

        threading.Thread(target=end, daemon=True).start()
        answer = tools.call("match", {**QUICK, "sound": sound, "renders": 5000}, stop=stop)
        assert answer.data["state"] == "cancelled"
        assert answer.data["matches"]
        assert toy.rendered < 2000


def test_a_job_that_fails_says_why(workspace: Workspace, tmp_path: Path) -> None:
    silent = workspace.sounds.add(sound_file(tmp_path / "s.wav", seconds=0.001), name="click.wav")["id"]
    answer = tools_of(workspace).call("match", {**QUICK, "sound": silent})
    assert answer.is_error
    assert answer.data["error"]["kind"] == "AudioError"


def test_what_was_done_is_told_and_can_be_undone(workspace: Workspace, take: int) -> None:
    tools = tools_of(workspace)
    voted = tools.call("vote", {"take": take, "vote": "yes"})
    assert [action["text"] for action in voted.actions] == [f"voted yes on take {take}"]
    assert workspace.entry(take).vote == 1
    assert tools.call("vote", {"take": take, "vote": "yes"}).actions == ()
    undone = tools.call("undo", {})
    assert undone.data["undone"]["text"] == f"voted yes on take {take}"
    assert workspace.entry(take).vote == 0
    assert error_of(tools, "undo", {}) == "there is nothing to undo"


def test_tools_that_do_not_exist_are_told_with_those_that_do(workspace: Workspace) -> None:
    tools = tools_of(workspace)
    said = error_of(tools, "matsch", {})
    assert "there is no tool 'matsch'; did you mean match" in said
    assert "undo" in said
    assert "rm -rf" in error_of(tools, "rm -rf /", {"now": True})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("sound=3", "expected its arguments as a JSON object, got 'sound=3'"),
        (["3"], "expected its arguments as a JSON object"),
        (7, "expected its arguments as a JSON object"),
        ({1: 2}, "expected its arguments as a JSON object"),
        ({}, "sound: Field required"),
        (None, "sound: Field required"),
        ({"sound": "../../etc/passwd"}, "sound: String should match pattern"),
        ({"sound": "0" * 16}, "there is no sound"),
        ({"sound": "0" * 16, "effort": "a lot"}, "effort: Input should be 'quick', 'default' or 'thorough'"),
        ({"sound": "0" * 16, "loud": True}, "loud: Unexpected keyword argument"),
        ({"sound": "0" * 16, "top": float("nan")}, "top: "),
        ({"sound": "0" * 16, "wait_s": "long"}, "wait_s: expected a number of seconds"),
        ({"sound": "0" * 16, "wait_s": -1}, "wait_s: expected a number of seconds"),
        ({"sound": "0" * 16, "find": 3}, "find: expected words"),
    ],
)
def test_wrong_arguments_are_told(workspace: Workspace, arguments: Any, words: str) -> None:
    said = error_of(tools_of(workspace), "match", arguments)
    assert words in said
    if "there is no sound" not in words and "wait_s" not in words and "find" not in words:
        assert "sound (needed), instrument, effort" in said


def test_a_bug_of_a_tool_is_an_answer(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace.sounds, "all", lambda: 1 / 0)
    said = error_of(tools_of(workspace), "sounds", {})
    assert "unexpected ZeroDivisionError" in said
    assert "please report it" in said


def test_long_answers_are_cut_and_searched(workspace: Workspace) -> None:
    for n in range(60):
        workspace.sounds.add_audio(_blip(n), name=f"{'kick' if n == 7 else 'tone'} {n}.wav")
    tools = tools_of(workspace, chars=2000)
    whole = tools.call("sounds", {})
    assert len(whole.text) <= 2000
    assert whole.data["sounds"][-1].endswith("more of 60")
    found = tools.call("sounds", {"find": "kick"}).data["sounds"]
    assert [one["name"] for one in found[:-1]] == ["kick 7.wav"]


def test_takes_are_compared_by_what_is_heard(workspace: Workspace, take: int, sound: str) -> None:
    quieter = workspace.keep(a_take(Toy(), level=0.1), scores={})
    workspace.bank.flush()
    tools = tools_of(workspace)
    said = tools.call("compare", {"take": quieter, "with_take": take}).data
    assert said["distance"] < 0.2
    assert [(one["feature"], one["take_is"]) for one in said["differences"]] == [("loudness", "quieter")]
    assert said["differences"][0]["steps"] == pytest.approx(-14.0, abs=0.5)  # 20 lg 5 in steps of 1 LU
    same = tools.call("compare", {"take": take, "with_take": take}).data
    assert (same["distance"], same["differences"]) == (0, [])
    assert (
        tools.call("compare", {"take": take, "with_sound": sound}).data["compared_with"] == f"sound {sound}"
    )
    assert "one of with_take and with_sound" in error_of(tools, "compare", {"take": take})


def test_only_folders_that_are_open_are_read(workspace: Workspace, tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    (mine / "deep").mkdir(parents=True)
    other.mkdir()
    sound_file(mine / "deep" / "a.wav")
    secret = sound_file(other / "secret.wav")
    (mine / "link.wav").symlink_to(secret)
    tools = tools_of(workspace, extra=[bringing([mine])])
    brought = tools.call("bring_sound", {"file": "deep/a.wav"})
    assert workspace.sounds.info(brought.data["id"])["name"] == "a.wav"
    assert not tools.call("bring_sound", {"file": str(mine / "deep" / "a.wav")}).is_error
    for bad in ("../other/secret.wav", str(secret), "link.wav", "deep", "b.wav", "\0", "x" * 900):
        said = error_of(tools, "bring_sound", {"file": bad})
        assert "deep/a.wav" in said
        assert "secret" not in said.partition("there are: ")[2]
    assert "bring_sound" not in tools_of(workspace)


def test_a_bank_that_another_process_holds_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace_module, "BANK_WAIT_S", 0.2)
    with workspace_of(tmp_path / "ws") as workspace:
        number = workspace.keep(a_take(Toy()), scores={})
        workspace.bank.flush()
        other = sqlite3.connect(tmp_path / "ws" / "bank" / BANK_FILE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            tools = tools_of(workspace)
            answer = tools.call("vote", {"take": number, "vote": "yes"})
            assert answer.data["error"]["kind"] in ("BankError", "BusyError")
            assert "another" in answer.data["error"]["message"]
        finally:
            other.execute("ROLLBACK")
            other.close()
        assert not tools.call("vote", {"take": number, "vote": "yes"}).is_error


def test_a_workspace_in_use_is_told_and_opened_when_it_is_free(tmp_path: Path) -> None:
    busy = workspace_of(tmp_path / "ws")
    with Opener(lambda: workspace_of(tmp_path / "ws")) as opener:
        tools = Tools(opener)
        assert "in use by another studio" in error_of(tools, "status", {})
        assert opener.opened is None
        busy.close()
        assert tools.call("status", {}).data["instrument"] == "toy"
        assert opener.opened is not None
    with pytest.raises(ConflictError), workspace_of(tmp_path / "ws"), workspace_of(tmp_path / "ws"):
        pass


def _blip(n: int) -> Any:
    return Audio((0.1 * np.sin(np.arange(2205) * (0.02 + 0.001 * n))).astype(np.float32), 44100)
