"""`patchpilot mcp` as the SDK's own client sees it, over standard input and output."""

from __future__ import annotations

import base64
import io
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import soundfile

from patchpilot.bank.database import FILE as BANK_FILE
from patchpilot.workspace import Workspace
from tests.assist.plugged import environment
from tests.cli.command_line import COMMAND, Cli, one_error
from tests.studio.clients import served
from tests.toy import Toy
from tests.workspace.toys import a_take, sound_file, workspace_of

pytest.importorskip("mcp")
import anyio
from mcp import Client, MCPError, StdioServerParameters

Journey = Callable[[Client], Awaitable[None]]
QUICK = {"instrument": "toy", "effort": "quick", "top": 2, "renders": 8}


def arguments(tmp_path: Path, *more: str) -> list[str]:
    return [*COMMAND[1:], "mcp", "--workspace", str(tmp_path / "ws"), "--instrument", "toy", *more]


def go(journey: Journey, tmp_path: Path, *more: str, mode: str = "auto", **variables: str) -> None:
    server = StdioServerParameters(
        command=sys.executable, args=arguments(tmp_path, *more), env=environment(tmp_path, **variables)
    )

    async def run() -> None:
        with anyio.fail_after(90.0):
            async with Client(server, mode=mode) as client:
                await journey(client)

    anyio.run(run)


async def error_of(client: Client, name: str, given: dict[str, Any] | None = None) -> str:
    answer = await client.call_tool(name, given)
    assert answer.is_error
    said: str = json.loads(answer.content[0].text)["error"]["message"]  # type: ignore[union-attr]
    return said


async def data_of(client: Client, name: str, given: dict[str, Any] | None = None, **options: Any) -> Any:
    answer = await client.call_tool(name, given, **options)
    assert not answer.is_error, answer.content
    data = json.loads(answer.content[0].text)  # type: ignore[union-attr]
    assert data == answer.structured_content
    return data


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_matches_listens_votes_and_undoes(tmp_path: Path, mode: str) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    sound_file(folder / "lead.wav", channels=2)
    told: list[tuple[float, str | None]] = []

    async def tell(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001
        told.append((progress, message))

    async def journey(client: Client) -> None:
        assert client.server_info is not None
        assert client.server_info.name == "patchpilot"
        assert "You cannot hear" in (client.instructions or "")
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {"match", "vote", "undo", "job", "bring_sound"} <= set(tools)
        assert tools["match"].input_schema["required"] == ["sound"]
        assert tools["takes"].annotations is not None
        assert tools["takes"].annotations.read_only_hint
        assert not (await client.list_resources()).resources

        sound = (await data_of(client, "bring_sound", {"file": "lead.wav"}))["id"]
        answer = await client.call_tool("match", {**QUICK, "sound": sound}, progress_callback=tell)
        best = answer.structured_content["matches"][0]["take"]
        links = [one for one in answer.content if one.type == "resource_link"]
        assert links[0].uri == f"patchpilot://takes/{best}/audio"

        listed = {one.uri: one for one in (await client.list_resources()).resources}
        assert listed[f"patchpilot://sounds/{sound}/audio"].name == "lead.wav"
        for uri in (f"patchpilot://sounds/{sound}/audio", links[0].uri):
            assert listed[uri].mime_type == "audio/wav"
            blob = (await client.read_resource(uri)).contents[0].blob  # type: ignore[union-attr]
            samples, rate = soundfile.read(io.BytesIO(base64.b64decode(blob)))
            assert rate == 44100
            assert abs(samples).max() > 0.01
        preset = (await client.read_resource(f"patchpilot://takes/{best}/preset")).contents[0].blob  # type: ignore[union-attr]
        assert b"toy" in base64.b64decode(preset)

        assert (await data_of(client, "vote", {"take": best, "vote": "yes"}))["vote"] == "yes"
        assert (await data_of(client, "undo"))["undone"]["verb"] == "vote"
        assert (await data_of(client, "take", {"take": best}))["vote"] is None

        assert "there is no tool 'matsch'; did you mean match" in await error_of(client, "matsch")
        assert "sound: Field required" in await error_of(client, "match", {"effort": "quick"})
        assert "there is no take 999" in await error_of(client, "take", {"take": 999})
        for uri in (
            "patchpilot://takes/999/audio",
            "patchpilot://sounds/../../etc/passwd",
            "file:///etc/passwd",
        ):
            with pytest.raises(MCPError, match="there is no"):
                await client.read_resource(uri)

    go(journey, tmp_path, "--sounds", str(folder), mode=mode, TOY_S="0.02")
    assert told
    assert all(message is not None and message.startswith("match: ") for _, message in told)
    numbers = [number for number, _ in told]
    assert numbers == sorted(set(numbers))  # growing, as the protocol wants it


def test_a_call_that_is_cancelled_ends_its_job_with_the_best_so_far(tmp_path: Path) -> None:
    file = sound_file(tmp_path / "lead.wav")

    async def journey(client: Client) -> None:
        sound = (await data_of(client, "bring_sound", {"file": file.name}))["id"]
        far = anyio.Event()

        async def tell(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001
            if "best" in (message or ""):
                far.set()

        async with anyio.create_task_group() as group:

            async def match() -> None:
                given = {**QUICK, "sound": sound, "renders": 100000}
                await client.call_tool("match", given, progress_callback=tell)

            group.start_soon(match)
            await far.wait()
            group.cancel_scope.cancel()
        job = (await data_of(client, "jobs"))["jobs"][0]
        ended = await data_of(client, "job", {"job": job["id"], "wait_s": 20})
        assert ended["state"] == "cancelled"
        assert ended["matches"]
        assert (await data_of(client, "status"))["jobs"]["running"] == 0

    go(journey, tmp_path, "--sounds", str(tmp_path), TOY_S="0.02")


@pytest.mark.slow
def test_a_long_job_outlives_its_call_and_its_server(tmp_path: Path) -> None:
    file, jobs = sound_file(tmp_path / "lead.wav"), []

    async def begins(client: Client) -> None:
        sound = (await data_of(client, "bring_sound", {"file": file.name}))["id"]
        began = await data_of(client, "match", {**QUICK, "sound": sound, "renders": 300})
        assert began["state"] == "running"
        assert "call `job`" in began["note"]
        jobs.append(began["job"])

    async def ends(client: Client) -> None:
        ended = await data_of(client, "job", {"job": jobs[0], "wait_s": 60})
        assert ended["state"] == "done"
        assert ended["matches"]

    go(begins, tmp_path, "--sounds", str(tmp_path), "--wait", "0.5", TOY_S="0.05")
    with Workspace(tmp_path / "ws", made={"toy": Toy}, instrument="toy") as workspace:
        assert workspace.jobs.get(jobs[0])["state"] == "interrupted"
    go(ends, tmp_path)


def test_a_workspace_or_bank_that_is_in_use_is_told(tmp_path: Path) -> None:
    busy = workspace_of(tmp_path / "ws")
    take = busy.keep(a_take(Toy()), scores={})
    busy.bank.flush()

    async def journey(client: Client) -> None:
        assert "in use by another studio" in await error_of(client, "status")
        with pytest.raises(MCPError, match="in use by another studio"):
            await client.list_resources()
        busy.close()
        assert (await data_of(client, "status"))["bank"] == {"takes": 1}
        other = sqlite3.connect(tmp_path / "ws" / "bank" / BANK_FILE, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            said = await error_of(client, "vote", {"take": take, "vote": "yes"})
        finally:
            other.execute("ROLLBACK")
            other.close()
        assert "another" in said
        assert (await data_of(client, "vote", {"take": take, "vote": "yes"}))["vote"] == "yes"

    go(journey, tmp_path)


@pytest.mark.slow
def test_a_chat_works_in_the_studio_that_is_open(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path / "ws")
    take = workspace.keep(a_take(Toy()), scores={})
    workspace.bank.flush()

    async def journey(client: Client) -> None:
        number = workspace.events.last
        assert (await data_of(client, "vote", {"take": take, "vote": "yes"}))["vote"] == "yes"
        told, _ = workspace.events.since(number)
        assert [(event.type, event.data["vote"]) for event in told] == [
            ("mark", "yes")
        ]  # what open pages hear
        sound = (await data_of(client, "bring_sound", {"file": "lead.wav"}))["id"]
        answer = await client.call_tool("match", {**QUICK, "sound": sound})
        assert answer.structured_content["matches"][0]["take"] in workspace.bank
        uris = {one.uri for one in (await client.list_resources()).resources}
        for uri in (f"patchpilot://sounds/{sound}/audio", f"patchpilot://takes/{take}/audio"):
            assert uri in uris
            blob = (await client.read_resource(uri)).contents[0].blob  # type: ignore[union-attr]
            assert base64.b64decode(blob).startswith(b"RIFF")
        assert (await data_of(client, "undo"))["undone"]["text"] == f"voted yes on take {take}"
        assert workspace.entry(take).vote == 0
        assert "there is no take 999" in await error_of(client, "take", {"take": 999})

    sound_file(tmp_path / "lead.wav")
    with workspace, served(workspace):
        go(journey, tmp_path, "--sounds", str(tmp_path))


def started(tmp_path: Path) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, *arguments(tmp_path)],
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env=environment(tmp_path),
    )


def test_nothing_but_the_protocol_is_on_stdout(tmp_path: Path) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "by hand", "version": "0"},
        },
    }
    call = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "nonsense", "arguments": {}},
    }
    wrong = {**call, "id": 3, "params": {"name": "match", "arguments": "text"}}
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    sent = [json.dumps(hello).encode(), json.dumps(ready).encode(), b"nonsense", b"\xff\xfe"]
    sent += [json.dumps(wrong).encode(), json.dumps(call).encode()]
    said: dict[Any, Any] = {}
    with started(tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"".join(line + b"\n" for line in sent))
        process.stdin.flush()
        while not {1, 2, 3} <= set(said):
            answer = json.loads(process.stdout.readline())  # each line is one
            assert answer["jsonrpc"] == "2.0"
            said[answer.get("id")] = answer
        process.stdin.close()
        assert process.stdout.read() == b""
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode == 0
    assert said[1]["result"]["serverInfo"]["title"] == "Patch Pilot"
    assert said[2]["result"]["isError"]
    assert "error" in said[3]


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with started(tmp_path) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
            process.stdin.flush()
            assert process.stdout.readline().startswith(b"{")
            process.send_signal(number)
            assert process.wait(20.0) == 130
            assert b"Traceback" not in process.stderr.read()


def test_without_the_extra_its_command_is_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setitem(sys.modules, "mcp.server.stdio", None)
    try:
        said = one_error(cli("mcp"))
    finally:
        signal.signal(signal.SIGINT, before)
    assert "pip install 'patchpilot[mcp]'" in said
