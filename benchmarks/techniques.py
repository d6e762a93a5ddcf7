"""Which way of choosing patches pays? All techniques on the real synth, at equal renders.

    python benchmarks/techniques.py [--sounds 30] [--renders 300] [--explored 5000] [--seeds 3] [--techniques a,b]
    python benchmarks/techniques.py --table     what was measured so far

Two questions. *Matching*: how close does each come to sounds of the frozen sets (patches of core-v1 and CC0
recordings, in turns), from scratch, with its default options? *Exploring*: how much is found with no target, by three
figures: the quality-diversity score over the cells of `search/descriptors.py` (a sound's quality is 1 where it is
valid), how many cells that is, and how many sounds are distinct in the embedding "spectral", which no technique sees?
What others are measured by is "drawn", the musical prior.

Each measurement is written as soon as it is made, and not made again: stop with Ctrl-C and start again at will. A
portfolio is meant to be within 5 % of the best single technique in matching, and never the worst; the diverse ones are
meant to find twice as much as "drawn".
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matchbench.measure import Record
from matchbench.results import Results, made_with
from matchbench.sets import BENCHMARKS, PERFORMANCE, Sound, sounds

from patchpilot import registry
from patchpilot.audio import F32, listen
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.run import run
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.objectives.closeness import CloseTo, performance_of
from patchpilot.objectives.validity import Valid
from patchpilot.retrieval.spectral import Spectral
from patchpilot.search.base import Context, Outcome, Searcher
from patchpilot.search.descriptors import NAMES, describe
from patchpilot.search.quality_diversity import qd_score

FILE = BENCHMARKS / "results" / "techniques.jsonl"
MATCHING = (
    "drawn",
    "latin-hypercube",
    "cma-es",
    "genetic",
    "annealing",
    "tpe",
    "gp",
    "map-elites",
    "ppo",
    "portfolio",
)
EXPLORING = ("drawn", "map-elites", "cma-me")
DISTINCT = 18.0
"""Distance in the embedding from which on two sounds are distinct: as far as half of 300 patches of core-v1 are from
their nearest neighbour."""
PARTS = (0.25, 0.5, 1.0)
"""Of the renders, after which figures are taken."""


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sounds", type=int, default=30, help="how many to match; 0 for none")
    parser.add_argument("--renders", type=int, default=300, help="for each sound")
    parser.add_argument("--explored", type=int, default=5000, help="renders of an exploration; 0 for none")
    parser.add_argument("--seeds", type=int, default=3, help="how often each is done")
    parser.add_argument("--techniques", type=lambda text: text.split(","), help="only these")
    parser.add_argument("--workers", type=int, help="processes that render")
    parser.add_argument("--out", type=Path, default=FILE, help="the results file")
    parser.add_argument("--table", action="store_true", help="print the summary, and measure nothing")
    return parser.parse_args()


def made(name: str, renders: int) -> Searcher:
    """A technique with its own options; one that draws, with enough to draw."""
    options = {"n": renders} if name == "drawn" else {}
    searcher: Searcher = registry.load("search", name)(**options)
    return searcher


def chosen(synth: Instrument, n: int) -> list[Sound]:
    """The first sounds of both sets, in turns."""
    pairs = zip(sounds("a", synth.space), sounds("b", synth.space), strict=False)
    return [sound for pair in pairs for sound in pair][:n]


def matched(sound: Sound, synth: Instrument, technique: str, seed: int, renders: int) -> Record:
    """How close a technique comes to a sound: the least distance after some parts of the renders."""
    target = listen(sound.played(synth))
    context = Context(synth, performance_of(target), target, seed=seed)
    began = time.monotonic()
    found = run(
        made(technique, renders),
        CloseTo(target.audio),
        context,
        budget=Budget(renders),
        batch=16,
        keep=1,
    )
    costs = [-sum(step.scores.values()) if step.scores else np.inf for step in found.trace]
    return {
        "distances": [float(min(costs[: round(part * renders)])) for part in PARTS],
        "seconds": time.monotonic() - began,
    }


def explored(synth: Instrument, technique: str, seed: int, renders: int) -> Record:
    """How much a technique finds: score, cells and distinct sounds after some parts of the renders."""
    embedding, valid = Spectral(), Valid()
    kept: dict[str, tuple[list[float], F32]] = {}

    def heard(outcome: Outcome) -> None:
        if outcome.take is not None and outcome.score >= 0.0:
            note = PERFORMANCE.notes[0]
            vector = embedding(outcome.take.audio, pitch=note.pitch, hold_s=note.hold_s)
            kept[outcome.proposal.patch.sha256] = describe(outcome.take).tolist(), vector

    began = time.monotonic()
    found = run(
        made(technique, renders),
        valid,
        Context(synth, PERFORMANCE, seed=seed),
        budget=Budget(renders),
        batch=16,
        keep=1,
        on_outcome=heard,
    )
    seconds = time.monotonic() - began
    figures: dict[str, list[float]] = {"qd": [], "cells": [], "distinct": [], "valid": []}
    for part in PARTS:
        steps = found.trace[: round(part * renders)]
        there = [kept[step.patch] for step in steps if step.patch in kept]
        described = np.array([row for row, _ in there]).reshape(-1, len(NAMES))
        score, cells = qd_score(described, np.ones(len(there)))
        figures["qd"].append(score)
        figures["cells"].append(cells)
        figures["distinct"].append(n_distinct([vector for _, vector in there]))
        figures["valid"].append(len(there) / len(steps))
    return {**figures, "seconds": seconds}


def n_distinct(vectors: Sequence[F32], apart: float = DISTINCT) -> int:
    """How many vectors are at least that far from all that were counted before, in their order."""
    counted = np.zeros((len(vectors), len(vectors[0]) if len(vectors) else 0), np.float32)
    n = 0
    for vector in vectors:
        if not n or float(np.linalg.norm(counted[:n] - vector, axis=1).min()) >= apart:
            counted[n], n = vector, n + 1
    return n


def median_and_spread(values: Sequence[float]) -> str:
    """A median, and the least and greatest where there are several."""
    words = f"{statistics.median(values):.3g}"
    return words if len(values) < 2 else f"{words} ({min(values):.3g}..{max(values):.3g})"


def by_seed(records: Iterable[Record], figure: Callable[[Record], float]) -> list[float]:
    """For each seed the median of a figure over all that was measured with it."""
    found: dict[int, list[float]] = {}
    for record in records:
        found.setdefault(record["seed"], []).append(figure(record))
    return [statistics.median(found[seed]) for seed in sorted(found)]


def table(results: Iterable[Record]) -> str:
    """The summary: medians over sounds, spread over seeds."""
    records = list(results)
    lines = []
    for renders in sorted({record["renders"] for record in records if record["set"] == "match"}):
        mine = [r for r in records if r["set"] == "match" and r["renders"] == renders]
        lines += [
            f"matching, {renders} renders",
            "| technique | sounds | after 1/4 | after 1/2 | at the end |",
        ]
        lines += ["| --- " * 5 + "|"]
        for name in dict.fromkeys(record["technique"] for record in mine):
            rows = [record for record in mine if record["technique"] == name]
            cells = [median_and_spread(by_seed(rows, _at("distances", i))) for i in range(len(PARTS))]
            lines.append(f"| {name} | {len({r['sound'] for r in rows})} | {' | '.join(cells)} |")
    for renders in sorted({record["renders"] for record in records if record["set"] == "explore"}):
        mine = [r for r in records if r["set"] == "explore" and r["renders"] == renders]
        lines += [f"exploring, {renders} renders", "| technique | score | cells | distinct | valid |"]
        lines += ["| --- " * 5 + "|"]
        for name in dict.fromkeys(record["technique"] for record in mine):
            rows = [record for record in mine if record["technique"] == name]
            cells = [
                median_and_spread(by_seed(rows, _at(figure, -1)))
                for figure in ("qd", "cells", "distinct", "valid")
            ]
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) or "Nothing was measured yet."


def _at(figure: str, place: int) -> Callable[[Record], float]:
    return lambda record: float(record[figure][place])


def main() -> None:
    """Measure what is missing, then print the summary."""
    asked = arguments()
    if asked.table:
        print(table(Results(asked.out)))
        return
    options: dict[str, Any] = {} if asked.workers is None else {"workers": asked.workers}
    with instrument("vital", **options) as synth:
        results = Results(asked.out, made_with(synth))

        def measure(kind: str, name: str, technique: str, seed: int, renders: int, how: Any) -> None:
            key = (kind, name, f"{technique}, seed {seed}, {renders} renders")
            if key not in results and (not asked.techniques or technique in asked.techniques):
                about = {"technique": technique, "seed": seed, "renders": renders}
                record = results.add(key, {**about, **how()})
                print(*key, f"{record['seconds']:.0f} s", flush=True)

        for seed in range(asked.seeds):
            for sound in chosen(synth, asked.sounds):
                for technique in MATCHING:
                    measure(
                        "match", f"{sound.set}/{sound.name}", technique, seed, asked.renders,
                        lambda s=sound, t=technique, k=seed: matched(s, synth, t, k, asked.renders),
                    )  # fmt: skip
            for technique in EXPLORING if asked.explored else ():
                measure(
                    "explore", "", technique, seed, asked.explored,
                    lambda t=technique, k=seed: explored(synth, t, k, asked.explored),
                )  # fmt: skip
        print(table(results))


if __name__ == "__main__":
    main()
