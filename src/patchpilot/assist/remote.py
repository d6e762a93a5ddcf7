"""A workspace that a running studio has open: the same verbs, done there, so that its page shows them at once."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from patchpilot.assist.calling import Caller
from patchpilot.errors import PatchPilotError
from patchpilot.workspace import ConflictError, Workspace, address
from patchpilot.workspace.address import Address
from patchpilot.workspace.events import Event
from patchpilot.workspace.jobs.job import ENDED
from patchpilot.workspace.plain import plain

_ALIVE_S = 5.0
_EVERY_S = 0.2
"""How often a job is looked at."""


def joined(folder: Path, make: Callable[[], Workspace]) -> Workspace | RemoteWorkspace:
    """A workspace: opened here, or as a guest of the studio that has it open.

    Args:
        folder: of the workspace.
        make: opens it.

    Raises:
        ConflictError: another program that is no studio has it open.
        PatchPilotError: as `make` does.
    """
    try:
        return make()
    except ConflictError:
        where = address.found(folder.absolute())
        remote = None if where is None else RemoteWorkspace(folder.absolute(), where)
        if remote is None or not remote.is_there:
            raise
        return remote


class RemoteWorkspace:
    """A workspace that a studio has open, over its HTTP interface; threads may share it.

    Everything raises what the studio's workspace raised, and `ConflictError` once the studio is gone.

    Args:
        path: the workspace's folder, on this machine.
        where: the studio.

    Attributes:
        path: as above.
        bank: folder of its bank.
        caller: asks the studio.
        actions: what was done there.
        jobs: what takes a while there.
        events: what happens there.
        sounds: what was brought there.
    """

    def __init__(self, path: Path, where: Address) -> None:
        self.path, self.bank, self.caller = path, Path(where.bank), Caller(where)
        self.actions, self.jobs = _Actions(self.caller), _Jobs(self.caller)
        self.events, self.sounds = _Events(self.caller), _Sounds(self.caller)

    @property
    def is_there(self) -> bool:
        """Whether the studio answers."""
        try:
            said = self.caller.get("/status", patience_s=_ALIVE_S)
        except PatchPilotError:
            return False
        return bool(said.get("workspace") == self.path.name)

    def do(self, name: str, request: Any) -> dict[str, Any]:
        """As `Workspace.do`."""
        return self.caller.post(f"/verbs/{quote(name, safe='')}", plain(request))

    def wait(self, job_id: str, timeout_s: float | None = None) -> dict[str, Any]:
        """As `Workspace.wait`."""
        until = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            job = self.caller.get(f"/jobs/{quote(job_id, safe='')}")
            left = _EVERY_S if until is None else until - time.monotonic()
            if job["state"] in ENDED or left <= 0.0:
                return job
            time.sleep(min(_EVERY_S, left))

    def close(self) -> bool:
        """The studio goes on."""
        return True


class _Actions:
    """As `workspace.actions.Actions`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def latest(self, limit: int = 200) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._caller.get("/actions", limit=limit)["actions"]
        return found

    def undo(self) -> dict[str, Any]:
        return self._caller.post("/undo")


class _Jobs:
    """As `workspace.jobs.Jobs`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def all(
        self, kind: str | None = None, state: str | None = None, limit: int = 200
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._caller.get("/jobs", kind=kind, state=state, limit=limit)["jobs"]
        return found

    def cancel(self, job_id: str) -> dict[str, Any]:
        return self._caller.post(f"/jobs/{quote(job_id, safe='')}/cancel")

    def resume(self, job_id: str) -> dict[str, Any]:
        return self._caller.post(f"/jobs/{quote(job_id, safe='')}/resume")


class _Events:
    """As `workspace.events.Events`; `hello`, the first of each stream, says how far the journal is."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def last(self) -> int:
        with self._caller.opened("GET", "/events") as answer:
            _, _, text = next(_told(answer))
            number: int = json.loads(text)["last"]
            return number

    def since(self, number: int) -> tuple[Sequence[Event], bool]:
        found: list[Event] = []
        with self._caller.opened("GET", f"/events?after={number}") as answer:
            told = _told(answer)
            _, _, text = next(told)
            hello = json.loads(text)
            while hello["last"] > (found[-1].number if found else number):
                found.append(Event(*next(told)))
        return found, bool(hello["is_all"])


class _Sounds:
    """As `workspace.sounds.Sounds`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def add(self, file: Path, *, name: str) -> dict[str, Any]:  # noqa: ARG002 (what is sent says its own)
        return self._caller.upload("/sounds", file)


def _told(answer: http.client.HTTPResponse) -> Iterator[tuple[int, str, str]]:
    """(number, type, JSON) of server-sent events; 0 for what has no number. Raises `ValueError` where they end."""
    number, kind = 0, ""
    for line in answer:
        name, _, text = line.decode("utf-8").rstrip("\r\n").partition(": ")
        if name == "id":
            number = int(text)
        elif name == "event":
            kind = text
        elif name == "data":
            yield number, kind, text
            number = 0
    raise ValueError("its events have ended")
