"""Fixes for gaps: each is tried out on the audio, and what does not help is not offered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from patchpilot.tracks.fix.again import measured_again
from patchpilot.tracks.fix.candidate import Candidate
from patchpilot.tracks.fix.desk import Desk
from patchpilot.tracks.fix.feedback import Feedback
from patchpilot.tracks.fix.fix import Fix
from patchpilot.tracks.fix.rules import advice, candidates
from patchpilot.tracks.gap import Gap
from patchpilot.tracks.gap.find import level_matched
from patchpilot.tracks.profile import MIX, Feature, Measured, Usual
from patchpilot.tracks.track import Track

AMOUNTS = (1.0, 0.6)
HELPS = 0.2
"""The least part of a gap that a fix has to close."""
_CLEARLY, _ENOUGH = 0.2, 0.5
"""A later way closes so much more of the gap than an earlier one to be taken; after this much none is sought."""
_HARM = 1.03
"""The whole may get farther from the profile by no more than this factor."""
_MOST_SPREADS = 6.0


def fixes(
    track: Track,
    one: Measured,
    desk: Desk,
    found: Sequence[Gap],
    known: Mapping[Feature, Usual],
    feedback: Feedback | None = None,
) -> Iterator[Fix]:
    """What may be done about each gap, in their order; a fix without moves is advice.

    Args:
        track: its analysis.
        one: its numbers.
        desk: its mix and stems.
        found: gaps, as many as are to be looked at.
        known: what is usual.
        feedback: what was said of earlier fixes: it orders the gaps, and scales amounts.
    """
    memory = feedback or Feedback()
    for gap in sorted(found, key=lambda gap: -gap.priority * memory.weight(gap.key)):
        best: Fix | None = None
        for candidate in candidates(gap, one.values, desk.stems):
            scaled = [amount * memory.amount(gap.key) for amount in AMOUNTS]
            tries = [tried(track, one, desk, gap, candidate, amount, known) for amount in scaled]
            better = max((fix for fix in tries if fix is not None), key=lambda fix: fix.closed, default=None)
            if better is not None and (best is None or better.closed > best.closed + _CLEARLY):
                best = better
            if best is not None and best.closed > _ENOUGH:
                break
        if best is None:
            yield Fix(gap, None, advice=advice(gap))
        else:
            yield Fix(gap, best.candidate, best.amount, best.after, best.confidence * memory.weight(gap.key))


def tried(
    track: Track,
    one: Measured,
    desk: Desk,
    gap: Gap,
    candidate: Candidate,
    amount: float,
    known: Mapping[Feature, Usual],
) -> Fix | None:
    """A candidate done to the audio and measured again; None where it does not help, or harms more."""
    steps, _ = candidate.at(amount)
    stems = tuple(dict.fromkeys(step.target for step in steps if step.target != MIX))
    again = measured_again(track, one, desk.after(steps), gap.group, stems)
    values = level_matched(again, known)
    if gap.feature not in values:
        return None
    fix = Fix(gap, candidate, amount, values[gap.feature])
    before = far(level_matched(one, known), known)
    if fix.closed < HELPS or far(values, known) > _HARM * before:
        return None
    return Fix(gap, candidate, amount, fix.after, confidence(fix))


def confidence(fix: Fix) -> float:
    """0..1: by how far off the gap is, by how many tracks say so, and by how much of it was closed."""
    known = 1.0 - np.exp(-fix.gap.usual.tracks / 5.0)
    sure = 1.0 - np.exp(-((abs(fix.gap.spreads) / 2.0) ** 2))
    return float(np.clip(known * sure * min(1.0, 0.4 + fix.closed), 0.0, 1.0))


def far(values: Mapping[Feature, float], known: Mapping[Feature, Usual]) -> float:
    """Distance of all that can be compared, in spreads (root mean square)."""
    spreads = [
        min(abs(known[f].spreads(v)), _MOST_SPREADS) for f, v in values.items() if f.kind.group != "form"
    ]
    return float(np.sqrt(np.mean(np.square(spreads)))) if spreads else 0.0
