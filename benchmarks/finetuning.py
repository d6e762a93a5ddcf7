"""Does descending on a proxy beat searching on the engine, at equal wall time?

    python benchmarks/finetuning.py proxy.safetensors [--sounds 20] [--seconds 10] [--start noisy|near DATA]

Held-out patches of core-v1 (of a seed of its own) are played, and each method sets out from the same patch:

* `noisy`: the true patch with noise of 10 % of what was learned from on every continuous token,
* `near DATA`: the nearest by picture among the rows of a dataset with the feature "front_end", played anew,
* `estimator FOLDER`: the likeliest of what an estimator proposes.

Methods: `finetuning` (the proxy's slopes, checked on the engine; `kept` with options as they are in all its ways,
`free` with all of them relaxed), `cma-es` (diagonal, on the knobs, on the engine
alone), `refinement` (what `match` uses). Each has the same seconds, one after the other on the machine at hand; the
loading of the proxy is not counted. With `--clock cpu` (Linux) they are seconds of the processor, of this process and
of the engine's, as the wall would say on one quiet core: for machines on which others work. Prints the median headline
distance before and after, who won, and by how much each way of descending bettered what there was.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from matchbench.evolving import CmaEs
from matchbench.processor import processor_s

from patchpilot.audio import Audio, Target, listen
from patchpilot.audio.front_end import front_end
from patchpilot.datasets import Dataset
from patchpilot.errors import AudioError
from patchpilot.estimators.codec import Codec, said
from patchpilot.estimators.estimator import Estimator
from patchpilot.estimators.finetuning import Finetuning
from patchpilot.estimators.networks.proxy_file import load_proxy
from patchpilot.estimators.ways import WAYS
from patchpilot.experiment.play import play
from patchpilot.experiment.run import run
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.objectives.closeness import CloseTo, performance_of
from patchpilot.search.base import Context, Outcome, Proposal, Searcher
from patchpilot.search.refinement.searcher import Refinement
from patchpilot.space import Patch, Performance

SEED = 77_001
"""Of the patches; no dataset, library or other benchmark draws from it."""
NOISE = 0.1
PERFORMANCE = Performance.one_note(60, hold_s=1.5, length_s=2.0)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("proxy", type=Path)
    parser.add_argument("--sounds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="leave out so many sounds")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each method for each sound")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--methods", default="finetuning,cma-es,refinement")
    parser.add_argument(
        "--start", nargs="+", default=["noisy"], metavar="WHERE", help="noisy, near or estimator"
    )
    parser.add_argument("--json", action="store_true", help="a line for each sound")
    return parser.parse_args()


class Starts:
    """Patches to set out from."""

    def __init__(self, asked: Sequence[str], synth: Instrument, codec: Codec) -> None:
        self._kind, self._synth, self._codec = asked[0], synth, codec
        if self._kind == "near":
            self._data = Dataset(Path(asked[1]))
            every = max(1, len(self._data) // 20_000)
            rows = np.arange(0, len(self._data), every)
            pitches = self._data.column("metadata/pitch")[rows]
            self._rows = rows[np.abs(pitches - 60) <= 2]
            batch = self._data.batch(self._rows.tolist(), audio=False)
            self._pictures = batch["features/front_end"][:, 1].astype(np.float16)
        elif self._kind == "estimator":
            self._estimator = Estimator.load(Path(asked[1]), synth)

    def __call__(self, index: int, patch: Patch, target: Target) -> Patch:
        """Of one sound."""
        if self._kind == "noisy":
            return self._noisy(patch, np.random.default_rng((SEED, index)))
        if self._kind == "estimator":
            return self._estimator.propose(target, 1)[0].patch
        mine = front_end(target.audio, pitch=float(target.note))[1]
        apart = np.abs(self._pictures.astype(np.float32) - mine).mean((1, 2))
        return self._data[int(self._rows[int(apart.argmin())])].patch

    def _noisy(self, patch: Patch, random: np.random.Generator) -> Patch:
        labels = self._codec.encode([said(patch)])
        moved = labels.continuous + 2.0 * NOISE * random.standard_normal(labels.continuous.shape)
        noisy = dataclasses.replace(labels, continuous=np.clip(moved, -1.0, 1.0).astype(np.float32))
        return self._codec.decode(self._synth.space, noisy, 0, self._synth.asset)


def heard(patch: Patch, objective: CloseTo, context: Context) -> Outcome:
    """One patch, played and scored."""
    done: dict[int, Outcome] = {}
    play([Proposal(patch, "start", "the start")], objective, context, done, lambda _: None)
    return done[0]


def timed(
    searcher: Searcher, objective: CloseTo, context: Context, asked: argparse.Namespace
) -> tuple[list[Outcome], float]:
    """What a method hears in its time, and the seconds."""
    now = time.perf_counter if asked.clock == "wall" else processor_s
    began = now()
    outcomes: list[Outcome] = []
    made = run(
        searcher,
        objective,
        context,
        stop=lambda: now() - began >= asked.seconds,
        on_outcome=outcomes.append,
    )
    if made.ended == "interrupted" and now() - began < asked.seconds:
        raise KeyboardInterrupt
    return outcomes, now() - began


def gains(start: float, outcomes: Sequence[Outcome]) -> dict[str, float]:
    """By how much each way bettered the best before it, in nepers."""
    best, found = start, defaultdict[str, float](float)
    for outcome in outcomes:
        if outcome.score > best:
            found[outcome.proposal.detail.rpartition("finetuned ")[2].strip("()")] += outcome.score - best
            best = outcome.score
    return found


def measured(
    asked: argparse.Namespace,
    synth: Instrument,
    codec: Codec,
    searchers: dict[str, Searcher],
    ways: dict[str, float],
) -> Iterator[dict[str, float]]:
    """One sound after another: distances before and after each method, renders of each; and what the ways gain."""
    starts = Starts(asked.start, synth, codec)
    prior = synth.priors["core-v1"]
    for index in range(asked.first, asked.first + asked.sounds):
        patch = prior.draw(synth.space, SEED, index)
        sound = synth.render(patch, PERFORMANCE)
        assert isinstance(sound, Audio)
        try:
            target = listen(sound, note=60)
        except AudioError as error:  # a silent patch
            print(f"sound {index} is left out: {error}", file=sys.stderr)
            continue
        objective = CloseTo(target.audio)
        context = Context(synth, performance_of(target), target, seed=index)
        start = heard(starts(index, patch, target), objective, context)
        if start.take is None:
            continue
        context = Context(synth, context.performance, target, (start,), seed=index)
        row = {"sound": float(index), "before": -start.score}
        for name, searcher in searchers.items():
            outcomes, seconds = timed(searcher, objective, context, asked)
            best = max([start.score, *(outcome.score for outcome in outcomes)])
            row |= {name: -best, f"{name} renders": len(outcomes), f"{name} s": seconds}
            if isinstance(searcher, Finetuning):
                for way, gain in gains(start.score, outcomes).items():
                    ways[way] = ways.get(way, 0.0) + gain
        yield row


def table(rows: Sequence[dict[str, float]], names: Sequence[str]) -> str:
    """Medians, and how often each was the closest."""
    lines = [f"{len(rows)} sounds; median logmel before: {statistics.median(r['before'] for r in rows):.3f}"]
    lines.append(
        f"{'method':<12} {'after':>7} {'renders':>8} {'seconds':>8} {'won':>5} {'beat finetuning':>16}"
    )
    for name in names:
        after = statistics.median(row[name] for row in rows)
        renders = statistics.median(row[f"{name} renders"] for row in rows)
        seconds = statistics.median(row[f"{name} s"] for row in rows)
        won = sum(row[name] <= min(row[other] for other in names) for row in rows)
        beat = sum(row[name] < row.get("finetuning", 0.0) for row in rows)
        lines.append(
            f"{name:<12} {after:7.3f} {renders:8.0f} {seconds:8.1f} {won:5d} {beat:10d} of {len(rows)}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, and print."""
    asked = arguments()
    proxy = load_proxy(asked.proxy)
    known: dict[str, Searcher] = {
        "finetuning": Finetuning(proxy),
        "kept": Finetuning(proxy, ways=[dataclasses.replace(way, relaxed=False) for way in WAYS]),
        "free": Finetuning(proxy, ways=[dataclasses.replace(way, relaxed=True) for way in WAYS]),
        "cma-es": CmaEs(),
        "refinement": Refinement(),
    }
    names = [name.strip() for name in asked.methods.split(",")]
    if unknown := set(names) - set(known):
        raise SystemExit(f"no method {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    rows: list[dict[str, float]] = []
    ways: dict[str, float] = {}
    with instrument("vital") as synth:
        for row in measured(asked, synth, proxy.codec, {name: known[name] for name in names}, ways):
            rows.append(row)
            if asked.json:
                print(json.dumps(row), flush=True)
    print(table(rows, names))
    for way, gain in sorted(ways.items(), key=lambda pair: -pair[1]):
        print(f"  {way:<28} {gain / sum(ways.values()):4.0%} of what finetuning gained")


if __name__ == "__main__":
    main()
