"""`patchpilot assist`, with a scripted model and with the real client at a stand-in of Anthropic's service."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patchpilot import registry
from patchpilot.assist import ProviderError
from patchpilot.space import Patch
from patchpilot.workspace import Workspace
from tests.assist import plugged
from tests.assist.scripted import Scripted, calls, says
from tests.assist.standin import KEY, Service, message, text, tool_use
from tests.cli.command_line import COMMAND, Cli, Run, one_error
from tests.toy import Toy
from tests.workspace.toys import sound_file


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Options of a workspace of the test's own, whose model and instrument are made by the tests."""
    real = registry.load
    mine = {("instruments", "toy"): plugged.toy, ("providers", "scripted"): plugged.scripted}

    def load(group: str, name: str) -> Any:
        return mine.get((group, name)) or real(group, name)

    monkeypatch.setattr(registry, "load", load)
    monkeypatch.setattr(
        "patchpilot.workspace.instruments._registered", lambda: ["toy"]
    )  # as if it had been installed
    return ["--workspace", str(tmp_path / "ws"), "--instrument", "toy"]


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch) -> Callable[[Scripted], None]:
    """Has a model take the place of all others."""

    def act(model: Scripted) -> None:
        real = registry.load
        monkeypatch.setattr(
            registry,
            "load",
            lambda group, name: (lambda **_: model) if group == "providers" else real(group, name),
        )

    return act


def asked(cli: Cli, here: list[str], *more: str | Path) -> Run:
    return cli("assist", *more, "--provider", "scripted", *here)


def votes(folder: Path) -> dict[int, int]:
    with Workspace(folder, made={"toy": Toy}, instrument="toy") as workspace:
        return {number: workspace.entry(number).vote for number in workspace.bank.numbers()}


def test_a_model_works_and_each_step_is_shown(cli: Cli, here: list[str], tmp_path: Path) -> None:
    lead = sound_file(tmp_path / "lead.wav")
    run = asked(cli, here, "Find this", "--sound", lead)
    assert run.code == 0
    assert run.out == "I look for it.\nTake 1, I [31mthink.\n"  # what would colour a terminal is taken out
    assert "> match {" in run.err
    assert "  done: voted yes on take 1" in run.err
    assert "`patchpilot assist --undo` undoes them" in run.err
    assert f"--bank {tmp_path / 'ws' / 'bank'}\n" in run.err
    assert votes(tmp_path / "ws")[1] == 1
    undone = cli("assist", "--undo", *here)
    assert (undone.code, undone.out) == (0, "undone: voted yes on take 1\n")
    assert votes(tmp_path / "ws")[1] == 0
    again = cli("assist", "--undo", *here)
    assert again.code == 0
    assert "there is nothing to undo in conversation" in again.err


def test_steps_as_json_lines(cli: Cli, here: list[str], tmp_path: Path) -> None:
    run = asked(cli, here, "Find this", "--sound", sound_file(tmp_path / "lead.wav"), "--json")
    steps = [json.loads(line) for line in run.out.splitlines()]
    kinds = [step["kind"] for step in steps if step["kind"] != "progress"]
    assert kinds == ["said", "call", "result", "call", "result", "action", "said", "end"]
    assert (steps[-1]["why"], len(steps[-1]["actions"])) == ("done", 1)
    assert 1 in steps[-1]["takes"]


def test_a_conversation_is_gone_on_with(
    cli: Cli, here: list[str], acting: Callable[[Scripted], None]
) -> None:
    model = Scripted(says("Hello."), says("Softer, then."))
    acting(model)
    assert asked(cli, here, "Hello").out == "Hello.\n"
    assert asked(cli, here, "And softer", "--continue").out == "Softer, then.\n"
    assert [one.text for one in model.heard[1]] == ["Hello", "Hello.", "And softer"]
    assert "there is no conversation 'x'" in one_error(asked(cli, here, "Hm", "--continue", "x"))


def test_a_limit_is_told_and_is_no_success(
    cli: Cli, here: list[str], acting: Callable[[Scripted], None]
) -> None:
    numbers = iter(range(1, 100))
    model = Scripted(lambda _: calls(("takes", {"limit": next(numbers)})))
    acting(model)
    run = asked(cli, here, "Go on for ever", "--turns", "2")
    assert run.code == 1
    assert "it reached a limit of --turns" in run.err


def test_what_is_missing_or_wrong_is_one_sentence(
    cli: Cli, here: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    assert "export ANTHROPIC_API_KEY=…" in one_error(cli("assist", "Hello", *here))
    assert "no 'nobody' among the providers" in one_error(
        cli("assist", "Hello", "--provider", "nobody", *here)
    )
    assert "there is no such file" in one_error(asked(cli, here, "This", "--sound", tmp_path / "no.wav"))
    assert "there is no such file" in one_error(asked(cli, here, "This", "--preset", tmp_path / "no.toy"))
    assert "there is no conversation" in one_error(cli("assist", "--undo", *here))
    empty = cli("assist", "  ", *here)
    assert empty.code == 2
    assert "what is to be done" in empty.err
    with Workspace(tmp_path / "ws", made={"toy": Toy}, instrument="toy"):
        assert "in use by another studio" in one_error(asked(cli, here, "Hello"))


def test_a_provider_that_fails_leaves_a_conversation(
    cli: Cli, here: list[str], acting: Callable[[Scripted], None]
) -> None:
    def away(_: Any) -> Any:
        raise ProviderError("the service is away")

    acting(Scripted(away))
    run = asked(cli, here, "Hello")
    assert run.code == 1
    assert "Error: the service is away" in run.err
    assert "is kept; --continue goes on with it" in run.err


def test_a_preset_of_the_user_is_a_take_and_stays_where_it_is(
    cli: Cli,
    here: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    acting: Callable[[Scripted], None],
) -> None:
    toy = Toy()
    patch = Patch.make(toy.space, {"level": 0.3})
    preset = tmp_path / "mine.toy"
    toy.export(patch, preset)
    monkeypatch.setattr(Toy, "load", lambda *_: patch)
    model = Scripted(says("I see it."))
    acting(model)
    assert asked(cli, here, "Darker", "--preset", preset).code == 0
    assert "take 1 (the preset mine.toy)" in model.heard[0][0].text
    assert preset.exists()
    assert votes(tmp_path / "ws") == {1: 0}


def test_the_real_client_and_command(tmp_path: Path) -> None:
    pytest.importorskip("anthropic")
    lead = sound_file(tmp_path / "lead.wav")
    wanted = {"tags": "darker"}
    with Service(message(tool_use("takes", wanted), stop="tool_use"), message(text("None yet."))) as service:
        done = subprocess.run(
            [*COMMAND, "assist", "Three darker versions of this", "--sound", str(lead), "--instrument", "toy"],
            capture_output=True,
            text=True,
            timeout=120.0,
            check=False,
            env={**plugged.environment(tmp_path), "ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": service.url,
                 "NO_PROXY": "127.0.0.1", "PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "None yet.\n"), done.stderr
    assert "failed: " in done.stderr
    assert "Three darker versions of this" in service.asked[0]["messages"][0]["content"][0]["text"]
    assert "lead.wav" in service.asked[0]["messages"][0]["content"][0]["text"]
    assert "tags: Unexpected keyword argument" in service.asked[1]["messages"][2]["content"][0]["content"]


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_found(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "assist", "Find this", "--sound", str(sound_file(tmp_path / "lead.wav")), "--provider", "scripted",
         "--instrument", "toy", "--workspace", str(tmp_path / "ws"), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**plugged.environment(tmp_path, TOY_S="0.3"), "PATH": os.environ["PATH"], "HOME": str(tmp_path)},
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        while "best" not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        began_s = time.monotonic()
        assert process.wait(60.0) == 130
        assert time.monotonic() - began_s < 40.0
        said = process.stderr.read()
    assert "Traceback" not in said
    assert "--continue goes on with it" in said
    with Workspace(tmp_path / "ws", made={"toy": Toy}, instrument="toy") as workspace:
        (job,) = workspace.jobs.all()
        assert job["state"] == "cancelled"
        assert len(workspace.bank) > 0


def test_the_scripted_model_is_found_as_a_plug_in(tmp_path: Path) -> None:
    code = (
        "from patchpilot import registry; print(registry.names('providers'), registry.names('instruments'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=plugged.environment(tmp_path),
    )
    assert "'scripted'" in done.stdout
    assert "'toy'" in done.stdout
