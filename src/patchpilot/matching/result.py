"""What a match is: ranked takes, their distances, and what they are measured against."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from patchpilot.audio import Audio, Target
from patchpilot.instruments.take import Take
from patchpilot.matching.composite import PARTS, composite
from patchpilot.space import Patch, Performance


@dataclass(frozen=True, eq=False)
class Match:
    """One answer.

    Attributes:
        rank: 1 for the best, by the composite of several distances.
        take: its patch, audio and origin.
        distance: by metric name; "logmel" is the headline. Lower is closer, but for "rms_cosine".
        knobs_only: whether it uses built-in wavetables only, so that all of it is knobs.
        remarks: plain sentences for the user.
    """

    rank: int
    take: Take
    distance: Mapping[str, float]
    knobs_only: bool
    remarks: tuple[str, ...] = ()

    @property
    def composite(self) -> float:
        """What ranks: several distances at once, lower is closer; NaN where one of them was not measured."""
        return composite(self.distance) if set(PARTS) <= set(self.distance) else math.nan

    @property
    def searcher(self) -> str:
        """Who found it: names of searchers, the first first ("retrieval+refinement")."""
        return self.take.origin.searcher

    @property
    def found_by(self) -> str:
        """The same as a phrase: "retrieval, then refinement"."""
        return ", then ".join(self.searcher.split("+"))

    @property
    def detail(self) -> str:
        """In plain words, how the patch was made."""
        return self.take.origin.detail or self.searcher

    @property
    def patch(self) -> Patch:
        """What the instrument is told."""
        return self.take.patch

    @property
    def audio(self) -> Audio:
        """What it plays, with the target's performance."""
        return self.take.audio


@dataclass(frozen=True, eq=False)
class MatchResult:
    """All answers to one sound.

    Attributes:
        target: the sound as it was listened to.
        performance: what every match was played with.
        instrument: name of the instrument.
        matches: best first.
        rows: the headline distance of "silence", "init patch", "random patch" and "best match, other engine
            seed": what a number means.
        seconds: time from the sound to the answers.
        remarks: plain sentences for the user.
        effort: name of the effort.
        n_renders: how often the engine played in search of them.
        interrupted: whether the user ended the search early, so that these are the best so far.
    """

    target: Target
    performance: Performance
    instrument: str
    matches: tuple[Match, ...]
    rows: Mapping[str, Mapping[str, float]]
    seconds: float
    remarks: tuple[str, ...] = ()
    effort: str = ""
    n_renders: int = 0
    interrupted: bool = False

    @property
    def name(self) -> str:
        """What the sound is called: its file's name without the ending; "?" for what of it is no text."""
        stem = self.target.source.stem if self.target.source else "sound"
        return stem.encode(errors="replace").decode()

    def __len__(self) -> int:
        return len(self.matches)

    def __getitem__(self, index: int) -> Match:
        """The match at `index`, 0 for the closest."""
        return self.matches[index]
