"""The `Fix` noun: a gap, moves that close it, and what trying them out has shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from patchpilot.tracks.fix.candidate import Candidate
from patchpilot.tracks.fix.step import BUS, Step
from patchpilot.tracks.gap import Gap
from patchpilot.tracks.moves import Move
from patchpilot.tracks.profile import MIX
from patchpilot.tracks.profile.kinds import amount as said
from patchpilot.tracks.profile.kinds import tracks_of_yours


@dataclass(frozen=True)
class Fix:
    """What may be done about a gap.

    Attributes:
        gap: that it is about.
        candidate: how; None where only words help.
        amount: 0..1 of what would be needed, or is safe.
        after: the gap's value after it was tried, in the feature's unit; None where nothing was tried.
        confidence: 0..1.
        advice: what a person may do where there is no move.
    """

    gap: Gap
    candidate: Candidate | None
    amount: float = 1.0
    after: float | None = None
    confidence: float = 0.0
    advice: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is done to the sound."""
        return self.candidate.at(self.amount)[0] if self.candidate is not None else ()

    @property
    def closed(self) -> float:
        """Part of the gap that is closed, up to 1; below 0 it is wider."""
        if self.after is None or self.gap.difference == 0.0:
            return 0.0
        return 1.0 - abs(self.after - self.gap.usual.median) / abs(self.gap.difference)

    @property
    def by_hand(self) -> str:
        """What a person must do besides, or instead; "" for nothing."""
        return self.candidate.by_hand if self.candidate is not None else self.advice

    @property
    def reason(self) -> str:
        """A sentence: what, by how much, and why."""
        gap = self.gap
        unit = gap.feature.kind.unit
        off = said(gap.difference, unit, signed=True)
        why = f"{gap.feature.words} is {off} against {tracks_of_yours(gap.usual.tracks)}"
        if self.candidate is None:
            return f"{self.advice}: {why}"
        targets = list(dict.fromkeys(BUS if step.target == MIX else step.target for step in self.steps))
        where = targets[0] if len(targets) == 1 else "each"
        left = (
            ""
            if self.after is None
            else f"; tried out, {said(self.after - gap.usual.median, unit, signed=True)} is left"
        )
        return f"{where}, {self.candidate.title}: {self.candidate.at(self.amount)[1]}: {why}{left}"

    @property
    def moves(self) -> tuple[Move, ...]:
        """For `patchpilot live apply`; none where it is to be drawn as automation."""
        if self.candidate is None or self.candidate.automated:
            return ()
        return tuple(
            move for step in self.steps for move in step.moves(self.reason, round(self.confidence, 2))
        )

    def scaled(self, part: float) -> Fix:
        """A part of it, 0..1; how much that closes was not tried."""
        return replace(self, amount=self.amount * part, after=self.after if part == 1.0 else None)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "gap": self.gap.to_json(),
            "reason": self.reason,
            "amount": round(self.amount, 3),
            "confidence": round(self.confidence, 3),
            "after": None if self.after is None else round(self.after, 4),
            "closed": None if self.after is None else round(self.closed, 3),
            "by_hand": self.by_hand,
            "moves": [move.to_json() for move in self.moves],
        }
