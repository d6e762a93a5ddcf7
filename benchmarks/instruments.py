"""How close does `match` come on instruments that nobody wrote searchers for: a rack in Faust, a plug-in?

    python benchmarks/instruments.py [--instruments NAME,NAME] [--limit N] [--rows 4000] [--effort default]
    python benchmarks/instruments.py --table      the table of what was measured

Targets: patches of the instrument's own prior, from a seed that no library is made of, at assorted notes. Those that
hardly sound are skipped, and those that still sound at the end: of a recording that breaks off, no patch makes the last
0.2 s. `match` gets audio and is told the note, its key and how long it was held, for many of these patches have no
pitch and no release that could be heard, and searching is what is measured. Rows, by the headline distance:

init                   the patch of all defaults
nearest                the best of the ten that lie nearest in a library of 4,000 patches of the prior, once they are
                       played with the target's own note
true patch             with other engine dice, where it draws any: the floor
match                  with that library
match, no library      from patches that are drawn

The effort's cap of seconds is lifted, so that the figures do not depend on how fast the machine is; how long a match
took is told. The library is built first (minutes), and kept in the cache folder. Each measurement is written as soon as
it is made, to one file for each instrument; those that are there are not made again. A file holds measurements of one
engine and one library.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matchbench.library import library
from matchbench.measure import Record
from matchbench.results import MixedError, Results, made_with
from matchbench.sets import BENCHMARKS, SEED

from patchpilot.audio import Audio, Target, listen
from patchpilot.audio.faults import is_silent
from patchpilot.distance import LogMel
from patchpilot.errors import PatchPilotError
from patchpilot.experiment.run import run
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.matching.effort import Effort, effort_of
from patchpilot.matching.match import match
from patchpilot.objectives.closeness import CloseTo, performance_of
from patchpilot.retrieval.searcher import Retrieval
from patchpilot.search.base import Context
from patchpilot.space import Patch, Performance

INSTRUMENTS = (f"rack:{BENCHMARKS.parent / 'examples' / 'racks' / 'mono.rack.json'}", "plugin:amsynth")
FOLDER = BENCHMARKS / "results" / "instruments"
TARGETS = 24
SHORTLIST = 10
HOLD_S, LENGTH_S = 1.0, 2.5
"""Of each target."""
ENDED_DB, END_S = -40.0, 0.05
"""A sound has ended where its last part is so far below the loudest one."""
NOTES = (36, 43, 48, 52, 57, 60, 64, 72)
PASSES = (("init", "nearest", "true patch", "match"), ("match, no library",))
"""Rows that are measured target by target, one pass after the other."""
ROWS = tuple(row for rows in PASSES for row in rows)


@dataclass(frozen=True, eq=False)
class Wanted:
    """A sound that an instrument made.

    Attributes:
        name: place of its patch in the prior's sequence, and its note.
        note: MIDI.
        patch: that made it.
        sound: what `match` gets.
    """

    name: str
    note: int
    patch: Patch
    sound: Audio


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--instruments", default=",".join(INSTRUMENTS), help="names as `--instrument` takes them"
    )
    parser.add_argument("--limit", type=int, default=TARGETS, help="how many targets of each")
    parser.add_argument("--rows", type=int, default=4000, help="of the library")
    parser.add_argument("--effort", default="default")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the results")
    parser.add_argument("--table", action="store_true", help="print the table, and measure nothing")
    return parser.parse_args()


def targets(synth: Instrument, n: int) -> Iterator[Wanted]:
    """The first patches of the prior's sequence that sound, each at a note of its own."""
    prior = next(iter(synth.priors.values()))
    found = index = 0
    while found < n:
        pitch = int(np.random.default_rng((SEED, index)).choice(NOTES))
        patch = prior.draw(synth.space, SEED, index)
        sound = synth.render(patch, Performance.one_note(pitch, hold_s=HOLD_S, length_s=LENGTH_S))
        if not is_silent(sound) and has_ended(sound):
            found += 1
            yield Wanted(f"{index:04d} at {pitch}", pitch, patch, sound)
        index += 1


def has_ended(sound: Audio) -> bool:
    """Whether hardly anything is left of a sound at its end."""
    n = round(END_S * sound.sample_rate)
    mono = sound.mono().astype(np.float64)
    levels = np.sqrt(np.square(mono[len(mono) % n :].reshape(-1, n)).mean(axis=1))
    return bool(levels[-1] < levels.max() * 10.0 ** (ENDED_DB / 20.0))


def measured(row: str, wanted: Wanted, synth: Instrument, effort: Effort) -> Record:
    """One row of a target."""
    target = dataclasses.replace(listen(wanted.sound, note=wanted.note, whole=True), hold_s=HOLD_S)
    if row.startswith("match"):
        return matched(target, synth, effort, None if row == "match" else ("drawn",))
    played = performance_of(target)
    if row == "nearest":
        context = Context(synth, played, target, engine_seeds=effort.engine_seeds)
        near = run(Retrieval(shortlist=SHORTLIST), CloseTo(target.audio), context)
        return {"logmel": -near.best[0].score}
    patch = Patch.make(synth.space) if row == "init" else wanted.patch
    return {"logmel": LogMel(target.audio)(synth.render(patch, played.with_seed(int(row != "init"))))}


def matched(target: Target, synth: Instrument, effort: Effort, using: Sequence[str] | None) -> Record:
    """A match, by its closest answer."""
    result = match(target, synth, effort=effort, using=using)
    if result.interrupted:
        raise KeyboardInterrupt
    best = min(result.matches, key=lambda answer: answer.distance["logmel"])
    figures = {"logmel": best.distance["logmel"], "by": best.searcher, "detail": best.detail}
    return {**figures, "seconds": result.seconds, "renders": result.n_renders}


def measure(name: str, asked: argparse.Namespace) -> Results:
    """Measure what is not in the instrument's file; Ctrl-C ends it, and loses only the row at hand."""
    effort = dataclasses.replace(effort_of(asked.effort), seconds=math.inf)
    with instrument(name) as synth:
        library(synth, asked.rows)
        results = Results(file_of(name, asked.out), made_with(synth))
        wanted = list(targets(synth, asked.limit))
        for row, one in ((row, one) for rows in PASSES for one in wanted for row in rows):
            key = (effort.name, one.name, row)
            if key not in results:
                figures = results.add(key, measured(row, one, synth, effort))
                print(f"{synth.name} {one.name}: {row} {figures['logmel']:.3f}", flush=True)
    return results


def file_of(name: str, folder: Path) -> Path:
    """The results of an instrument."""
    return folder / f"{Path(name.partition(':')[2] or name).name.partition('.')[0]}.jsonl"


def table(results: Sequence[Results]) -> str:
    """Medians, as Markdown."""
    figures = [medians(each) for each in results]
    lines = [["", *(each.path.stem for each in results)], ["---"] * (len(results) + 1)]
    lines += [
        [name, *(each.get(name, "") for each in figures)]
        for name in dict.fromkeys(n for f in figures for n in f)
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def medians(results: Results) -> dict[str, str]:
    """What stands in the column of an instrument; of how many targets, where not of all."""
    found: dict[str, dict[str, Record]] = {}
    for record in results:
        found.setdefault(record["sound"], {})[record["effort"]] = record
    said = {"targets": str(len(found))}
    for name in ROWS:
        there = [rows for rows in found.values() if {name, "nearest"} <= set(rows)]
        if not there:
            continue
        of = f" ({len(there)})" if len(there) < len(found) else ""
        own, near = ([rows[row]["logmel"] for rows in there] for row in (name, "nearest"))
        said[name] = f"{statistics.median(own):.2f}{of}"
        if name in PASSES[0][-1:] + PASSES[1]:
            ratios = [b / max(a, 1e-3) for a, b in zip(own, near, strict=True)]
            said[f"– nearest / {name}"] = f"{statistics.median(near) / statistics.median(own):.2f} ×"
            said["– median of the ratios, " + name] = f"{statistics.median(ratios):.2f} ×"
            for figure in ("seconds", "renders"):
                said[f"– {figure}, {name}"] = f"{statistics.median(rows[name][figure] for rows in there):.0f}"
    return said


def main() -> None:
    """Measure, and print the table."""
    asked = arguments()
    names = asked.instruments.split(",")
    try:
        made = [Results(file_of(name, asked.out)) if asked.table else measure(name, asked) for name in names]
    except KeyboardInterrupt:
        raise SystemExit("stopped; what was finished is kept") from None
    except (MixedError, PatchPilotError) as error:
        raise SystemExit(str(error)) from None
    print(table(made))


if __name__ == "__main__":
    main()
