"""Which of all that was found a user gets: the closest, really different, and some with nothing but knobs.

Who is among them is decided by the headline distance, `logmel`, so that the closest by it is always there. Their
order is that of a composite of several (see `composite`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from patchpilot.audio import F32, resample
from patchpilot.distance import at_common_level, band_distance, mel_bands
from patchpilot.distance.bands import SAMPLE_RATE
from patchpilot.instruments.base import Instrument, is_knobs_only
from patchpilot.search.base import Outcome

NEAR = 0.15
"""Sounds closer than this in `logmel` are one sound, found once more: 1 % noise on every knob is 0.23."""
FAR = 1.2
"""From here on `wording` calls a sound far; nobody needs it for the way in which it was found."""
MOST = 32
"""How many of the closest are looked at, of those with nothing but knobs and of the others each."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """One outcome that may become an answer.

    Attributes:
        outcome: with a take.
        knobs_only: whether all of its patch is knobs.
    """

    outcome: Outcome
    knobs_only: bool

    @property
    def distance(self) -> float:
        """From the target, >= 0; the mean where it was played with several of the engine's dice."""
        return -self.outcome.score

    @property
    def way(self) -> str:
        """How it was found, whoever refined it: the first of its searchers."""
        return self.outcome.proposal.searcher.partition("+")[0]

    @property
    def family(self) -> str:
        """Id of the take that it was refined from; its own where it was not."""
        proposal, take = self.outcome.proposal, self.outcome.take
        assert take is not None
        return proposal.parents[0] if "+" in proposal.searcher and proposal.parents else take.id

    @cached_property
    def bands(self) -> F32:
        """What the distance sees of its sound, float32 (frames, 96)."""
        assert self.outcome.take is not None
        sound = resample(self.outcome.take.audio, SAMPLE_RATE).mono()
        return mel_bands(at_common_level(sound))

    def is_like(self, other: Candidate) -> bool:
        """Whether they were found in one way, are built from the same things, and sound the same."""
        if (self.way, self.knobs_only) != (other.way, other.knobs_only):
            return False
        return band_distance(self.bands, other.bands) < NEAR


def candidates(outcomes: Iterable[Outcome], instrument: Instrument) -> list[Candidate]:
    """Each patch once, closest first; those that are like a closer one are left out.

    Of a patch and all that was refined from it only the closest stays: nothing is offered that its own refinement
    made worse, and no two answers are one patch with a knob between them.
    """
    ranked = sorted(
        (Candidate(one, is_knobs_only(instrument, one.proposal.patch)) for one in outcomes if one.take),
        key=lambda candidate: candidate.distance,
    )
    patches: dict[str, Candidate] = {}
    for candidate in ranked:
        patches.setdefault(candidate.outcome.proposal.patch.sha256, candidate)
    seen: dict[str, Candidate] = {}
    for candidate in patches.values():
        seen.setdefault(candidate.family, candidate)
    different: list[Candidate] = []
    for is_knobs in (True, False):
        for candidate in [one for one in seen.values() if one.knobs_only == is_knobs][:MOST]:
            if not any(candidate.is_like(other) for other in different):
                different.append(candidate)
    return sorted(different, key=lambda candidate: candidate.distance)


def chosen(different: Sequence[Candidate], top: int) -> list[Candidate]:
    """The answers, at most `top`, closest first.

    The closest is always there. One has nothing but knobs, if there is one and `top` is 2 or more; two from 5
    on. The closest of each way of finding is there, unless it is far from the target. The rest are the closest.

    Args:
        different: closest first, none like another.
        top: >= 1.
    """
    n_knobs = 0 if top < 2 else 1 if top < 5 else 2
    knobs = [one for one in different if one.knobs_only][:n_knobs]
    ways: dict[Hashable, Candidate] = {}
    for one in different:
        if one.distance < FAR:
            ways.setdefault(one.way, one)
    wanted = dict.fromkeys([*different[:1], *knobs, *ways.values(), *different])
    return sorted(list(wanted)[:top], key=lambda one: one.distance)


def bases(different: Sequence[Candidate], *, closest: int = 1, knobs: int = 3) -> list[Outcome]:
    """What a refinement starts from: the closest of all, and the closest with nothing but knobs; best first.

    Args:
        different: closest first, none like another.
        closest: how many of all.
        knobs: how many with nothing but knobs.
    """
    only_knobs = [one for one in different if one.knobs_only][:knobs]
    wanted = dict.fromkeys([*different[:closest], *only_knobs])
    return [one.outcome for one in sorted(wanted, key=lambda one: one.distance)]
