"""How a bank grows: what putting takes in and looking sounds up costs among very many, and whether takes come back.

    python benchmarks/bank.py --rows 100000 --bank out/bank
    python benchmarks/bank.py --replays 1000 --bank out/replays

Rows are synthetic: small patches with one short sound, and clustered vectors of unit length; they go in as takes of a
search do. Stopped, it goes on where it was. Neighbours are compared with those that are found one by one. Replays are
of patches of a prior, rendered, put into a bank, and rendered again.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from patchpilot.audio import F32, Audio
from patchpilot.bank import Bank
from patchpilot.errors import EngineError
from patchpilot.instruments.base import instrument
from patchpilot.instruments.take import Origin, Take
from patchpilot.space import Patch, Performance

_BLOCK = 10_000
_NEIGHBOURS = 10
_CLUSTERS = 10_000


class Given:
    """An embedding that hears nothing: the vectors are given."""

    name, version, scale = "given", "1", 1.0

    def __init__(self, size: int) -> None:
        self.size = size

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:  # noqa: ARG002
        """Zeros (size,)."""
        return np.zeros(self.size, np.float32)


def vectors(block: int, n: int, size: int, *, seed: int, clusters: int) -> F32:
    """Vectors (n, size) of unit length around `clusters` centres, a function of the arguments."""
    centres = np.random.default_rng([seed, 0]).standard_normal((clusters, size), np.float32)
    rng = np.random.default_rng([seed, 1, block])
    made = centres[rng.integers(clusters, size=n)] + 0.7 * rng.standard_normal((n, size), np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))


def takes(first: int, n: int) -> Iterator[Take]:
    """Takes of different patches with one sound."""
    sound = Audio(np.sin(np.arange(400) / 20.0).astype(np.float32), 44100)
    performance = Performance.one_note()
    for i in range(first, first + n):
        values = {f"parameter_{k}": float(np.float32((i * (k + 7)) % 1009 / 1009)) for k in range(20)}
        patch = Patch("synthetic", {**values, "number": float(i)})
        yield Take(patch, performance, sound, "synthetic 1", Origin("synthetic", seed=i))


def grow(bank: Bank, rows: int, size: int, *, seed: int, clusters: int) -> float:
    """Put in what is missing; seconds a row, the index included, NaN where nothing was."""
    there = len(bank)
    began = time.perf_counter()
    for block in range(there // _BLOCK, rows // _BLOCK):
        made = vectors(block, _BLOCK, size, seed=seed, clusters=clusters)
        for take, vector in zip(takes(block * _BLOCK, _BLOCK), made, strict=True):
            bank.append(take, vector=vector, experiment="synthetic")
        bank.flush()
        bank.near(made[0], 1)  # the index grows, too
        spent = time.perf_counter() - began
        each_ms = 1e3 * spent / ((block + 1) * _BLOCK - there)
        print(f"{(block + 1) * _BLOCK:>9} rows, {each_ms:.2f} ms each so far", flush=True)
    return (time.perf_counter() - began) / (rows - there) if rows > there else float("nan")


def look_up(bank: Bank, size: int, queries: int, *, seed: int, clusters: int) -> dict[str, float]:
    """Milliseconds of a query, with the takes and without, and the share of the true neighbours that is found.

    "cpu" is what this thread computed: what a query costs on a machine that does nothing else.
    """
    asked = vectors(10**6, queries, size, seed=seed, clusters=clusters)
    found, seconds, cpu, alone = [], [], [], []
    bank.near(asked[0], _NEIGHBOURS)
    for vector in asked:
        began, computed = time.perf_counter(), time.thread_time()
        near = bank.near(vector, _NEIGHBOURS)
        seconds.append(time.perf_counter() - began)
        cpu.append(time.thread_time() - computed)
        computed = time.thread_time()
        bank.neighbours.nearest(vector, _NEIGHBOURS)
        alone.append(time.thread_time() - computed)
        found.append({entry.number for entry, _ in near})
    numbers, matrix = bank.vectors()
    hits = 0
    for vector, mine in zip(asked, found, strict=True):
        closest = np.argpartition(matrix @ vector, -_NEIGHBOURS)[-_NEIGHBOURS:]  # of unit length
        hits += len(mine & set(numbers[closest].tolist()))
    return {
        "query_ms_median": 1e3 * float(np.median(seconds)),
        "query_ms_p90": 1e3 * float(np.quantile(seconds, 0.9)),
        "query_cpu_ms_median": 1e3 * float(np.median(cpu)),
        "index_cpu_ms_median": 1e3 * float(np.median(alone)),
        "recall": hits / (_NEIGHBOURS * queries),
    }


def replay(path: Path, n: int, *, seed: int, prior: str) -> dict[str, int]:
    """How many of n random takes come back identical, equivalent, different."""
    counts = {"identical": 0, "equivalent": 0, "different": 0}
    with instrument("vital") as vital, Bank.open(path, embedding="spectral") as bank:
        patches = [vital.priors[prior].draw(vital.space, seed, i) for i in range(n)]
        if len(bank) < n:
            pairs = [(patch, Performance(engine_seed=i % 256)) for i, patch in enumerate(patches)]
            for i, audio in vital.stream(pairs):
                if isinstance(audio, EngineError) or not np.isfinite(audio.samples).all():
                    continue
                bank.append(Take(*pairs[i], audio, vital.fingerprint, Origin("drawn", prior, seed)))
        for again in bank.replays(bank.numbers()[:n], vital):
            counts[again.verdict] += 1
    return counts


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bank", type=Path, required=True, help="folder of the bank; kept")
    parser.add_argument("--rows", type=int, default=0, help="synthetic rows, whole ten thousands")
    parser.add_argument("--size", type=int, default=256, help="of a vector")
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--replays", type=int, default=0, help="takes of Vital that are rendered twice")
    parser.add_argument("--prior", default="core-v1", help="that those patches are drawn from")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.replays:
        print(json.dumps(replay(given.bank, given.replays, seed=given.seed, prior=given.prior)))
    if given.rows:
        rows = max(1, given.rows // _BLOCK) * _BLOCK
        how = {"seed": given.seed, "clusters": _CLUSTERS}
        with Bank.open(given.bank, embedding=Given(given.size)) as bank:
            insert_s = grow(bank, rows, given.size, **how)
            found = look_up(bank, given.size, given.queries, **how)
            rows = len(bank)
        print(json.dumps({"rows": rows, "size": given.size, "insert_ms": 1e3 * insert_s, **found}))


if __name__ == "__main__":
    main()
