"""What no ear can tell: neighbours in a chain of effects whose swap leaves the sound as it was."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from patchpilot.audio import Audio
from patchpilot.datasets import Dataset
from patchpilot.distance import logmel
from patchpilot.estimators.sequence.chains import Chain
from patchpilot.instruments.vital.effect_order import ORDER, chain, chain_values
from patchpilot.instruments.vital.vital import Vital

INAUDIBLE = 0.02
"""Headline distance below which two sounds are one."""


def swapped(order: Sequence[str], place: int) -> Chain:
    """With the neighbours at a place and the next exchanged."""
    return (*order[:place], order[place + 1], order[place], *order[place + 2 :])


def swaps(vital: Vital, dataset: Dataset, places: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Patch by patch, how far the sound moves with each swap of neighbours."""
    for place in places:
        row = dataset[place]
        order = chain(row.patch.values)
        orders = [order, *(swapped(order, k) for k in range(len(order) - 1))]
        patches = [row.patch.changed(vital.space, {ORDER: chain_values(one)[ORDER]}) for one in orders]
        sounds = vital.render_many([(patch, row.performance) for patch in patches])
        heard = [sound for sound in sounds if isinstance(sound, Audio)]
        if len(heard) == len(orders):
            moved = [float(logmel(heard[0], other)) for other in heard[1:]]
            yield {"place": place, "chain": order, "moved": moved}


def equal_orders(order: Sequence[str], silent: set[frozenset[str]]) -> int:
    """How many orders can be reached by swaps of neighbours that are not heard."""
    known, new = {tuple(order)}, [tuple(order)]
    while new:
        one = new.pop()
        for k, pair in enumerate(pairwise(one)):
            other = swapped(one, k)
            if frozenset(pair) in silent and other not in known:
                known.add(other)
                new.append(other)
    return len(known)


def limit(heard: Sequence[Mapping[str, Any]], threshold: float = INAUDIBLE) -> tuple[float, float]:
    """Share of swaps that are not heard, and the share of chains that could be right at most."""
    moved = [distance for one in heard for distance in one["moved"]]
    shares = []
    for one in heard:
        pairs = zip(pairwise(one["chain"]), one["moved"], strict=True)
        silent = {frozenset(pair) for pair, distance in pairs if distance < threshold}
        shares.append(1.0 / equal_orders(one["chain"], silent))
    return float(np.mean([distance < threshold for distance in moved])), float(np.mean(shares))


def by_pair(heard: Sequence[Mapping[str, Any]]) -> list[tuple[float, int, str]]:
    """Median distance, number of swaps and names, for each pair that was swapped thrice or more, least first."""
    moved: dict[str, list[float]] = {}
    for one in heard:
        for pair, distance in zip(pairwise(one["chain"]), one["moved"], strict=True):
            moved.setdefault(" / ".join(sorted(pair)), []).append(distance)
    return sorted((statistics.median(d), len(d), name) for name, d in moved.items() if len(d) >= 3)
