"""Experiment 2: does it survive, and is the same patch the same sound?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from patchpilot.audio import Audio
from patchpilot.datasets.faults import FAILED, REASONS
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import EngineError
from patchpilot.experiment.viability.verdict import Size, Verdict
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch, Performance

MOST_FAILED = 0.01


def stability(instrument: Instrument, played: Dataset, size: Size) -> Verdict:
    """Count failed renders among all, and play some patches again in three orders.

    Args:
        instrument: what plays.
        played: the renders of the retrieval experiment.
        size: how many are played again.
    """
    rejected = played.rejected
    failed = rejected.get(REASONS[FAILED], 0)
    tried = played.tried
    rows = [played[row] for row in range(0, len(played), max(1, len(played) // size.repeats))][: size.repeats]
    pairs = [(row.patch, row.performance) for row in rows]
    first = _digests(instrument, pairs)
    backwards = _digests(instrument, pairs[::-1])[::-1]
    doubled = _digests(instrument, [pair for pair in pairs for _ in range(2)])[1::2]
    same = sum(a == b == c and a != "" for a, b, c in zip(first, backwards, doubled, strict=True))
    passed = failed <= MOST_FAILED * tried and same == len(pairs)
    said = (
        f"{failed} of {tried:,} renders failed (at most {MOST_FAILED:.0%}); {same} of {len(pairs)} patches are "
        "the same bytes in three orders (all)"
    )
    numbers = {"failed": failed, "tried": tried, "same": same, "repeated": len(pairs)}
    return Verdict("stability", passed, said, numbers, "give each render a process or an engine of its own")


def _digests(instrument: Instrument, pairs: Iterable[tuple[Patch, Performance]]) -> list[str]:
    """Of each sound; "" where there is none."""
    found = {at: _digest(result) for at, result in instrument.stream(iter(pairs))}
    return [found[at] for at in sorted(found)]


def _digest(result: Audio | EngineError) -> str:
    return hashlib.sha256(result.samples.tobytes()).hexdigest() if isinstance(result, Audio) else ""
