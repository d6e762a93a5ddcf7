"""One sound matched: how close each way of finding came, how close the answers, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchbench.baselines import baselines
from matchbench.clock import comparing
from matchbench.sets import Sound, notes_of
from patchpilot.audio import Audio, listen
from patchpilot.distance import compare
from patchpilot.instruments.base import Instrument
from patchpilot.matching.match import match
from patchpilot.matching.result import Match, MatchResult
from patchpilot.search.base import Outcome

BASELINES = "baselines"
"""Stands where else the name of an effort does."""
DIGITS = 4
Record = dict[str, Any]


class StoppedError(Exception):
    """The user ended a match early: what it found is no measurement."""


class Nearest:
    """Keeps the closest outcome of each way of finding; give it to `match` as `on_outcome`.

    Attributes:
        by_method: outcomes with takes, by the searchers that made them ("retrieval+refinement").
        n_failed: renders that failed.
    """

    def __init__(self) -> None:
        self.by_method: dict[str, Outcome] = {}
        self.n_failed = 0

    def __call__(self, outcome: Outcome) -> None:
        """Hear of an outcome."""
        self.n_failed += outcome.take is None
        method = outcome.proposal.searcher
        best = self.by_method.get(method)
        if outcome.take is not None and (best is None or outcome.score > best.score):
            self.by_method[method] = outcome

    def distances(self, target: Audio, answers: Sequence[Match]) -> dict[str, Mapping[str, float]]:
        """All metrics by method; those of answers are known already."""
        known = {answer.take.id: answer.distance for answer in answers}
        found = {}
        for method, outcome in sorted(self.by_method.items()):
            assert outcome.take is not None
            found[method] = known.get(outcome.take.id) or compare(target, outcome.take.audio)
        return found


def matched(sound: Sound, instrument: Instrument, effort: str) -> Record:
    """The measurement of one match.

    Raises:
        StoppedError: the user ended it.
        PatchPilotError: the sound cannot be matched.
    """
    played = sound.played(instrument)
    nearest = Nearest()
    with comparing() as clock:
        result = match(played, instrument, effort=effort, on_outcome=nearest)
    if result.interrupted:
        raise StoppedError
    best = min(result.matches, key=_distance)
    knobs = min((one for one in result.matches if one.knobs_only), key=_distance, default=None)
    return {
        **_heard(sound, result),
        "seconds": result.seconds,
        "comparing_s": clock.seconds,
        "comparing": clock.by_name,
        "renders": result.n_renders,
        "failed": nearest.n_failed,
        "first": dict(result.matches[0].distance),
        "best": dict(best.distance),
        "best by": best.searcher,
        "knobs": dict(knobs.distance) if knobs else None,
        "methods": nearest.distances(result.target.audio, result.matches),
        "other dice": result.rows.get("best match, other engine seed"),
        "answers": [[answer.searcher, _distance(answer)] for answer in result.matches],
        "remarks": list(result.remarks),
    }


def _distance(answer: Match) -> float:
    """The headline distance, whatever the answers are ranked by."""
    return answer.distance["logmel"]


def compared(sound: Sound, instrument: Instrument) -> Record:
    """The baselines of one sound, as a record like that of a match.

    Raises:
        PatchPilotError: the sound cannot be listened to, or the engine fails.
    """
    target = listen(sound.played(instrument))
    return {"rows": baselines(sound, target, instrument)}


def _heard(sound: Sound, result: MatchResult) -> Record:
    """What was made of the sound; for a patch, whether the note is one that an oscillator of it plays."""
    target = result.target
    return {
        "note": target.note,
        "note heard": None if sound.patch is None else target.note in notes_of(sound.patch),
        "length_s": target.length_s,
    }


def rounded(value: Any) -> Any:
    """A record with its numbers cut to what means something."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, Mapping):
        return {name: rounded(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(part) for part in value]
    return value
