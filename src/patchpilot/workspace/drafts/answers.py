"""A draft as JSON, as the page and everybody else is told of it."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from patchpilot.instruments.base import Instrument
from patchpilot.workspace.drafts.draft import Draft
from patchpilot.workspace.drafts.rendering import Heard
from patchpilot.workspace.drafts.shapes import envelopes, lfos, wavetables
from patchpilot.workspace.plain import plain


class Trail(TypedDict):
    """What the last step was: in words, over how many places of the knobs, in how many seconds."""

    label: str
    points: int
    seconds: float


_Origin = TypedDict("_Origin", {"from": dict[str, Any]})


class DraftAnswer(_Origin):
    """A patch that is being edited: stored values by name, and shapes as points to draw.

    `ready` says whether this version can be heard, `take` which take of the bank it is, if it is one; `done` and
    `undone` what undo and redo are about.
    """

    id: str
    instrument: str
    name: str
    version: int
    ready: bool
    values: dict[str, float]
    pinned: list[str]
    can_undo: bool
    can_redo: bool
    done: str
    undone: str
    note: int
    velocity: float
    held_s: float
    seconds: float
    lufs: float | None
    take: int | None
    modulations: list[dict[str, Any]]
    envelopes: list[dict[str, Any]]
    lfos: list[dict[str, Any]]
    wavetables: list[dict[str, Any]]
    asked: list[str]
    trail: Trail


def shown(draft: Draft, instrument: Instrument, heard: Heard | None) -> dict[str, Any]:
    """All of a draft.

    Args:
        draft: that is shown.
        instrument: that plays it.
        heard: what was heard of it last.
    """
    with draft.lock:
        patch, history, played = draft.patch, draft.history, draft.performance
        take = draft.take()
        version, space = draft.version, draft.space
        steps, at = history.steps, history.at
        first = played.notes[0]
        said: dict[str, Any] = {
            "id": draft.id,
            "instrument": draft.instrument,
            "name": patch.name,
            "version": version,
            "values": {
                **{p.name: patch.values.get(p.name, p.default) for p in space},
                **patch.slot_values(),
            },
            "pinned": sorted(draft.pinned),
            "can_undo": history.can_undo,
            "can_redo": history.can_redo,
            "done": steps[at].label,
            "undone": steps[at + 1].label if history.can_redo else "",
            "note": first.pitch,
            "velocity": first.velocity,
            "held_s": first.hold_s,
            "seconds": played.length_s,
            "take": None if take is None or take.is_trail else take.number,
            "asked": [one["text"] for one in draft.asked[-20:]],
            "from": dict(draft.origin),
            "trail": {
                "label": steps[at].label,
                "points": len(steps[at].trail),
                "seconds": round(steps[at].trail[-1][0] - steps[at].trail[0][0], 3)
                if steps[at].trail
                else 0.0,
            },
        }
    is_heard = heard is not None and heard.version == version and heard.audio is not None
    said["ready"] = is_heard
    said["lufs"] = heard.lufs if is_heard and heard is not None else None
    said["modulations"] = [
        {"name": f"modulation_{i}", "source": r.source, "destination": r.destination, "amount": r.amount}
        for i, r in enumerate(patch.routings, start=1)
    ]
    said["envelopes"] = envelopes(space, patch, first.hold_s)
    said["lfos"] = lfos(space, patch)
    said["wavetables"] = wavetables(instrument, patch)
    answer: dict[str, Any] = plain(said)
    return answer


def heard_event(draft_id: str, heard: Heard) -> dict[str, Any]:
    """What is told when a version can be heard, or cannot.

    `whole` is false of the first part, which is heard while the rest is on its way.
    """
    if heard.audio is None:
        return {"id": draft_id, "version": heard.version, "ready": False, "error": heard.error}
    return {
        "id": draft_id,
        "version": heard.version,
        "ready": True,
        "whole": heard.is_whole,
        "seconds": heard.audio.duration_s,
        "lufs": heard.lufs,
        "render_ms": round(1000.0 * heard.render_s, 1),
    }
