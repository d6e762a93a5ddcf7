"""How much closer does a larger library come?

    python benchmarks/library_size.py [--rows 2000,10000,50000] [--patches 30] [--library NAME] [--json]

For each sound of the CC0 set, and for the first patches of core-v1's, the 16 nearest rows of the library's first
2,000, 10,000 and 50,000 are played with the sound's own note, and the closest of them counts: what retrieval alone
finds. Prints medians, and the time of a look-up. A quarter of an hour on two cores.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matchbench import sets
from matchbench.sets import Sound

from patchpilot.audio import Target, listen
from patchpilot.errors import LibraryError
from patchpilot.experiment.run import run
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.objectives.closeness import CloseTo, performance_of
from patchpilot.retrieval.library import Library
from patchpilot.retrieval.places import best_library, find
from patchpilot.retrieval.searcher import SHORTLIST, Retrieval
from patchpilot.search.base import Context


@dataclass(frozen=True)
class Found:
    """What retrieval found for one sound in a library of one size.

    Attributes:
        set: of the sound.
        sound: its name.
        rows: of the library.
        distance: `logmel` of the closest of the shortlist.
        look_up_s: seconds until the shortlist was there.
    """

    set: str
    sound: str
    rows: int
    distance: float
    look_up_s: float


def first(library: Library, rows: int) -> Library:
    """The library that would have been built with fewer rows."""
    return dataclasses.replace(library, indices=library.indices[:rows], codes=library.codes[:rows])


def search(sound: Sound, target: Target, library: Library, synth: Instrument) -> Found:
    """The closest of the nearest rows."""
    searcher, context = Retrieval(library), Context(synth, performance_of(target), target)
    began = time.perf_counter()
    searcher.start(context)
    look_up_s = time.perf_counter() - began
    best = run(searcher, CloseTo(target.audio), context, keep=1, batch=SHORTLIST).best[0]
    return Found(sound.set, sound.name, len(library), -best.score, look_up_s)


def measured(asked: argparse.Namespace, synth: Instrument) -> Iterator[Found]:
    """All sounds in all sizes that the library has."""
    library = Library.load(find(asked.library)) if asked.library else best_library(synth)
    sizes = [rows for rows in asked.rows if rows <= len(library)] or [len(library)]
    smaller = [first(library, rows) for rows in sizes]
    chosen = [*sets.sounds("a", synth.space)[: asked.patches], *sets.sounds("b", synth.space)]
    for sound in chosen:
        target = listen(sound.played(synth))
        for one in smaller:
            yield search(sound, target, one, synth)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", default="2000,10000,50000", type=_numbers)
    parser.add_argument("--patches", type=int, default=30)
    parser.add_argument("--library", help="by default the one with most rows")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = []
    try:
        with instrument("vital") as synth:
            for one in measured(asked, synth):
                found.append(one)
                if asked.json:
                    print(json.dumps(dataclasses.asdict(one)), flush=True)
    except LibraryError as error:
        raise SystemExit(str(error)) from None
    if not asked.json:
        print(table(found))


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def table(found: Sequence[Found]) -> str:
    """Medians by set and size, as Markdown."""
    lines = ["| rows | core-v1 patches | CC0 one-shots | look-up |", "| --- | --- | --- | --- |"]
    for rows in sorted({one.rows for one in found}):
        here = [one for one in found if one.rows == rows]
        medians = [_median([one.distance for one in here if one.set == name]) for name in ("a", "b")]
        ms = 1000 * statistics.median(one.look_up_s for one in here)
        lines.append(f"| {rows:,} | {' | '.join(medians)} | {ms:.0f} ms |")
    return "\n".join(lines)


def _median(distances: Sequence[float]) -> str:
    return f"{statistics.median(distances):.2f} ({len(distances)})" if distances else ""


if __name__ == "__main__":
    main()
