"""Verbs that reach Ableton Live: whether it is there, and the moves of fixes, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.workspace.errors import ConflictError
from patchpilot.workspace.verbs.base import Verb, request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patchpilot.live.connection import Live
    from patchpilot.tracks.fix import Fix
    from patchpilot.tracks.moves import Move
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

PROBE_S, PROBES = 0.3, 2
"""How long Live is waited for where somebody only wants to know whether it is there, and how often it is asked."""


@request
class LiveStatusRequest:
    """Ask whether Ableton Live with AbletonOSC answers on this machine."""


@request
class LiveApplyRequest:
    """Turn what fixes of a track ask for in Ableton Live, in one transaction: all of it, or nothing."""

    job: Annotated[str, Field(max_length=64, description="Id of a `track_fix` job that is done.")]
    fixes: Annotated[
        list[Annotated[int, Field(ge=1, le=100)]],
        Field(min_length=1, max_length=30, description="Which of its fixes, counted from 1."),
    ]


class LiveStatus(TypedDict):
    """Whether Live answers, and if not, `why`; `tracks` by name, as moves use them."""

    connected: bool
    why: str | None
    version: str | None
    tracks: list[str]


class Turned(TypedDict):
    """A knob that was turned, as Live shows it."""

    place: str
    before: str
    after: str


class LiveApplied(TypedDict):
    """What was turned, what was left out and why, and what to know."""

    transaction: int
    turned: list[Turned]
    left_out: list[str]
    remarks: list[str]


def _status(workspace: Workspace, asked: LiveStatusRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    from patchpilot.errors import LiveError, PluginError
    from patchpilot.live.session import track_names

    try:
        with _connected(PROBE_S, PROBES) as live:
            names = track_names(live.link)
    except (LiveError, PluginError) as error:
        return {"connected": False, "why": str(error), "version": None, "tracks": []}
    version = ".".join(map(str, live.version))
    return {"connected": True, "why": None, "version": version, "tracks": list(names)}


def _apply(workspace: Workspace, asked: LiveApplyRequest, report: Report) -> dict[str, Any]:
    from patchpilot.live.transaction import apply

    moves, left = _moves(workspace, asked)
    if not moves:
        raise ConflictError("these fixes ask for nothing in Live: do by hand what they say")
    with _connected() as live:
        done = apply(live, moves)
    asked_for = [entry for entry in done.journal.entries if not entry.is_side]
    report.did(f"turned {len(asked_for)} knobs in Live", {"transaction": done.journal.number})
    return {
        "transaction": done.journal.number,
        "turned": [
            {
                "place": entry.spot.title,
                "before": entry.before_text or f"{entry.before:g}",
                "after": entry.after_text or f"{entry.after:g}",
            }
            for entry in asked_for
        ],
        "left_out": [*left, *(f"{move.title}: {reason}" for move, reason in done.skipped)],
        "remarks": list(done.remarks),
    }


@dataclass(frozen=True)
class _Chosen:
    """As much of a fix as a job's result keeps of it."""

    moves: tuple[Move, ...]


def _moves(workspace: Workspace, asked: LiveApplyRequest) -> tuple[list[Move], list[str]]:
    from patchpilot.tracks.fix.together import together
    from patchpilot.tracks.moves import move_of

    job = workspace.jobs.get(asked.job)
    if job["kind"] != "track_fix" or job["result"] is None:
        raise ConflictError(f"expected a job of track_fix that is done, got {job['kind']}, {job['state']}")
    said = job["result"]["fixes"]
    if missing := [number for number in asked.fixes if number > len(said)]:
        raise ConflictError(f"expected a fix from 1 to {len(said)}, got {missing[0]}")
    chosen = [
        _Chosen(tuple(move_of(move) for move in said[number - 1]["moves"]))
        for number in dict.fromkeys(asked.fixes)
    ]
    return together(cast("Sequence[Fix]", chosen))  # which reads nothing but their moves


def _undo(workspace: Workspace, back: Any) -> None:  # noqa: ARG001
    from patchpilot.errors import LiveError
    from patchpilot.live import journal as journals
    from patchpilot.live.undoing import set_back

    folder = journals.folder()
    found = next((one for one in journals.unfinished(folder) if one.number == back["transaction"]), None)
    if found is None:
        return  # `patchpilot live undo` was quicker
    with _connected() as live:
        undone = set_back(live, found, folder)
    if undone.failed:
        raise LiveError(f"not all could be set back: {'; '.join(undone.failed)}")


def _connected(timeout_s: float = 1.0, tries: int = 4) -> Live:
    from patchpilot.live.connection import connect

    return connect(timeout_s=timeout_s, tries=tries)


VERBS = (
    Verb("live_status", "Whether Ableton Live answers here, and which tracks its set has.", LiveStatusRequest, _status,
         answer=LiveStatus, is_read_only=True),
    Verb("live_apply", "Turn in Ableton Live what fixes of a track ask for, all or nothing.", LiveApplyRequest, _apply,
         answer=LiveApplied, undo=_undo),
)  # fmt: skip
