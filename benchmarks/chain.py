"""Wet sounds: is the order of a rack's effects heard, does a chain come closer than none, and what is its proxy worth?

    python benchmarks/chain.py FOLDER [--rows 500] [--sounds 10] [--seconds 15] …

Vital and five effects in any order, sounds of one second. Makes in FOLDER, or goes on with it: wet.h5 and dry.h5 (the
same voices without their chains), an estimator of the rack, decoders of the order, and a proxy of the chain, all
trained on nothing else. Then three tables:

* exact order: the decoder in the Poincaré ball and its Euclidean twin, on every eighth row, which they never heard;
  beside them the commonest chain, another row's, and what a linear ear hears.
* wet sounds rendered again, of patches that nobody has heard: what is proposed, and then refined, as a dry patch with
  a chain, and as a dry patch only, with as many renders; beside them the true voice without its chain.
* settings of the chain drawn anew, all else right: descending on the proxy against CMA-ES on the chain, for equal
  seconds of the processor (Linux), the renders' included.

With the defaults a quarter of an hour of one quiet core. What was measured is kept in FOLDER, and not measured again.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chain_closeness import CMA_ES, PROXY, Closeness, finetuned
from chain_sounds import EFFECTS, PRIORS, made_rack, make
from effect_order import Kept, Sounds, baselines, heard, learned, read, table

from patchpilot.datasets import Dataset
from patchpilot.estimators.estimator import Estimator
from patchpilot.estimators.sequence.config import GEOMETRIES
from patchpilot.estimators.sequence.orders import order_of
from patchpilot.instruments.base import instrument
from patchpilot.instruments.rack.rack import Rack

PARTS = ("order", "closeness", "finetuning")


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=500, help="of each dataset")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="which tables")
    parser.add_argument("--as-is", action="store_true", help="with the rows that are there, whatever --rows")
    parser.add_argument("--seeds", type=int, default=1, help="of the decoders")
    parser.add_argument("--epochs", type=int, default=20, help="of the decoders")
    parser.add_argument("--estimator-epochs", type=int, default=30)
    parser.add_argument("--size", default="tiny", help="of the estimator")
    parser.add_argument("--proxy-epochs", type=int, default=3)
    parser.add_argument("--sounds", type=int, default=10, help="of the last two tables")
    parser.add_argument("--renders", type=int, default=60, help="of a refinement")
    parser.add_argument("--seconds", type=float, default=15.0, help="of the processor, for each method")
    return parser.parse_args()


def main() -> None:
    """Make what is missing, and print the tables."""
    from patchpilot.estimators._torch import torch

    asked = arguments()
    torch.set_num_threads(1)
    asked.folder.mkdir(parents=True, exist_ok=True)
    kept = Kept(asked.folder / "results.jsonl")
    with instrument("vital", workers=1) as vital, made_rack(vital) as rack:
        if not asked.as_is:
            for name in PRIORS:
                make(rack, asked.folder / f"{name}.h5", PRIORS[name], asked.rows)
        rows = asked.rows if not asked.as_is else 10**9
        with Dataset(asked.folder / "wet.h5") as dataset:
            sounds = read(dataset, rows, order_of(rack.space), (0, len(EFFECTS)))
        best = orders(sounds, kept, asked)
        if "closeness" in asked.parts:
            closeness = Closeness(rack, vital, estimated(rack, asked), best, asked.folder, asked.renders)
            tell_closeness(closeness, kept, asked)
        if "finetuning" in asked.parts:
            proxy, note = proxied(rack, asked)
            print(f"\n{note}\n", flush=True)
            tell_finetuning(rack, proxy, kept, asked)


# The order


def orders(sounds: Sounds, kept: Kept, asked: argparse.Namespace) -> Path:
    """Train both decoders for each seed, print how right they are; the file of the better one of the first seed."""
    from patchpilot.estimators.sequence.file import save_sequence

    train, test = sounds.part(held_out=False), sounds.part(held_out=True)
    print(f"{len(train.chains)} rows learned from, {len(test.chains)} held out, {asked.epochs} epochs\n")
    runs: dict[Path, Mapping[str, Any]] = {}
    for seed in range(asked.seeds):
        for geometry in GEOMETRIES:
            key = {
                "geometry": geometry,
                "seed": seed,
                "epochs": asked.epochs,
                "learned": len(train.chains),
            }
            path = asked.folder / f"order-{geometry}-{seed}-{asked.epochs}-{len(train.chains)}.safetensors"
            found = kept.find(**key)
            if found is None or not path.exists():
                network, facts = learned(
                    train, EFFECTS, geometry=geometry, dim=16, seed=seed, epochs=asked.epochs
                )
                save_sequence(network, path, key)
                found = kept.add({**key, **heard(network, test), **facts})
            runs[path] = found
    print("\n".join(table(list(runs.values()), baselines(train, test, EFFECTS))), flush=True)
    print(f"processor seconds of a training: {[run['cpu_s'] for run in runs.values()]}\n", flush=True)
    first = [path for path in runs if runs[path]["seed"] == 0]
    return max(first, key=lambda path: runs[path]["exact"])


# The estimator, and the proxy


def estimated(rack: Rack, asked: argparse.Namespace) -> Estimator:
    """The rack's estimator, trained as `patchpilot train --instrument rack:… --head flow` does."""
    from patchpilot.estimators.export import export
    from patchpilot.estimators.networks.network import make_network
    from patchpilot.estimators.training.checkpoint import read_checkpoint
    from patchpilot.estimators.training.config import TrainConfig
    from patchpilot.estimators.training.curriculum import stages
    from patchpilot.estimators.training.rows import read_rows
    from patchpilot.estimators.training.source import Files
    from patchpilot.estimators.training.trainer import Trainer

    epochs = asked.estimator_epochs
    config = TrainConfig(
        instrument=rack.name, size=asked.size, epochs=epochs, batch=32, held_out=0.05, ema=0.99
    )
    data = read_rows([asked.folder / "wet.h5"], rack.space)
    folder = asked.folder / f"estimator-{asked.size}-{epochs}-{len(data.rows)}"
    source = Files(data, config.held_out)
    schedule = stages("", epochs, data.codec, rack.space)
    trainer = Trainer(config, source, schedule, lambda: make_network(config.network, data.codec), folder)
    outcome = trainer.run()
    found = read_checkpoint(folder, codec=data.codec)
    export(found.network(), found.codec, folder, trained=found.trained, force=True)
    print(
        f"estimator: {asked.size}, {len(data.rows)} rows, {outcome.epochs} epochs, held out {outcome.best:.3f}, "
        f"{outcome.seconds:.0f} s\n",
        flush=True,
    )
    return Estimator.load(folder, rack)


def proxied(rack: Rack, asked: argparse.Namespace) -> tuple[Path, str]:
    """The chain's proxy, and how far it is from the chain, beside the dry sound as it is."""
    from patchpilot.estimators.training.chain_proxy import train_chain_proxy
    from patchpilot.estimators.training.config import TrainConfig
    from patchpilot.estimators.training.pairs import read_pairs

    epochs = asked.proxy_epochs
    config = TrainConfig(
        instrument=rack.name, head="proxy", epochs=epochs, batch=4, held_out=0.05, ema=0.99, lr=3e-3
    )
    data = read_pairs(asked.folder / "wet.h5", asked.folder / "dry.h5", rack.space, rate=16_000)
    folder = asked.folder / f"proxy-{epochs}-{len(data.rows)}"
    path, outcome = train_chain_proxy(config, data, rack.space, folder)
    last = json.loads((folder / "training.jsonl").read_text().splitlines()[-1])
    return path, (
        f"proxy: {len(data.rows)} pairs, {epochs} epochs, {outcome.seconds:.0f} s; held out it is "
        f"{last['held_out/total']:.3f} from the wet sound, the dry sound {last['held_out/dry']:.3f} (STFT distance)"
    )


# How close


def tell_closeness(closeness: Closeness, kept: Kept, asked: argparse.Namespace) -> None:
    """Render wet sounds again, and print medians."""
    rows = []
    for index in range(asked.sounds):
        key = {"closeness": index, "with": closeness.said}
        found = kept.find(**key)
        if found is None and (made := closeness(index)):
            found = kept.add({**key, **made})
        rows += [found] if found else []
    names = [name for name, value in rows[0].items() if isinstance(value, float)]
    print(f"median headline distance of {len(rows)} wet sounds, {asked.renders} renders of refinement:\n")
    print("\n".join(medians(rows, names)), flush=True)
    wins = sum(row["dry + chain, refined"] < row["dry only, refined"] for row in rows)
    print(f"\nwith a chain closer than without on {wins} of {len(rows)}", flush=True)


def tell_finetuning(rack: Rack, proxy: Path, kept: Kept, asked: argparse.Namespace) -> None:
    """Finetuning against CMA-ES, and medians."""
    rows = []
    for index in range(asked.sounds):
        key = {"finetuning": index, "proxy": proxy.parent.name, "seconds": asked.seconds}
        found = kept.find(**key)
        if found is None and (made := finetuned(rack, proxy, index, asked.seconds)):
            found = kept.add({**key, **made})
        rows += [found] if found else []
    names = [name for name, value in rows[0].items() if isinstance(value, float) and name != "seconds"]
    print(f"median of {len(rows)} sounds, {asked.seconds:g} processor seconds for each method:\n")
    print("\n".join(medians(rows, names)))
    wins = sum(row[PROXY] < row[CMA_ES] for row in rows)
    print(f"\nthe proxy came closer on {wins} of {len(rows)}", flush=True)


def medians(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Iterator[str]:
    """Markdown: median, and lowest to highest."""
    yield "| | median | lowest–highest |"
    yield "|---|---:|---:|"
    for name in names:
        values = [float(row[name]) for row in rows]
        yield f"| {name} | {statistics.median(values):.3f} | {min(values):.3f}–{max(values):.3f} |"


if __name__ == "__main__":
    main()
