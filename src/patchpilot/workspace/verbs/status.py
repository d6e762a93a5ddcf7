"""Verbs that say what is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from patchpilot.workspace.verbs.base import Verb, request

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace


class BankStatus(TypedDict):
    """takes: how many it holds."""

    takes: int


class JobStatus(TypedDict):
    """How many jobs run, and how many wait."""

    running: int
    queued: int


class LimitStatus(TypedDict):
    """Bytes of an upload, and seconds of a sound, at most."""

    upload_bytes: int
    seconds: float


class Status(TypedDict):
    """What is here, and what goes on."""

    version: str
    instrument: str
    instruments: list[str]
    workspace: str
    bank: BankStatus
    jobs: JobStatus
    limits: LimitStatus
    started: int


@request
class StatusRequest:
    """Ask what is here, and what goes on."""


def _status(workspace: Workspace, asked: StatusRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return {
        "version": workspace.version,
        "instrument": workspace.instrument,
        "instruments": list(workspace.instruments.names),
        "workspace": workspace.path.name,
        "bank": {"takes": len(workspace.bank)},
        "jobs": {"running": workspace.jobs.count("running"), "queued": workspace.jobs.count("queued")},
        "limits": {"upload_bytes": workspace.limits.upload_bytes, "seconds": workspace.limits.seconds},
        "started": workspace.events.started,
    }


VERBS = (
    Verb(
        "status", "What is here, and what goes on.", StatusRequest, _status, answer=Status, is_read_only=True
    ),
)
