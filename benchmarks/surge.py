"""How close does `match` come to Surge's factory patches, against the nearest of 4,000 drawn patches?

    python benchmarks/surge.py [--limit N] [--rows 4000] [--effort default]
    python benchmarks/surge.py --table      the table of what was measured

Needs Surge's Python module and its data folder (docs/surge.md). Targets: factory patches in an order that a seed
decides, each rendered by Surge itself at a note of its own; those that are silent there (they wait for audio) are
passed over. `match` gets the audio and is told the note and how long it was held. Distances are the headline distance:

nearest     the best of the ten that lie nearest in a library of 4,000 patches of "core-v1", once they are played
match       the closest answer of `match` with that library
reload      between the closest answer and its `.fxp`, read by Surge alone, without the note that we leave in it

The effort's cap of seconds is lifted, so that figures do not depend on how fast the machine is. Each measurement is
written as soon as it is made; those that are there are not made again. The library is built first, goes on where it was
stopped, and is kept in the cache folder.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import random
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from matchbench.library import library
from matchbench.measure import Record
from matchbench.results import MixedError, Results, made_with
from matchbench.sets import BENCHMARKS, SEED

from patchpilot.audio import Audio, Target, listen
from patchpilot.audio.faults import is_silent
from patchpilot.datasets.presets.files import preset_files
from patchpilot.distance import LogMel
from patchpilot.errors import PatchPilotError
from patchpilot.experiment.run import run
from patchpilot.files import write_bytes
from patchpilot.instruments.base import instrument
from patchpilot.instruments.surge.document import fxp
from patchpilot.instruments.surge.surge import Surge
from patchpilot.matching.effort import Effort, effort_of
from patchpilot.matching.match import match
from patchpilot.objectives.closeness import CloseTo, performance_of
from patchpilot.retrieval.searcher import Retrieval
from patchpilot.search.base import Context
from patchpilot.space import Performance

FILE = BENCHMARKS / "results" / "surge.jsonl"
TARGETS, SHORTLIST = 30, 10
HOLD_S, LENGTH_S = 1.0, 2.5
NOTES = (36, 43, 48, 52, 57, 60, 64, 72)
ROWS = ("nearest", "match", "reload")
GOAL = 2.0
SET = "factory"


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limit", type=int, default=TARGETS, help="how many patches")
    parser.add_argument("--rows", type=int, default=4000, help="of the library")
    parser.add_argument("--effort", default="default")
    parser.add_argument("--out", type=Path, default=FILE, help="file of the results")
    parser.add_argument("--table", action="store_true", help="print the table, and measure nothing")
    return parser.parse_args()


def targets(synth: Surge, n: int) -> Iterator[tuple[str, int, Audio]]:
    """Name, note and sound of the first factory patches that sound, in the order of the seed."""
    if synth.place.data is None:
        raise SystemExit("Surge's data folder was not found: name it by SURGE_DATA_HOME")
    files = preset_files([synth.place.data / "patches_factory"], synth.suffix)
    order = random.Random(SEED)
    order.shuffle(files)
    for file in files:
        note = order.choice(NOTES)
        if n == 0:
            return
        sound = synth.render(synth.load(file.path), played(note))
        if not is_silent(sound):
            n -= 1
            yield f"{file.name} at {note}", note, sound


def played(note: int) -> Performance:
    """What a factory patch plays."""
    return Performance.one_note(note, hold_s=HOLD_S, length_s=LENGTH_S)


def rows_of(note: int, sound: Audio, synth: Surge, effort: Effort) -> Iterator[tuple[str, Record]]:
    """All rows of a target, as they are measured."""
    target = dataclasses.replace(listen(sound, note=note, whole=True), hold_s=HOLD_S)
    context = Context(synth, performance_of(target), target, engine_seeds=effort.engine_seeds)
    near = run(Retrieval(shortlist=SHORTLIST), CloseTo(target.audio), context)
    yield "nearest", {"logmel": -near.best[0].score}
    yield from matched(target, synth, effort)


def matched(target: Target, synth: Surge, effort: Effort) -> Iterator[tuple[str, Record]]:
    """A match by its closest answer, and whether its preset sounds the same."""
    result = match(target, synth, effort=effort)
    if result.interrupted:
        raise KeyboardInterrupt
    best = min(result.matches, key=lambda answer: answer.distance["logmel"])
    figures = {"logmel": best.distance["logmel"], "by": best.searcher, "detail": best.detail}
    yield "match", {**figures, "seconds": result.seconds, "renders": result.n_renders}
    patch, performance = best.take.patch, performance_of(target)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "answer.fxp")
        write_bytes(path, fxp(synth.catalogue, patch).to_bytes())
        again = synth.render(synth.load(path), performance)
    before = synth.render(patch, performance)
    yield "reload", {"logmel": LogMel(before)(again)}


def measure(asked: argparse.Namespace) -> Results:
    """Measure what is not in the file; Ctrl-C ends it, and loses only the row at hand."""
    effort = dataclasses.replace(effort_of(asked.effort), seconds=math.inf)
    with instrument("surge") as synth:
        if not isinstance(synth, Surge):
            raise SystemExit("Surge is here as a plug-in only, which reads no .fxp files: see docs/surge.md")
        library(synth, asked.rows, name="surge")
        results = Results(asked.out, made_with(synth))
        for name, note, sound in targets(synth, asked.limit):
            if all((effort.name, f"{SET}/{name}", row) in results for row in ROWS):
                continue
            for row, figures in rows_of(note, sound, synth, effort):
                results.add((effort.name, f"{SET}/{name}", row), figures)
                print(f"{name}: {row} {figures['logmel']:.3f}", flush=True)
    return results


def table(results: Results) -> str:
    """Medians, as Markdown; a target counts once all of its rows are measured."""
    found: dict[str, dict[str, float]] = {}
    for record in results:
        found.setdefault(record["sound"], {})[record["effort"]] = record["logmel"]
    whole = [rows for rows in found.values() if set(ROWS) <= set(rows)]
    if not whole:
        return "nothing was measured as yet"
    lines = [f"| {len(whole)} factory patches | median |", "| --- | --- |"]
    lines += [f"| {row} | {statistics.median(rows[row] for rows in whole):.3f} |" for row in ROWS]
    ratio = statistics.median(r["nearest"] for r in whole) / statistics.median(r["match"] for r in whole)
    each = statistics.median(r["nearest"] / max(r["match"], 1e-3) for r in whole)
    lines.append(f"| nearest / match (goal {GOAL:g}) | {ratio:.2f} × |")
    lines.append(f"| median of the ratios | {each:.2f} × |")
    return "\n".join(lines)


def main() -> None:
    """Measure, and print the table."""
    asked = arguments()
    try:
        print(table(Results(asked.out) if asked.table else measure(asked)))
    except KeyboardInterrupt:
        raise SystemExit("stopped; what was finished is kept") from None
    except (MixedError, PatchPilotError) as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
