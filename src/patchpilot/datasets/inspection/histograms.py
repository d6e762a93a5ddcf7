"""How the parameters of a dataset's rows are distributed; its labels read once, in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from patchpilot.space.canonical import Json

if TYPE_CHECKING:
    from patchpilot.datasets.storage.reader import Dataset
    from patchpilot.space import Parameter

BINS = 10
_BLOCK = 4096
"""Rows whose labels are in memory at a time."""


@dataclass(frozen=True, eq=False)
class Histogram:
    """How one parameter is distributed.

    Attributes:
        parameter: which.
        counts: int64, rows in each part of [0, 1], or with each category.
        at_default: rows whose value is that of the init patch.
        rows: of the dataset.
    """

    parameter: Parameter
    counts: npt.NDArray[np.int64]
    at_default: int
    rows: int

    @property
    def moved(self) -> float:
        """Share of the rows in which it is not as in the init patch, 0..1."""
        return 1.0 - self.at_default / self.rows if self.rows else 0.0

    def to_json(self) -> Json:
        """Plain JSON: "kind", "at_default" (a share), and "bins" over [0, 1], or "counts" by category."""
        share = round(self.at_default / self.rows, 6) if self.rows else None
        if not self.parameter.is_categorical:
            return {"kind": "continuous", "at_default": share, "bins": self.counts.tolist()}
        texts = [self.parameter.text(self.parameter.minimum + place) for place in np.flatnonzero(self.counts)]
        if len(set(texts)) < len(texts):  # two options of one name
            texts = [f"{text} ({place})" for text, place in zip(texts, self.counts.nonzero()[0], strict=True)]
        counts = dict(zip(texts, self.counts[self.counts > 0].tolist(), strict=True))
        return {"kind": "categorical", "at_default": share, "counts": counts}


def histograms(dataset: Dataset, *, bins: int = BINS) -> dict[str, Histogram]:
    """The histogram of every parameter that the dataset has a column of, in the columns' order.

    Args:
        dataset: any.
        bins: >= 1, parts of [0, 1] for continuous parameters.
    """
    parameters = dataset.parameters
    low = np.array([p.minimum for p in parameters])
    span = np.array([p.maximum for p in parameters]) - low
    defaults = np.array([p.default for p in parameters], np.float32)
    is_whole = np.array([p.is_categorical for p in parameters], bool)
    sizes = np.where(is_whole, np.rint(span).astype(np.int64) + 1, bins)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    counts, at_default = np.zeros(starts[-1], np.int64), np.zeros(len(parameters), np.int64)
    for values in value_blocks(dataset):
        norms = np.clip((values - low) / span, 0, 1)
        places = np.where(is_whole, np.rint(values - low), np.floor(norms * bins))
        places = np.clip(places, 0, sizes - 1).astype(np.int64) + starts[:-1]
        counts += np.bincount(places.ravel(), minlength=len(counts))
        at_default += (values == defaults).sum(axis=0)
    return {
        p.name: Histogram(p, counts[starts[i] : starts[i + 1]], int(at_default[i]), len(dataset))
        for i, p in enumerate(parameters)
    }


def value_blocks(dataset: Dataset) -> Iterator[npt.NDArray[np.float32]]:
    """The stored values of all rows, float32 (n, columns), some thousand rows at a time."""
    for start in range(0, len(dataset), _BLOCK):
        yield dataset.read("params/values", slice(start, min(start + _BLOCK, len(dataset))))
