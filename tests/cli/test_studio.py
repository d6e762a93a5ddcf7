"""`patchpilot studio` as a program: its address, Ctrl-C, and what is left when it is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command_line import COMMAND, OTHER, SHORT, Cli, linux, one_error
from tests.cli.test_interrupts import until, workers_of

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))
from studio_client import Client

DATA = SHORT.parent


@contextmanager
def studio(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], Client]]:
    """The program, once it has printed its address, and a client."""
    command = [*COMMAND, "studio", "--port", "0", "--no-browser", "--workspace", str(folder), *options]
    cache = {"XDG_CACHE_HOME": str(folder.parent / "cache")}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **cache}
    )
    try:
        assert process.stdout is not None
        yield process, Client(process.stdout.readline().strip())
    finally:
        process.kill()
        process.communicate(timeout=20.0)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code, and what it said on stderr."""
    _, said = process.communicate(timeout=30.0)
    return process.returncode, said


def test_it_prints_its_address_and_ends_soon_though_a_page_is_open(tmp_path: Path) -> None:
    with studio(tmp_path / "ws") as (process, client):
        assert client.get("/status")["instrument"] == "vital"
        heard: list[str] = []

        def listen() -> None:
            heard.extend(kind for kind, _ in client.events())

        page = threading.Thread(target=listen)
        page.start()
        until(lambda: bool(heard))
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        code, said = ended(process)
        page.join(10.0)
        assert time.monotonic() - began < 5.0
        assert code == 0
        assert said.startswith(f"workspace: {tmp_path / 'ws'}; Ctrl-C ends it\n")
        assert "Traceback" not in said
        assert heard == ["hello"]


@linux
def test_it_ends_soon_in_the_middle_of_a_match(tmp_path: Path) -> None:
    with studio(tmp_path / "ws") as (process, client):
        sound = client.upload(DATA / "bass_trance_c.flac")["id"]
        job = client.post("/match", {"sound": sound})
        assert until(lambda: client.get(f"/jobs/{job['id']}")["progress"]["phase"] == "searching")
        workers = workers_of(process.pid)
        assert workers
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        code, said = ended(process)
        assert time.monotonic() - began < 8.0
        assert (code, said.count("\n")) == (0, 1), said
        assert until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    saved = json.loads((tmp_path / "ws" / "jobs" / job["id"] / "job.json").read_text())
    assert saved["state"] in ("running", "interrupted")


@pytest.mark.slow
@linux
def test_killed_in_the_middle_it_goes_on_to_the_same_result(tmp_path: Path) -> None:
    asked = {"effort": "quick", "seed": 3}
    with studio(tmp_path / "whole") as (_, client):
        whole = _done(client, client.post("/match", {**asked, "sound": client.upload(OTHER)["id"]}))
    with studio(tmp_path / "killed") as (process, client):
        job = client.post("/match", {**asked, "sound": client.upload(OTHER)["id"]})
        assert until(lambda: client.get(f"/jobs/{job['id']}")["candidates"])
        process.kill()
        process.wait(20.0)
    with studio(tmp_path / "killed") as (_, client):
        again = _done(client, job)
        assert again["attempts"] == 2
        assert _answers(again) == _answers(whole)
        takes = [client.get(f"/takes/{found['take']}")["take_id"] for found in again["result"]["matches"]]
        assert len(set(takes)) == len(takes)


def _done(client: Client, job: Any) -> Any:
    assert until(lambda: client.get(f"/jobs/{job['id']}")["state"] not in ("queued", "running"), 120.0)
    found = client.get(f"/jobs/{job['id']}")
    assert found["state"] == "done", found["error"]
    return found


def _answers(job: Any) -> list[Any]:
    return [(found["rank"], found["distance"], found["found_by"]) for found in job["result"]["matches"]]


def test_the_example_client_matches_a_sound(tmp_path: Path) -> None:
    program = Path(__file__).resolve().parents[2] / "examples" / "studio_client.py"
    with studio(tmp_path / "ws") as (_, client):
        done = subprocess.run(
            [sys.executable, "-W", "error", str(program), client.address, str(SHORT), "--out", "made"],
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120.0,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        said = done.stdout.splitlines()
        assert said[0].startswith("elec_ping.flac: note ")
        assert any(line.startswith("  so far ") for line in said)
        files = {path.name for path in (tmp_path / "made").iterdir()}
        assert files == {line.split()[0] for line in said if line.lstrip()[:1].isdigit()}
        assert "1.vital" in files
        wrong = [sys.executable, str(program), client.address, str(program)]
        failed = subprocess.run(wrong, capture_output=True, text=True, check=False, timeout=60.0)
        assert failed.returncode == 1
        assert failed.stderr.startswith("expected a sound file")


def test_one_studio_a_folder(cli: Cli, tmp_path: Path) -> None:
    with studio(tmp_path / "ws"):
        said = one_error(cli("studio", "--no-browser", "--port", "0", "--workspace", tmp_path / "ws"))
        assert "is in use by another studio" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--host", "0.0.0.0"), "lets other machines do here what you can, so it needs a token"),
        (("--workspace", "file/ws"), "cannot write"),
    ],
)
def test_what_cannot_be_served_is_said(
    cli: Cli, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    given = [str(tmp_path / each) if each.startswith("file") else each for each in options]
    more = [] if "--workspace" in given else ["--workspace", str(tmp_path / "ws")]
    assert words in one_error(cli("studio", "--no-browser", "--port", "0", *given, *more))
