"""How close does `match` come, and how long does it take?

    python benchmarks/match.py [--sets a,a2,b] [--effort quick,default] [--limit N] [--json] [--again]
    python benchmarks/match.py --table      the summary of what was measured
    python benchmarks/match.py --readme     the same, written into README (--check: only compared)

Sets: `a` 200 patches of core-v1 and `a2` 100 of tier3-v1, from a seed that no library is made of, played by the
engine and given to `match` as audio, its note unknown; `b` 20 CC0 recordings. Each measurement is written to the
results file (`--out`) as soon as it is made; those that are there are not made again, so the program may be stopped
(Ctrl-C) and started any number of times. A set of 200 sounds takes more than an hour on two cores at default
effort: the summary says how many were done. Times are wall clock on the machine at hand.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from matchbench import sets, tables
from matchbench.measure import BASELINES, Record, StoppedError, compared, matched
from matchbench.results import FILE, Key, MixedError, Results, made_with
from matchbench.sets import Sound

from patchpilot.errors import PatchPilotError
from patchpilot.files import write_text
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.matching.effort import EFFORTS
from patchpilot.matching.match import match

WARM_UP = sets.SOUNDS / "bd_haus.flac"


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", default=",".join(sets.SETS), type=_names(sets.SETS))
    parser.add_argument("--effort", default="quick,default", type=_names(tuple(EFFORTS)))
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N sounds of each set")
    parser.add_argument("--again", action="store_true", help="measure anew what is in the results file")
    parser.add_argument("--out", type=Path, default=FILE, help="the results file")
    parser.add_argument("--json", action="store_true", help="print each measurement as it is written")
    parser.add_argument("--table", action="store_true", help="print the summary, and measure nothing")
    parser.add_argument("--readme", action="store_true", help="write the summary into README")
    parser.add_argument("--check", action="store_true", help="with --readme: only say whether it differs")
    return parser.parse_args()


def _names(known: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        names = tuple(name.strip() for name in text.split(","))
        if unknown := set(names) - set(known):
            there = ", ".join(known)
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: expected some of {there}")
        return names

    return parse


def wanted(asked: argparse.Namespace, synth: Instrument) -> Iterator[tuple[Sound, str]]:
    """What to measure: of each set the baselines first, then one effort after the other."""
    for name in asked.sets:
        for effort in (BASELINES, *asked.effort):
            for sound in sets.sounds(name, synth.space)[: asked.limit]:
                yield sound, effort


def measured(sound: Sound, synth: Instrument, effort: str) -> Record:
    """One measurement; that a sound cannot be matched is one too."""
    try:
        return compared(sound, synth) if effort == BASELINES else matched(sound, synth, effort)
    except PatchPilotError as error:
        return {"error": str(error)}


def warm_up(synth: Instrument) -> None:
    """A match before the clock: it starts the workers and loads the library.

    Raises:
        StoppedError: the user ended it.
    """
    if match(WARM_UP, synth, effort="quick").interrupted:
        raise StoppedError


def measure(asked: argparse.Namespace) -> Results:
    """Measure what is not in the results file; Ctrl-C ends it, and loses only the sound at hand."""
    with instrument("vital") as synth:
        results = Results(asked.out, made_with(synth))
        try:
            left = [
                (sound, effort)
                for sound, effort in wanted(asked, synth)
                if asked.again or (sound.set, sound.name, effort) not in results
            ]
            if left:
                warm_up(synth)
            for sound, effort in left:
                key = (sound.set, sound.name, effort)
                record = results.add(key, measured(sound, synth, effort))
                print(json.dumps(record) if asked.json else _line(key, record), flush=True)
        except (KeyboardInterrupt, StoppedError):
            print("stopped; what was finished is kept", file=sys.stderr)
    return results


def _line(key: Key, record: Record) -> str:
    name = " ".join(key)
    if "error" in record:
        return f"{name}: {record['error']}"
    if "rows" in record:
        return f"{name}: " + ", ".join(
            f"{row} {found['logmel']:.2f}" for row, found in record["rows"].items()
        )
    methods = ", ".join(f"{method} {found['logmel']:.3f}" for method, found in record["methods"].items())
    knobs = f"{record['knobs']['logmel']:.3f}" if record["knobs"] else "none"
    return (
        f"{name}: {record['best']['logmel']:.3f}, knobs-only {knobs}, {record['seconds']:.1f} s "
        f"({record['comparing_s'] / record['seconds']:.0%} comparing), note {record['note']} ({methods})"
    )


def into_readme(table: str, *, only_check: bool) -> None:
    """Write the summary into README, or end with an error where another stands there."""
    page = tables.read_page()
    new = tables.in_readme(table, page)
    if only_check and new != page:
        raise SystemExit("README's table is not what the results say: make bench-table")
    if not only_check:
        write_text(tables.README, new)


def main() -> None:
    """Measure, and print the summary; or only the latter."""
    asked = arguments()
    try:
        results = Results(asked.out) if asked.table or asked.readme else measure(asked)
    except MixedError as error:
        raise SystemExit(str(error)) from None
    table = tables.text(results)
    if asked.readme:
        into_readme(table, only_check=asked.check)
    elif not asked.json:
        print(table)


if __name__ == "__main__":
    main()
