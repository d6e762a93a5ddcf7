"""How well does a proxy say what the engine would play?

    python benchmarks/proxy.py proxy.safetensors [--data data.h5] [--held-out 400] [--patches 64] [--each 6]

First over all, with a dataset: its held-out rows (the share that training leaves out), beside the mean picture and the
nearest of the other rows by their tokens. Then by parameter, turned over its range on fresh patches of core-v1 that
nobody trained on: the proxy's change of the sound against the engine's. About 2,500 renders.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from patchpilot.estimators._torch import torch
from patchpilot.estimators.codec import Labels
from patchpilot.estimators.networks.proxy import Proxy
from patchpilot.estimators.networks.proxy_file import load_proxy
from patchpilot.estimators.proxy_error import OverallError, TokenError, guesses, overall, proxy_error
from patchpilot.estimators.training.rows import Rows, read_rows
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.space import Performance

SEED = 77_002
"""Of the patches; no dataset, library or other benchmark draws from it."""
HELD_OUT = 0.05
PERFORMANCE = Performance.one_note(60, hold_s=1.0, length_s=2.0)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("proxy", type=Path)
    parser.add_argument("--data", type=Path, help="a dataset with the feature front_end")
    parser.add_argument("--rows", type=int, default=0, help="of the dataset, the first ones")
    parser.add_argument("--held-out", type=int, default=400, help="most held-out rows")
    parser.add_argument("--share", type=float, default=HELD_OUT, help="of the patches that are held out")
    parser.add_argument("--patches", type=int, default=64, help="to turn parameters on")
    parser.add_argument("--each", type=int, default=6, help="patches in which a parameter is turned")
    parser.add_argument("--tokens", default="", help="only these")
    return parser.parse_args()


def of_rows(proxy: Proxy, rows: Rows, most: int, share: float) -> list[tuple[str, OverallError]]:
    """The proxy and what needs none, on rows that are held out."""
    known, held = rows.split(share)
    held = held[:most]
    real = rows.sounds[held].astype(np.float32) / 255.0
    labels = rows.labels[held]
    mean = rows.sounds[known[:: max(1, len(known) // 4000)]].astype(np.float32).mean(0) / 255.0
    nearest = known[
        nearest_rows(proxy, rows.labels[known], rows.conditions[known], labels, rows.conditions[held])
    ]
    return [
        ("proxy", overall(guesses(proxy, labels, rows.conditions[held]), real)),
        ("mean picture", overall(np.broadcast_to(mean, real.shape).copy(), real)),
        ("nearest by tokens", overall(rows.sounds[nearest].astype(np.float32) / 255.0, real)),
    ]


def nearest_rows(
    proxy: Proxy, known: Labels, known_played: np.ndarray, wanted: Labels, wanted_played: np.ndarray
) -> np.ndarray:
    """For each wanted row the place of the known one whose tokens (and note) are nearest: options count 2 each."""
    codec, found = proxy.codec, []
    n = len(codec.continuous)
    for row in range(len(wanted)):
        both = known.active[:, :n] & wanted.active[row, :n]
        values = (np.square(known.continuous - wanted.continuous[row]) * both).sum(1)
        options = 4.0 * (known.categorical != wanted.categorical[row]).sum(1)
        played = 4.0 * np.square(known_played - wanted_played[row]).sum(1)
        found.append(int(np.argmin(values + options + played)))
    return np.array(found)


def line(error: TokenError) -> str:
    """One row of the table."""
    return (
        f"{error.name:<32} {error.kind:<9} {error.turns:5d} {error.real_db:8.2f} {error.wrong_db:8.2f} "
        f"{error.followed:9.2f} {error.correlation:12.2f}"
    )


def by_parameter(proxy: Proxy, synth: Instrument, asked: argparse.Namespace) -> list[TokenError]:
    """The errors, printed as they are there."""
    prior = synth.priors["core-v1"]
    patches = [prior.draw(synth.space, SEED, index) for index in range(asked.patches)]
    tokens = [name for name in asked.tokens.split(",") if name]
    heads = f"{'turns':>5} {'real dB':>8} {'wrong dB':>8} {'followed':>9} {'correlation':>12}"
    print(f"{'token':<32} {'kind':<9} {heads}")
    found = []
    for error in proxy_error(proxy, synth, patches, PERFORMANCE, tokens=tokens, each=asked.each):
        print(line(error), flush=True)
        found.append(error)
    return found


def main() -> None:
    """Measure, and print."""
    asked = arguments()
    torch.set_num_threads(1)  # beside the engine's processes
    proxy = load_proxy(asked.proxy)
    with instrument(proxy.codec.instrument) as synth:
        if asked.data:
            data = read_rows([asked.data], synth.space, rows=asked.rows, codec=proxy.codec)
            print(f"{'guess':<20} {'dB of mid, note, quick, side':<32} {'logmel':>7}")
            for name, error in of_rows(proxy, data.rows, asked.held_out, asked.share):
                print(f"{name:<20} {'  '.join(f'{db:6.2f}' for db in error.db):<32} {error.logmel:7.3f}")
        errors = by_parameter(proxy, synth, asked)
    weights = np.array([error.real_db * error.turns for error in errors])
    followed = np.array([error.followed for error in errors])
    print(
        f"followed, weighted by how much they change: {float((weights * followed).sum() / weights.sum()):.2f}"
    )


if __name__ == "__main__":
    main()
