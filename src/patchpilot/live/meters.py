"""Tracks' output meters: all that AbletonOSC hears. Live moves them only while they are to be seen."""

from __future__ import annotations

import time
from dataclasses import dataclass

from patchpilot.live.answers import Refusal
from patchpilot.live.connection import Live
from patchpilot.live.link import TICK_S
from patchpilot.live.session import Session, TrackState
from patchpilot.live.wire import get

_METERS = ("output_meter_level", "output_meter_left", "output_meter_right")


@dataclass(frozen=True)
class Meter:
    """The highest that a track's meter showed.

    Attributes:
        track: name of the track.
        level: 0..1 as Live draws it, not a level in dB; None where it has no meter.
        left: likewise, of the left side.
        right: of the right side.
    """

    track: str
    level: float | None
    left: float | None
    right: float | None


def read_meters(live: Live, session: Session, seconds: float = 0.0) -> list[Meter]:
    """Meters of all tracks, now or their highest over some time; raises `LiveError`."""
    end = time.monotonic() + seconds
    best = _once(live, session.tracks)
    while time.monotonic() < end:
        time.sleep(TICK_S)
        best = [_higher(a, b) for a, b in zip(best, _once(live, session.tracks), strict=True)]
    return best


def _once(live: Live, tracks: tuple[TrackState, ...]) -> list[Meter]:
    answers = live.link.ask([get(f"/live/track/get/{name}", t.index) for t in tracks for name in _METERS])
    levels = [
        None if isinstance(a, Refusal) or not a or not isinstance(a[0], int | float) else float(a[0])
        for a in answers
    ]
    return [Meter(t.name, *levels[3 * k : 3 * k + 3]) for k, t in enumerate(tracks)]


def _higher(a: Meter, b: Meter) -> Meter:
    return Meter(
        a.track, *(_max(*pair) for pair in ((a.level, b.level), (a.left, b.left), (a.right, b.right)))
    )


def _max(a: float | None, b: float | None) -> float | None:
    return max((x for x in (a, b) if x is not None), default=None)
