"""Waiting for a job, and telling how far it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from patchpilot.assist.desk import Desk
from patchpilot.workspace import ConflictError
from patchpilot.workspace.jobs.job import ENDED

EVERY_S = 0.2
"""How often it is looked at."""
GRACE_S = 20.0
"""How long a job that was told to end may take to give its best so far."""


def follow(
    workspace: Desk,
    job_id: str,
    *,
    wait_s: float,
    stop: threading.Event,
    on_progress: Callable[[str], None],
    cancels: bool = True,
) -> dict[str, Any]:
    """Wait for a job.

    Args:
        workspace: whose.
        job_id: its id.
        wait_s: at most so long.
        stop: set by whoever does not want to wait any longer.
        on_progress: told in words where the job stands, whenever that is something else.
        cancels: whether the job ends when `stop` is set; its best so far is kept.

    Returns:
        The job: one that has ended, or as it is after that long.

    Raises:
        MissingError: there is no such job.
    """
    until, told = time.monotonic() + wait_s, ""
    while True:
        job = workspace.wait(job_id, max(0.0, min(EVERY_S, until - time.monotonic())))
        if job["state"] in ENDED:
            return job
        if stop.is_set():
            return _stopped(workspace, job) if cancels else job
        if (text := in_words(job)) != told:
            on_progress(text)
            told = text
        if time.monotonic() >= until:
            return job


def in_words(job: dict[str, Any]) -> str:
    """Where a job stands: "match: refining, 30 of 150, best 0.42"."""
    said = job["progress"]
    parts = [f"{job['kind']}: {said['phase'] or job['state']}"]
    if said["done"] is not None:
        parts.append(f"{said['done']} of {said['total']}" if said["total"] else f"{said['done']} done")
    if said["best"] is not None:
        parts.append(f"best {said['best']:.3g}")
    return ", ".join(parts)


def _stopped(workspace: Desk, job: dict[str, Any]) -> dict[str, Any]:
    with suppress(ConflictError):  # it has ended meanwhile
        workspace.jobs.cancel(job["id"])
    return workspace.wait(job["id"], GRACE_S)
