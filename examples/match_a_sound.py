"""A sound in, Vital presets out.

    python examples/match_a_sound.py [SOUND [FOLDER]]

Prints how close each match comes, and writes presets and previews to FOLDER. With `effort="quick"`, which takes
seconds and refines nothing; leave it out for the whole search.
"""

from __future__ import annotations

import sys
from pathlib import Path

import patchpilot as pp
from patchpilot.audio import save
from patchpilot.distance import wording

SOUND = Path(__file__).parent / "sounds" / "tabla_tun1.flac"


def main(sound: Path = SOUND, folder: Path = Path("out/example")) -> None:
    """Match one sound."""
    folder.mkdir(parents=True, exist_ok=True)
    with pp.instrument("vital") as vital:
        target = pp.listen(sound)
        print(f"heard note {target.note}, held {target.hold_s:.2f} s of {target.length_s:.2f} s")
        result = pp.match(target, vital, top=3, effort="quick")
        for match in result.matches:
            distance = match.distance["logmel"]
            print(f"{match.rank}  {distance:.3f}  {wording(distance)}")
            vital.export(match.take.patch, folder / f"{match.rank}.vital")
            save(match.take.audio, folder / f"{match.rank}.wav")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
