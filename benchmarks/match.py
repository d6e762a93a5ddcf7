"""How close does `match` come, and how long does it take?

    python benchmarks/match.py [--json] [SOUND…]

Prints, for every sound of the frozen set, the active-cell log-mel distance of the best match over the sound's
length plus 0.2 s, beside what such a number means: silence, the init patch, a random patch, and the best match
with other engine dice (the floor). Times are wall clock on the machine at hand; compare them within one run only.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path

from patchpilot.instruments.base import instrument
from patchpilot.matching.match import match
from patchpilot.matching.result import MatchResult
from patchpilot.space import Patch, Performance

SOUNDS = Path(__file__).parent / "sounds"
UNPITCHED = ("bd_haus", "bd_tek", "drum_cymbal_closed", "sn_dub")
"""Sounds of the set without a note; the others have one."""
GOALS = {"with a pitch": 0.38, "all": 0.50}


def row(sound: Path, result: MatchResult) -> dict[str, object]:
    """The figures of one sound."""
    best = result.matches[0]
    return {
        "sound": sound.stem,
        "pitched": sound.stem not in UNPITCHED,
        "note": result.target.note,
        "distance": best.distance["logmel"],
        "seconds": result.seconds,
        **{name: distances["logmel"] for name, distances in result.rows.items()},
        "source": best.take.origin.detail,
    }


def main() -> None:
    """Match every sound and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sounds", nargs="*", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    sounds = arguments.sounds or sorted(SOUNDS.glob("*.flac"))
    synth = instrument("vital")
    synth.render(Patch.make(synth.space), Performance())  # start the workers before the clock
    rows = []
    for sound in sounds:
        rows.append(row(sound, match(sound, synth)))
        print(json.dumps(rows[-1]) if arguments.json else _line(rows[-1]), flush=True)
    synth.close()
    if not arguments.json:
        _summary(rows)


def _line(figures: dict[str, object]) -> str:
    numbers = [
        f"{name} {value:.3f}"
        for name, value in figures.items()
        if isinstance(value, float) and name not in ("distance", "seconds")
    ]
    return (
        f"{figures['sound']!s:<20} note {figures['note']!s:>3}  {figures['distance']:.3f}  "
        f"{figures['seconds']:.2f} s  {figures['source']}  ({', '.join(numbers)})"
    )


def _summary(rows: list[dict[str, object]]) -> None:
    groups = {"with a pitch": [r for r in rows if r["pitched"]], "all": rows}
    for name, group in groups.items():
        if group:
            median = statistics.median(float(str(r["distance"])) for r in group)
            seconds = statistics.median(float(str(r["seconds"])) for r in group)
            goal = GOALS[name]
            print(f"{name}: median {median:.3f} (goal {goal:.2f}), median time {seconds:.2f} s (goal 2 s)")


if __name__ == "__main__":
    main()
