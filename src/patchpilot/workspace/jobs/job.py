"""The `Job` noun: a request that runs beside who asked for it, and where it stands."""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
ENDED = ("done", "failed", "cancelled", "interrupted")


def now() -> str:
    """The time in UTC, ISO 8601 to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def new_id() -> str:
    """A name that sorts by time and may stand in an address."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"[:-3] + f"-{secrets.token_hex(2)}"


@dataclass(eq=False)
class Job:
    """A request and where it stands.

    Attributes:
        id: sorts by time.
        kind: name of its verb.
        request: what was asked for, as JSON.
        state: "interrupted" where the server ended in the middle; it goes on when the next one starts.
        created: when it was asked for, ISO 8601.
        started: when it last began to run; None before.
        ended: when it ended; None before.
        progress: {phase, done, total, best}; each None where nobody knows.
        candidates: what it found so far, as it told: {rank, distance, verdict, take}.
        result: what the verb answered, or the best so far of one that was cancelled; None before.
        error: {kind, message} of one that failed.
        attempts: how often it was begun.
    """

    id: str
    kind: str
    request: dict[str, Any]
    state: State = "queued"
    created: str = field(default_factory=now)
    started: str | None = None
    ended: str | None = None
    progress: dict[str, Any] = field(
        default_factory=lambda: {"phase": None, "done": None, "total": None, "best": None}
    )
    candidates: list[dict[str, Any]] = field(default_factory=list)
    result: dict[str, Any] | None = None
    error: dict[str, str] | None = None
    attempts: int = 0

    def json(self) -> dict[str, Any]:
        """All of it."""
        return dataclasses.asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Job:
        """The inverse; raises `TypeError` or `ValueError` where it is none."""
        names = {each.name for each in dataclasses.fields(cls)}
        job = cls(**{name: value for name, value in data.items() if name in names})
        if job.state not in ("queued", "running", *ENDED):
            raise ValueError(job.state)
        return job
