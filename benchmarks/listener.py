"""A simulated listener with a hidden taste: how soon is it served?

A pool of takes is rendered by the real synth from its musical prior. The listener likes a tenth of them: by three of
eight measures (`listener_ears.py`), with random signs and weights ("more": the tenth with the most of them) or near to
random values of theirs ("near"). The model knows nothing of it but the votes; what it sees of a take is its embedding
"timbre" and the patch's parameters, never one of these measures.

Fifty takes are played to learn, fifty to please, at equal votes:

    ours      takes to ask about (`to_ask`), then those most likely liked, with a little for being unlike the others
    eager     those most likely liked from the first on
    random    takes of the prior

    .venv/bin/python benchmarks/listener.py FOLDER --rows 1000 --tastes 10

Stopped anywhere, it goes on where it was. Diversity is the mean distance between two takes 51-100 in the embedding
"heard", which the model does not see, over that of as many random takes; "vendi" the same of the Vendi score.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from listener_ears import MEASURES, measured

from patchpilot.audio import F32, F64
from patchpilot.datasets.generation import generate
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.instruments.base import instrument
from patchpilot.objectives.diversity import Kernel, mean_distance, vendi
from patchpilot.objectives.hearing import unit
from patchpilot.retrieval.library import embedding_of
from patchpilot.selfplay.preference.asking import to_ask
from patchpilot.selfplay.preference.lens import Lens
from patchpilot.selfplay.preference.preference import Preference

LEARNING, ALL = 50, 100
NOVELTY = 0.1
"""What a take gains by being unlike those that were played."""
LIKED = 0.1
BLOCK = 100
PITCH, HOLD_S = 60, 1.5


@dataclass(frozen=True, eq=False)
class Pool:
    """Takes to choose from.

    Attributes:
        seen: float32 (n, size), what the model sees of their sounds.
        knobs: float32 (n, p), what it sees of their patches.
        compared: float32 (n, size), that diversity is measured in.
        measures: float64 (n, 8), that the taste is made of.
    """

    seen: F32
    knobs: F32
    compared: F32
    measures: F64

    def __len__(self) -> int:
        return len(self.seen)


def pool_of(folder: Path, rows: int, seed: int, dataset: Path | None) -> Pool:
    """The first rows of a dataset, which is made where there is none yet."""
    path = dataset or _rendered(folder / f"pool-{rows}-{seed}.h5", rows, seed)
    with Dataset(path) as takes:
        return _heard(takes, rows, folder / f"heard-{rows}-{seed}")


def _rendered(path: Path, rows: int, seed: int) -> Path:
    plan = Plan(notes=(PITCH,), drawn=0, velocity=(0.8, 0.8), hold_s=HOLD_S)
    with instrument("vital") as synth:
        generate(synth, path, rows, tier=3, seed=seed, plan=plan, audio="flac").close()
    return path


def _heard(dataset: Dataset, rows: int, folder: Path) -> Pool:
    folder.mkdir(exist_ok=True)
    ears = [embedding_of("timbre"), embedding_of("heard")]
    for start in range(0, rows, BLOCK):
        block = folder / f"{start:06d}.npz"
        if block.is_file():
            continue
        sounds = [dataset[i].audio for i in range(start, min(start + BLOCK, rows))]
        seen, compared = (np.stack([ear(s, pitch=PITCH, hold_s=HOLD_S) for s in sounds]) for ear in ears)
        part = block.with_suffix(".part.npz")
        np.savez(part, seen=seen, compared=compared, measures=np.stack([measured(s) for s in sounds]))
        part.replace(block)
    blocks = [np.load(path) for path in sorted(folder.glob("??????.npz"))]
    seen, compared, measures = (
        np.concatenate([block[name] for block in blocks]) for name in ("seen", "compared", "measures")
    )
    knobs = np.asarray(dataset.column("params/continuous")[:rows], np.float32)
    return Pool(unit(seen), knobs, unit(compared), measures)


def liked(pool: Pool, kind: str, rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """Which takes are liked, bool (n,), and why."""
    ranks = (np.argsort(np.argsort(pool.measures, axis=0), axis=0) + 0.5) / len(pool)
    chosen, weights = rng.choice(len(MEASURES), 3, replace=False), rng.uniform(0.5, 1.0, 3)
    if kind == "more":
        signs = rng.choice([-1.0, 1.0], 3)
        much = ranks[:, chosen] @ (signs * weights)
        text = ", ".join(f"{'+' if s > 0 else '-'}{MEASURES[i]}" for s, i in zip(signs, chosen, strict=True))
    else:
        middle = rng.uniform(0.2, 0.8, 3)
        much = -np.square(ranks[:, chosen] - middle) @ weights
        text = ", ".join(f"{MEASURES[i]} near {m:.0%}" for m, i in zip(middle, chosen, strict=True))
    return much >= np.quantile(much, 1.0 - LIKED), text


Chooser = Callable[[Preference, F64, F64, int], int]
"""The preference, rows that were not played, their novelty, how many were: the place of the next."""


def _ours(preference: Preference, rows: F64, novelty: F64, played: int) -> int:
    return to_ask(preference, rows)[0] if played < LEARNING else _eager(preference, rows, novelty, played)


def _eager(preference: Preference, rows: F64, novelty: F64, played: int) -> int:  # noqa: ARG001
    return int(np.argmax(preference.belief(rows).likely + NOVELTY * novelty))


CHOOSERS: dict[str, Chooser | None] = {"ours": _ours, "eager": _eager, "random": None}


def listened(
    pool: Pool, yes: np.ndarray, chooser: Chooser | None, rng: np.random.Generator
) -> dict[str, float]:
    """One listener, from the first take to the last."""
    lens = Lens.of(pool.seen, pool.knobs)
    rows, preference = lens(pool.seen, pool.knobs), Preference(lens)
    order, nearest = rng.permutation(len(pool)), np.full(len(pool), 2.0)
    played: list[int] = []
    slowest = 0.0
    for n in range(ALL):
        left = np.setdiff1d(order, played, assume_unique=True)
        take = (
            int(order[n])
            if chooser is None or n == 0
            else int(left[chooser(preference, rows[left], nearest[left], n)])
        )
        played.append(take)
        apart = np.sqrt(np.maximum(2.0 - 2.0 * pool.compared @ pool.compared[take], 0.0))
        nearest = np.minimum(nearest, apart)
        began = time.process_time()
        preference.vote(rows[take], bool(yes[take]))
        slowest = max(slowest, time.process_time() - began)
    last = pool.compared[played[LEARNING:]]
    others = [pool.compared[rng.permutation(len(pool))[: ALL - LEARNING]] for _ in range(10)]
    kernel = Kernel.of(pool.compared[:500])
    return {
        "yes_first": float(yes[played[:LEARNING]].mean()),
        "yes": float(yes[played[LEARNING:]].mean()),
        "diversity": mean_distance(last) / float(np.mean([mean_distance(other) for other in others])),
        "vendi": vendi(last, kernel) / float(np.mean([vendi(other, kernel) for other in others])),
        "slowest_vote_cpu_ms": 1000.0 * slowest,
    }


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1000, help="takes in the pool")
    parser.add_argument("--tastes", type=int, default=10, help="of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--dataset", type=Path, help="takes that are there already: C4, held 1.5 s, with audio"
    )
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    pool = pool_of(arguments.folder, arguments.rows, arguments.seed, arguments.dataset)
    path = arguments.folder / f"listener-{arguments.rows}-{arguments.seed}.jsonl"
    done = [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []
    known = {(row["kind"], row["taste"], row["who"]) for row in done}
    for kind in ("more", "near"):
        for taste in range(arguments.tastes):
            yes, text = liked(pool, kind, np.random.default_rng((arguments.seed, taste, kind == "near")))
            for who, chooser in CHOOSERS.items():
                if (kind, taste, who) in known:
                    continue
                found = listened(pool, yes, chooser, np.random.default_rng((arguments.seed, taste, 2)))
                done.append({"kind": kind, "taste": taste, "who": who, "likes": text, **found})
                with path.open("a") as file:
                    file.write(json.dumps(done[-1]) + "\n")
    for kind in ("more", "near"):
        print(
            f"\n{kind:<8}{'YES 1-50':>10}{'YES 51-100':>18}{'diversity':>11}{'vendi':>7}{'slowest vote, CPU':>19}"
        )
        for who in CHOOSERS:
            rows = [row for row in done if row["kind"] == kind and row["who"] == who]
            mean = {
                name: np.mean([row[name] for row in rows]) for name in ("yes_first", "diversity", "vendi")
            }
            yes_of = np.array([row["yes"] for row in rows])
            print(
                f"{who:<8}{mean['yes_first']:10.0%}{yes_of.mean():9.0%} ± {yes_of.std():6.0%}"
                f"{mean['diversity']:11.2f}{mean['vendi']:7.2f}{max(r['slowest_vote_cpu_ms'] for r in rows):16.0f} ms"
            )


if __name__ == "__main__":
    main()
