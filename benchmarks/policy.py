"""Does a policy that was learned on some sounds start the next better? The searcher "ppo" on the real synth.

    python benchmarks/policy.py [--learned 6] [--tested 4] [--renders 300] [--seeds 2]
    python benchmarks/policy.py --table     what was measured so far

It matches one sound of the frozen sets after the other, each time beginning with the policy of the last; then others,
with that policy and with none, from the same patches of the prior. "drawn" are as many patches of the prior. What is
told is the least distance after a part of the renders. Each measurement is written as soon as it is made.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from matchbench.measure import Record
from matchbench.results import Results, made_with
from matchbench.sets import BENCHMARKS, Sound
from techniques import chosen

from patchpilot.audio import listen
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.run import run
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.objectives.closeness import CloseTo, performance_of
from patchpilot.search.base import Context, Searcher
from patchpilot.search.drawn import Drawn
from patchpilot.search.policy import SUFFIX, Policy
from patchpilot.search.reinforcement import Ppo

FOLDER = BENCHMARKS / "results"
PARTS = (0.25, 0.5, 1.0)
HOW = ("experienced", "fresh", "drawn")


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--learned", type=int, default=6, help="sounds that a policy learns from")
    parser.add_argument("--tested", type=int, default=4, help="sounds that it is tested on")
    parser.add_argument("--renders", type=int, default=300, help="for each sound")
    parser.add_argument("--seeds", type=int, default=2, help="how often all of it is done")
    parser.add_argument("--workers", type=int, help="processes that render")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of policy.jsonl and of the policies")
    parser.add_argument("--table", action="store_true", help="print the summary, and measure nothing")
    return parser.parse_args()


def matched(sound: Sound, synth: Instrument, searcher: Searcher, seed: int, renders: int) -> Record:
    """How close a searcher comes: the least distance after some parts of the renders."""
    target = listen(sound.played(synth))
    context = Context(synth, performance_of(target), target, seed=seed)
    found = run(searcher, CloseTo(target.audio), context, budget=Budget(renders), batch=16, keep=1)
    costs = [-sum(step.scores.values()) if step.scores else float("inf") for step in found.trace]
    return {"distances": [min(costs[: round(part * renders)]) for part in PARTS]}


def learned(synth: Instrument, asked: argparse.Namespace, seed: int) -> Policy:
    """The policy after the first sounds, kept after each."""
    policy: Policy | None = None
    for i, sound in enumerate(chosen(synth, asked.learned)):
        path = asked.out / f"policy-{seed}-{asked.renders}-{i + 1}{SUFFIX}"
        if not path.exists():
            searcher = Ppo(policy=policy)
            matched(sound, synth, searcher, 100 * seed + i, asked.renders)
            searcher.policy.save(path)
            print(f"seed {seed}: learned from {sound.set}/{sound.name}", flush=True)
        policy = Policy.load(path)
    assert policy is not None
    return policy


def table(results: Iterable[Record]) -> str:
    """Medians over sounds and seeds."""
    records = list(results)
    lines = ["| | sounds | after 1/4 | after 1/2 | at the end |", "| --- " * 5 + "|"]
    for how in HOW:
        mine = [record for record in records if record["how"] == how]
        if mine:
            cells = [f"{statistics.median(r['distances'][i] for r in mine):.3f}" for i in range(len(PARTS))]
            lines.append(f"| {how} | {len(mine)} | {' | '.join(cells)} |")
    return "\n".join(lines) if records else "Nothing was measured yet."


def main() -> None:
    """Measure what is missing, then print the summary."""
    asked = arguments()
    asked.out.mkdir(parents=True, exist_ok=True)
    if asked.table:
        print(table(Results(asked.out / "policy.jsonl")))
        return
    options: dict[str, Any] = {} if asked.workers is None else {"workers": asked.workers}
    with instrument("vital", **options) as synth:
        results = Results(asked.out / "policy.jsonl", made_with(synth))
        tested = chosen(synth, asked.learned + asked.tested)[asked.learned :]
        for seed in range(asked.seeds):
            policy = learned(synth, asked, seed)
            makers: dict[str, Callable[[], Searcher]] = {
                "experienced": lambda p=policy: Ppo(policy=p),  # type: ignore[misc]
                "fresh": Ppo,
                "drawn": lambda: Drawn(n=asked.renders),
            }
            for sound in tested:
                for how in HOW:
                    key = (
                        "policy",
                        f"{sound.set}/{sound.name}",
                        f"{how}, seed {seed}, {asked.renders} renders",
                    )
                    if key not in results:
                        about = {"how": how, "seed": seed, "renders": asked.renders, "learned": asked.learned}
                        record = matched(sound, synth, makers[how](), seed, asked.renders)
                        results.add(key, {**about, **record})
                        print(*key, f"{record['distances'][-1]:.3f}", flush=True)
        print(table(results))


if __name__ == "__main__":
    main()
