"""The dense construction as drafts."""

from __future__ import annotations

from dataclasses import dataclass

from patchpilot.audio import F32, Target
from patchpilot.distance import band_distance
from patchpilot.search.resynthesis.dense.analysis import analyze
from patchpilot.search.resynthesis.dense.build import Design, candidates, correct, design, finish
from patchpilot.search.resynthesis.dense.loop import measured
from patchpilot.search.resynthesis.dense.write import write
from patchpilot.search.resynthesis.sketch import Sketch

AS_SIMULATED = 0.03
"""How much farther than in simulation a render may be: the simulation has made up for the rest."""


@dataclass(frozen=True, eq=False)
class DenseDraft:
    """Oscillators on sub-octave grids, at some stage of their correction.

    Attributes:
        design: the oscillators.
        note: MIDI note that gives the target.
    """

    design: Design
    note: int

    @property
    def detail(self) -> str:
        """In plain words, how the patch makes the sound."""
        sweep = "a pitch sweep, " if self.design.options.sweep else ""
        return f"{sweep}partials and noise on fine grids of {self._grids} Hz"

    @property
    def _grids(self) -> str:
        return " and ".join(f"{layer.f0_hz:.1f}" for layer in self.design.layers if layer.sweep is None)

    def sketch(self) -> Sketch:
        """The patch in Vital's terms."""
        return write(self.design.layers, self.design.envelope, self.design.goal, self.note)

    def corrected(self, rendered: F32) -> list[DenseDraft]:
        """One draft that makes up for most of what `rendered` (n,) lacks, none where it is as simulated."""
        goal = self.design.goal
        heard = band_distance(goal.mel, measured(rendered, goal))
        if heard < self.design.gap + AS_SIMULATED:
            return []
        return [DenseDraft(correct(self.design, rendered), self.note)]


def drafts(target: Target) -> list[DenseDraft]:
    """The two best constructions as far as simulation tells."""
    analysis = analyze(target)
    drafted = [design(analysis, options) for options in candidates(analysis)]
    return [DenseDraft(made, target.note) for made in finish(analysis, drafted)]
