"""Drafts of a pitched sound: harmonics of its fundamental over time, and what is left as noise."""

from __future__ import annotations

from dataclasses import dataclass

from patchpilot.audio import F32, Target
from patchpilot.search.resynthesis.harmonic import analysis, plan
from patchpilot.search.resynthesis.harmonic.analysis import Heard
from patchpilot.search.resynthesis.harmonic.correction import correct
from patchpilot.search.resynthesis.harmonic.patch import realise
from patchpilot.search.resynthesis.harmonic.plan import Plan
from patchpilot.search.resynthesis.sketch import Sketch

_STRENGTHS = (1.15, 0.9)
"""A little more than the whole difference, for neighbouring bands leak; a little less, for safety."""
_MIN_TAIL_S = 0.1
_MAX_DRAFTS = 3


@dataclass(frozen=True, eq=False)
class HarmonicDraft:
    """A `Draft` made of harmonic frames.

    Attributes:
        plan: what it is made of.
        heard: the target.
    """

    plan: Plan
    heard: Heard

    @property
    def detail(self) -> str:
        """In plain words, how the patch makes the sound."""
        moving = "moving " if self.plan.motion.moves else ""
        return f"{moving}harmonic frames of {self.plan.f0_hz:.1f} Hz and a noise-like residue"

    def sketch(self) -> Sketch:
        """The patch in Vital's terms."""
        return realise(self.plan)

    def corrected(self, rendered: F32) -> list[HarmonicDraft]:
        """Two drafts that make up for what `rendered` (n,) mono lacks, by a little too much and too little."""
        plans = correct(self.plan, self.heard, rendered, strengths=_STRENGTHS)
        return [HarmonicDraft(p, self.heard) for p in plans]


def drafts(target: Target) -> list[HarmonicDraft]:
    """Constructions of a sound as harmonics, best guess first.

    Args:
        target: any sound, though one without a pitch will need its luck.

    Returns:
        1 to 3 drafts, to be played at `target.note` for `target.hold_s`.

    Raises:
        AudioError: the target is empty, silent or not finite.
    """
    heard = analysis.hear(target)
    views = analysis.views(heard)
    plans = [plan.make(heard, view) for view in views]
    if heard.holds and heard.duration_s - heard.hold_s > _MIN_TAIL_S:
        plans.insert(1, plan.make(heard, views[0], tail=True))
    return [HarmonicDraft(p, heard) for p in plans[:_MAX_DRAFTS]]
