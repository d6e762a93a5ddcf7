"""A library: patches that nobody stored, drawn again from their numbers and looked up by how they sound.

    python examples/look_up_a_sound.py [SOUND]

Draws one patch of the prior that the shipped library is made of, and prints the patches of the library that come
closest to a sound: ranked by several distances, of which the headline is shown. `patchpilot library prior` prints
what they are drawn from.
"""

from __future__ import annotations

import sys
from pathlib import Path

import patchpilot as pp
from patchpilot.retrieval.places import best_library
from patchpilot.retrieval.searcher import Retrieval

SOUND = Path(__file__).parent / "sounds" / "tabla_tun1.flac"


def main(sound: Path = SOUND) -> None:
    """Draw a patch, and look a sound up."""
    with pp.instrument("vital") as vital:
        patch = vital.priors["core-v1"].draw(vital.space, seed=0, index=17)
        print(f"core-v1, seed 0, index 17: {patch.sha256[:12]}, {len(patch.routings)} modulations")

        library = best_library(vital)
        print(f"{library.name}: {len(library)} rows of {library.tried} patches")
        result = pp.match(sound, vital, using=[Retrieval(library, shortlist=6)], effort="quick", top=3)
        for match in result.matches:
            print(f"{match.rank}  {match.distance['logmel']:.3f}  {match.detail}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
