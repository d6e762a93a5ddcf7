"""A preset of your own, brought closer to a sound.

    python examples/refine_a_preset.py PRESET SOUND [CLOSER]

Refinement starts from what other searchers found. Here the only one is a searcher that proposes the preset. Prints
how far the preset is, and how far what became of it; the closest is written to CLOSER.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import patchpilot as pp
from patchpilot.matching.effort import renders_only
from patchpilot.search.base import Context, Outcome, Proposal

RENDERS = 48
"""Few, for an example: a match at default effort may take 200."""


class Mine:
    """Proposes one patch, and is done."""

    name = "mine"

    def __init__(self, patch: pp.Patch) -> None:
        self._left = [patch]

    def start(self, context: Context) -> None:
        """Nothing to prepare."""

    def ask(self, n: int) -> list[Proposal]:
        """The patch; then nothing."""
        patches, self._left = self._left[:n], self._left[n:]
        return [Proposal(patch, self.name, "my preset") for patch in patches]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing to learn."""


def main(preset: Path, sound: Path, closer: Path = Path("closer.vital")) -> None:
    """Refine with so many renders, not for so long: the same preset every time."""
    with pp.instrument("vital") as vital:
        patch, target = vital.load(preset), pp.listen(sound)
        before = pp.match(target, vital, using=[Mine(patch)], effort="quick")
        after = pp.match(target, vital, using=[Mine(patch)], refine=renders_only(RENDERS))
        for match in (*before.matches, *after.matches):
            print(f"{match.distance['logmel']:.3f}  {match.detail} ({match.found_by})")
        best = min(after.matches, key=lambda match: match.distance["logmel"])
        vital.export(best.patch, closer)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
