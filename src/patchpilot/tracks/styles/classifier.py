"""The classifier of sub-styles: a random forest, gradient boosting and support vectors, whose shares are averaged.

Its file is a NumPy archive without pickles: a pickle runs whatever program it holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.errors import EstimatorError, LibraryError
from patchpilot.retrieval.archive import Members, read_arrays, write_arrays
from patchpilot.space.canonical import canonical_json
from patchpilot.tracks.similarity import Bars, Vectors
from patchpilot.tracks.similarity.hearing import size_of
from patchpilot.tracks.styles import trees
from patchpilot.tracks.styles.report import StyleReport
from patchpilot.tracks.styles.trees import Trees

FORMAT, KIND = 1, "patchpilot track styles"
FOREST, BOOSTING, SUPPORT = "random forest", "gradient boosting", "support vectors"
MOST = 10.0
"""Spreads from the middle; further off is as far."""
_SHARPNESS = 2.0
"""How much of a decision value of 1 the support vectors make: shares go as exp(2 x)."""
_MEMBERS: Members = {
    "header": (np.uint8, 1), "middle": (np.float32, 1), "spread": (np.float32, 1), "prior": (np.float64, 1),
    "vectors": (np.float32, 2), "weights": (np.float64, 2), "offsets": (np.float64, 1),
    **{f"{name}_{key}": kind for name in ("forest", "boosting") for key, kind in trees.MEMBERS.items()},
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class StyleClassifier:
    """Tells the sub-style of a track; `train_styles` makes one.

    Attributes:
        styles: the labels, in order.
        report: how well it does, cross-validated.
        middle: float32 (features,), median of each.
        spread: float32 (features,), their quartiles' distance; infinite for one that says nothing.
        forest: whose leaves say shares.
        boosting: whose leaves are added up; trees of a round, one for each style (of two styles: one), then the next.
        prior: float64 (outputs,), what the boosting begins with.
        rate: of the boosting.
        vectors: float32 (n, features), the support vectors of all styles.
        weights: float64 (styles, n).
        offsets: float64 (styles,).
        gamma: of the kernel exp(−gamma |a − b|²).
    """

    styles: tuple[str, ...]
    report: StyleReport
    middle: F32
    spread: F32
    forest: Trees
    boosting: Trees
    prior: F64
    rate: float
    vectors: F32
    weights: F64
    offsets: F64
    gamma: float

    def __call__(self, track: Vectors) -> dict[str, float]:
        """The share of each style, the likeliest first; they add up to 1.

        Args:
            track: what the base `Bars` heard of it.
        """
        mean = np.mean(list(self.members(features(track)).values()), axis=0)
        order = np.argsort(-mean, kind="stable")
        return {self.styles[k]: float(mean[k]) for k in order}

    def members(self, x: F32) -> dict[str, F64]:
        """What each member says, float64 (styles,) each.

        Args:
            x: float32 (features,), of `features`.
        """
        scaled = self.scaled(x)
        rounds = self.boosting(scaled).reshape(-1, len(self.prior)).sum(axis=0)
        raw = self.prior + self.rate * rounds
        near = np.exp(-self.gamma * np.square(self.vectors.astype(np.float64) - scaled).sum(axis=1))
        return {
            FOREST: self.forest(scaled).mean(axis=0),
            BOOSTING: _shares(raw if len(raw) > 1 else np.array([0.0, raw[0]])),
            SUPPORT: _shares(_SHARPNESS * (self.weights @ near + self.offsets)),
        }

    def scaled(self, x: F32) -> F32:
        """Features in spreads, 0 where there is none."""
        return np.asarray(
            np.clip(np.nan_to_num((x - self.middle) / self.spread, nan=0.0), -MOST, MOST), np.float32
        )

    def save(self, path: Path) -> None:
        """Write its file, whole or not at all; raises `OutputError`."""
        base = Bars()
        header = {
            "kind": KIND, "format": FORMAT, "base": [base.name, base.version], "styles": list(self.styles),
            "report": self.report.to_json(), "rate": self.rate, "gamma": self.gamma,
        }  # fmt: skip
        names = ("middle", "spread", "prior", "vectors", "weights", "offsets")
        arrays = {
            "header": np.frombuffer(canonical_json(header).encode(), np.uint8),
            **{name: getattr(self, name) for name in names},
        }
        write_arrays(path, {**arrays, **self.forest.arrays("forest"), **self.boosting.arrays("boosting")})


def features(track: Vectors) -> F32:
    """What a track is told by: the means over its stretches, and over its drops, float32 (2 x size,)."""
    rows = track.rows[0]
    drops = track.of("drop")
    return np.concatenate(
        [_mean(rows), _mean(rows[drops]) if drops else np.full(rows.shape[1], np.nan, np.float32)]
    )


def load_styles(path: Path) -> StyleClassifier:
    """Read the file of a classifier.

    Raises:
        EstimatorError: there is none, or it is damaged, something else, or of another version.
    """
    try:
        arrays = read_arrays(path, _MEMBERS)
        return _made(json.loads(arrays["header"].tobytes()), arrays)
    except (LibraryError, ValueError, KeyError, TypeError) as error:
        raise EstimatorError(
            f"{path}: cannot be read as a classifier: {error}. Train one: patchpilot track styles train DIR -o {path}"
        ) from None


def _made(said: Mapping[str, Any], arrays: Mapping[str, Any]) -> StyleClassifier:
    base = Bars()
    if said["kind"] != KIND or said["format"] != FORMAT or said["base"] != [base.name, base.version]:
        raise ValueError("it is of another kind or version")
    found = StyleClassifier(
        tuple(said["styles"]), StyleReport.from_json(said["report"]), arrays["middle"], arrays["spread"],
        Trees.from_arrays("forest", arrays), Trees.from_arrays("boosting", arrays), arrays["prior"],
        float(said["rate"]), arrays["vectors"], arrays["weights"], arrays["offsets"], float(said["gamma"]),
    )  # fmt: skip
    n, size, outputs = (
        len(found.styles),
        2 * size_of(base),
        1 if len(found.styles) == 2 else len(found.styles),
    )
    shapes = (
        found.middle.shape,
        found.spread.shape,
        found.vectors.shape[1:],
        found.offsets.shape,
        found.prior.shape,
    )
    fits = shapes == ((size,), (size,), (size,), (n,), (outputs,)) and found.weights.shape == (
        n,
        len(found.vectors),
    )
    leaves = found.forest.value.shape[1] == n and found.boosting.value.shape[1] == 1
    asked = max(int(t.feature.max(initial=-1)) for t in (found.forest, found.boosting))
    if n < 2 or not fits or not leaves or asked >= size or len(found.boosting.roots) % outputs:
        raise ValueError("its arrays do not fit together; it is damaged")
    return found


def _mean(rows: F32) -> F32:
    known = np.isfinite(rows)
    sums = np.where(known, rows, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), sums / np.maximum(known.sum(axis=0), 1), np.nan).astype(np.float32)


def _shares(raw: F64) -> F64:
    grown = np.exp(raw - raw.max())
    return np.asarray(grown / grown.sum())
