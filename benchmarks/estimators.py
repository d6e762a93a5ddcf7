"""How close do estimators come, each by itself: heads, encoders and what they are measured against, in one table.

    python benchmarks/estimators.py FOLDER… [--train core.h5] [--limit 50] [--set a] [--proposed 16] [--json]

Each folder is an estimator that `patchpilot train` made. The sounds are the frozen set of `benchmarks/match.py`, played
by the engine; estimators are told the note, and what they propose is played as it is. With `--train` (the datasets
that were learned from) the table has the mean patch and the nearest of the same rows. Distances are medians of the
active-cell log-mel, lower is closer; times are of one thread of ONNX Runtime, as a share of a render's in this run.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from matchbench import sets

from patchpilot.errors import PatchPilotError
from patchpilot.estimators.baselines import of_rows
from patchpilot.estimators.estimator import Estimator
from patchpilot.estimators.evaluation import AGAIN, BEST, FIRST, INIT, Baseline, Evaluation, Sound, evaluate
from patchpilot.instruments.base import Instrument, instrument

_HELD_OUT = 0.02
"""Share that `patchpilot train` holds out."""


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--train", action="append", type=Path, default=[], metavar="FILE")
    parser.add_argument("--set", default="a", choices=tuple(sets.FILES))
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N sounds")
    parser.add_argument("--proposed", type=int, default=16, help="patches that are drawn for each sound")
    parser.add_argument("--json", action="store_true", help="print all distances")
    return parser.parse_args()


def sounds_of(name: str, synth: Instrument, limit: int | None) -> list[Sound]:
    """The patches of a frozen set, and how they are played."""
    chosen = sets.sounds(name, synth.space)[:limit]
    return [Sound(sound.patch, sets.PERFORMANCE, sound.name) for sound in chosen if sound.patch is not None]


def measured(asked: argparse.Namespace, synth: Instrument) -> dict[str, Evaluation]:
    """What each estimator does; the baselines are measured with the first."""
    sounds, found = sounds_of(asked.set, synth, asked.limit), {}
    for place, folder in enumerate(asked.folders):
        estimator = Estimator.load(folder, synth)
        baselines: Mapping[str, Baseline] = {}
        if place == 0 and asked.train:
            baselines = of_rows(asked.train, synth, estimator.about.codec, held_out=_HELD_OUT)
        found[str(folder)] = evaluate(
            estimator, synth, sounds, proposed=asked.proposed, baselines=baselines, on_progress=_show
        )
    return found


def render_s(synth: Instrument, sounds: Sequence[Sound]) -> float:
    """Seconds that a render takes, one after another."""
    began = time.perf_counter()
    for sound in sounds:
        synth.render(sound.patch, sound.performance)
    return (time.perf_counter() - began) / len(sounds)


def table(found: Mapping[str, Evaluation], one_render_s: float) -> str:
    """Markdown: estimators first, then what they are measured against."""
    lines = ["| | first | best of five | propose, in renders |", "| --- | --- | --- | --- |"]
    for name, one in found.items():
        seconds = sorted(one.seconds)[len(one.seconds) // 2]
        lines.append(
            f"| {name} | {one.median(FIRST):.2f} | {one.median(BEST):.2f} | "
            f"{seconds / one_render_s:.1f} ({seconds:.2f} s) |"
        )
    first = next(iter(found.values()))
    others = [name for name in first.distances if name not in (FIRST, BEST, INIT, AGAIN)]
    lines += [f"| {name} | {first.median(name):.2f} | | |" for name in (*others, INIT, AGAIN)]
    return "\n".join(lines)


def _show(done: int, of: int) -> None:
    print(f"\r{done} of {of} sounds", end="" if done < of else "\n", file=sys.stderr, flush=True)


def main() -> None:
    """Measure, and print."""
    asked = arguments()
    try:
        with instrument("vital") as synth:
            found = measured(asked, synth)
            one_render_s = render_s(synth, sounds_of(asked.set, synth, 10))
    except PatchPilotError as error:
        raise SystemExit(str(error)) from None
    print(
        json.dumps({name: one.to_json() for name, one in found.items()})
        if asked.json
        else table(found, one_render_s)
    )


if __name__ == "__main__":
    main()
