"""How a run went: the best score so far by renders, whole and in its parts."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from patchpilot.errors import ParameterError, PatchError
from patchpilot.experiment import trace
from patchpilot.experiment.snapshot import Progress

MOST_POINTS = 200
Curve = list[tuple[int, float]]
"""(renders, score), …"""


@dataclass(frozen=True)
class Course:
    """How a run went.

    Attributes:
        curve: the best score so far, where it grew, and at the end.
        parts: of each part of the objective, what it was in that best take.
    """

    curve: Curve
    parts: dict[str, Curve]


class Courses:
    """Courses of runs; a run that did not go on since is not read again.

    Args:
        workspace: whose; it is not needed.
    """

    def __init__(self, workspace: object) -> None:  # noqa: ARG002 (parts are made of their workspace)
        self._lock = threading.Lock()
        self._known: dict[Path, tuple[int, Course]] = {}

    def of(self, folder: Path, progress: Progress) -> Course:
        """That of a run; an empty one where its trace is damaged or nothing was tried."""
        with self._lock:
            known = self._known.get(folder)
            if known is None or known[0] != progress.trace_bytes:
                known = self._known[folder] = (progress.trace_bytes, course(folder, progress))
            return known[1]


def course(folder: Path, progress: Progress) -> Course:
    """Read how a run went."""
    best, n = float("-inf"), 0
    curve: Curve = []
    parts: dict[str, Curve] = {}
    try:
        for n, tried in enumerate(trace.read(folder, progress.trace_bytes), start=1):
            scores = tried.step.scores
            score = sum(scores.values())
            if tried.step.error or not scores or score <= best:
                continue
            best = score
            curve.append((n, score))
            for name, value in scores.items():
                parts.setdefault(name, []).append((n, value))
    except (ParameterError, PatchError):
        return Course([], {})
    if curve and curve[-1][0] < n:
        curve.append((n, best))
        for one in parts.values():
            one.append((n, one[-1][1]))
    return Course(thinned(curve), {name: thinned(one) for name, one in parts.items()})


def thinned(curve: Sequence[tuple[int, float]]) -> Curve:
    """At most 200 points, the first and the last among them."""
    if len(curve) <= MOST_POINTS:
        return list(curve)
    places = {round(i * (len(curve) - 1) / (MOST_POINTS - 1)) for i in range(MOST_POINTS)}
    return [point for i, point in enumerate(curve) if i in places]
