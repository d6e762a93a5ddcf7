"""Can the order of effects be heard, and does a hyperbolic space help?

    python benchmarks/effect_order.py DATA.h5 [--rows 7300] [--epochs 14] [--seeds 3] [--patches 120] [--results FILE]

Makes DATA.h5 (or goes on with it): patches of effects-v1, plain voices with several of Vital's nine effects in a
random order, heard as estimators hear. Those with two to five effects are learned from, but for every eighth, on which
the decoders are compared: one in the Poincaré ball and its Euclidean twin of the same size, for each seed.

Printed beside them: what is right without hearing anything, and the physical limit. Where two neighbours are swapped
and the sound stays the same (headline distance below 0.02), no ear can tell the order: the limit is what one reaches
who hears all else and guesses there. A quarter of an hour of processor time, and twice that before for the renders;
what was measured is kept in `--results`, and not measured again.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from effect_probe import ordered
from effect_swaps import INAUDIBLE, by_pair, limit, swaps

from patchpilot.audio.front_end import NAME as FRONT_END
from patchpilot.datasets import Dataset, Plan, generate
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.estimators.sequence.chains import Chain
from patchpilot.estimators.sequence.config import GEOMETRIES
from patchpilot.estimators.sequence.orders import Numbered, Order
from patchpilot.estimators.sequence.scores import Scores, scores
from patchpilot.instruments.vital.effect_order import EFFECTS
from patchpilot.instruments.vital.vital import Vital

if TYPE_CHECKING:
    from patchpilot.estimators.sequence.network import SequenceNetwork

PRIOR, SEED, TIER = "effects-v1", 7000, 3
PLAN = Plan(notes=(), drawn=1, drawn_from=(48, 72), hold_s=(0.5, 1.5))
FEWEST, MOST = 2, 5
"""Effects of a chain that counts."""
HELD_OUT = 8
"""Every how-manieth row is not learned from."""


@dataclass(frozen=True)
class Sounds:
    """Rows of the dataset that count: their places in it, pictures, how they were played, and chains."""

    places: list[int]
    sound: np.ndarray[Any, np.dtype[np.float32]]
    condition: np.ndarray[Any, np.dtype[np.float32]]
    chains: list[Chain]

    def part(self, *, held_out: bool) -> Sounds:
        """Those that are learned from, or the others."""
        rows = [k for k, place in enumerate(self.places) if (place % HELD_OUT == 0) == held_out]
        return Sounds(
            [self.places[k] for k in rows],
            self.sound[rows],
            self.condition[rows],
            [self.chains[k] for k in rows],
        )


def read(
    dataset: Dataset, most: int, order: Order | None = None, lengths: tuple[int, int] = (FEWEST, MOST)
) -> Sounds:
    """The first rows with a chain that counts: of Vital's effects, or as another order says."""
    from patchpilot.estimators.conditions import conditions

    order = order or Numbered()
    n = min(most, len(dataset))
    columns = [dataset.columns.values.index(name) for name in order.names]
    values = dataset.column("params/values")[:n, columns]
    chains = [order.chain(dict(zip(order.names, row, strict=True))) for row in values.tolist()]
    places = [place for place in range(n) if lengths[0] <= len(chains[place]) <= lengths[1]]
    played = [dataset.column(f"metadata/{name}")[places] for name in ("pitch", "hold_s", "velocity")]
    sound = np.concatenate(
        [
            dataset.batch(places[k : k + 256], audio=False)[f"features/{FRONT_END}"]
            for k in range(0, len(places), 256)
        ]
    )
    return Sounds(places, sound, conditions(*played), [chains[place] for place in places])


def trained(
    train: Sounds, test: Sounds, *, geometry: str, dim: int, seed: int, epochs: int
) -> dict[str, Any]:
    """One network: what it gets right of the rest, with and without being told which effects there are."""
    network, facts = learned(train, EFFECTS, geometry=geometry, dim=dim, seed=seed, epochs=epochs)
    return {**heard(network, test), **facts}


def learned(
    train: Sounds, modules: tuple[str, ...], *, geometry: str, dim: int, seed: int, epochs: int
) -> tuple[SequenceNetwork, dict[str, Any]]:
    """One network, and what its training took."""
    from patchpilot.estimators._torch import torch
    from patchpilot.estimators.sequence.chains import targets
    from patchpilot.estimators.sequence.config import SequenceConfig
    from patchpilot.estimators.sequence.fitting import FitConfig, fit
    from patchpilot.estimators.sequence.network import SequenceNetwork
    from patchpilot.estimators.sequence.rows import SequenceBatch

    torch.set_num_threads(1)
    config = SequenceConfig(modules, geometry, dim)  # type: ignore[arg-type]
    network = SequenceNetwork(config, seed=seed)
    target = torch.from_numpy(targets(train.chains, modules))
    rows = SequenceBatch(torch.from_numpy(train.sound), torch.from_numpy(train.condition), target)
    began, losses = time.process_time(), list[float]()
    fit(network, rows, FitConfig(epochs=epochs, seed=seed), lambda _, loss: losses.append(loss))
    return network, {
        "parameters": sum(p.numel() for p in network.parameters()),
        "losses": [round(loss, 4) for loss in losses],
        "cpu_s": round(time.process_time() - began, 1),
    }


def heard(network: SequenceNetwork, test: Sounds) -> dict[str, Any]:
    """What a network gets right, with and without being told which effects there are."""
    from patchpilot.estimators._torch import torch

    sound, played = torch.from_numpy(test.sound), torch.from_numpy(test.condition)
    parts = [slice(k, k + 128) for k in range(0, len(test.chains), 128)]
    found = [c for part in parts for c in network.decode(sound[part], played[part])]
    told = [c for part in parts for c in network.decode(sound[part], played[part], among=test.chains[part])]
    return {
        **asdict(scores(found, test.chains)),
        "order_of_known": scores(told, test.chains).exact,
        "tau_of_known": scores(told, test.chains).tau,
    }


def baselines(train: Sounds, test: Sounds, modules: Sequence[str] = EFFECTS) -> dict[str, Scores]:
    """What is right without hearing anything, and what a linear ear hears (`effect_probe`)."""
    default = [tuple(name for name in modules if name in c) for c in test.chains]
    commonest = Counter(train.chains).most_common(1)[0][0]
    rng = np.random.default_rng(0)
    drawn = [train.chains[k] for k in rng.integers(len(train.chains), size=100 * len(test.chains))]
    return {
        "right set (told), default order": scores(default, test.chains),
        "most common sequence": scores([commonest] * len(test.chains), test.chains),
        "chance: another row's": scores(drawn, test.chains * 100),
        "right set (told), ordered by a linear ear": scores(
            ordered(train.sound, train.chains, test.sound, test.chains), test.chains
        ),
    }


# What is printed


def table(runs: Sequence[Mapping[str, Any]], known: Mapping[str, Scores]) -> Iterator[str]:
    """Markdown: the decoders over their seeds (mean, lowest–highest), then the baselines."""
    keys = ("exact", "right_set", "order", "tau", "f1", "order_of_known", "tau_of_known")
    titles = (
        "exact sequence",
        "right set",
        "order, of right sets",
        "τ",
        "F1 of effects",
        "order, set told",
        "τ, set told",
    )
    yield f"| | {' | '.join(titles)} |"
    yield "|---" + "|---:" * len(titles) + "|"
    for geometry in GEOMETRIES:
        mine = [run for run in runs if run["geometry"] == geometry]
        if mine:
            cells = " | ".join(spread([run[key] for run in mine]) for key in keys)
            yield f"| {geometry}, {len(mine)} seeds | {cells} |"
    for name, one in known.items():
        cells = " | ".join(f"{getattr(one, key, math.nan):.3f}".replace("nan", "–") for key in keys)
        yield f"| {name} | {cells} |"


def spread(values: Sequence[float]) -> str:
    """Mean and range."""
    return f"{statistics.fmean(values):.3f} ({min(values):.3f}–{max(values):.3f})"


class Kept:
    """Results as lines of JSON, so that what was measured once is not measured again."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        there = path is not None and path.exists()
        self.lines: list[dict[str, Any]] = (
            [json.loads(line) for line in path.read_text().splitlines()] if there and path else []
        )

    def find(self, **key: Any) -> dict[str, Any] | None:
        """The line with these fields."""
        return next((line for line in self.lines if all(line.get(k) == v for k, v in key.items())), None)

    def add(self, line: dict[str, Any]) -> dict[str, Any]:
        """Keep one."""
        self.lines.append(line)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        return line


def main() -> None:
    """Make what is missing, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=7300)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--dim", type=int, default=16)
    parser.add_argument("--patches", type=int, default=120, help="for the physical limit")
    parser.add_argument("--results", type=Path)
    parser.add_argument(
        "--as-is", action="store_true", help="with the rows that are there, though they be fewer"
    )
    args = parser.parse_args()
    kept = Kept(args.results)
    with Vital(workers=1) as vital:
        if not args.as_is:
            sampler = Drawn(vital.space, vital.priors[PRIOR], TIER, SEED)
            options: dict[str, Any] = {"audio": "none", "features": (FRONT_END,)}
            generate(
                vital, args.data, args.rows, tier=TIER, seed=SEED, sampler=sampler, plan=PLAN, **options
            ).close()
        with Dataset(args.data) as dataset:
            sounds = read(dataset, args.rows)
            compare(sounds, kept, seeds=args.seeds, epochs=args.epochs, dim=args.dim)
            places = sounds.part(held_out=True).places[: args.patches]
            measure_limit(vital, dataset, places, kept)


def compare(sounds: Sounds, kept: Kept, *, seeds: int, epochs: int, dim: int) -> None:
    """Train both for each seed, and print how right they are."""
    train, test = sounds.part(held_out=False), sounds.part(held_out=True)
    n = len(train.chains)
    print(
        f"{n} rows learned from, {len(test.chains)} held out, {epochs} epochs, {dim} dimensions\n", flush=True
    )
    runs = []
    for seed in range(seeds):
        for geometry in GEOMETRIES:
            key = {"geometry": geometry, "seed": seed, "dim": dim, "epochs": epochs, "learned": n}
            runs.append(
                kept.find(**key)
                or kept.add(
                    {**key, **trained(train, test, geometry=geometry, dim=dim, seed=seed, epochs=epochs)}
                )
            )
    print("\n".join(table(runs, baselines(train, test))))
    seconds = spread([run["cpu_s"] for run in runs])
    print(
        f"\n{runs[0]['parameters']} parameters each; a training took {seconds} s of processor time",
        flush=True,
    )


def measure_limit(vital: Vital, dataset: Dataset, places: Sequence[int], kept: Kept) -> None:
    """Swap neighbours on the engine, and print how often that is not heard."""
    heard = []
    for place in places:
        there = kept.find(place=place)
        heard += [there] if there else [kept.add(one) for one in swaps(vital, dataset, [place])]
    n_swaps = sum(len(one["moved"]) for one in heard)
    print(f"\nPhysical limit, from {n_swaps} swaps of neighbours in {len(heard)} held-out patches:")
    for threshold in (INAUDIBLE, 0.05):
        silent, most = limit(heard, threshold)
        print(
            f"{silent:.1%} move the sound by less than {threshold}; at most {most:.1%} of sequences can be right"
        )
    pairs = by_pair(heard)
    for title, some in (("least", pairs[:6]), ("most", pairs[::-1][:6])):
        print(f"{title} heard: " + ", ".join(f"{name} {median:.3f} (n={n})" for median, n, name in some))


if __name__ == "__main__":
    main()
