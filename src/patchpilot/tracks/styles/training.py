"""Training the classifier of sub-styles with scikit-learn, and judging it by cross-validation."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from patchpilot.audio import F32
from patchpilot.errors import EstimatorError, PluginError
from patchpilot.tracks.similarity import Vectors
from patchpilot.tracks.styles.classifier import MOST, StyleClassifier, features
from patchpilot.tracks.styles.report import StyleReport
from patchpilot.tracks.styles.trees import Trees

LEAST_TRACKS, MOST_FOLDS = 3, 5
_TREES, _ROUNDS, _DEPTH, _RATE, _C = 300, 100, 2, 0.1, 3.0
_FLAT = 1e-6


def train_styles(
    tracks: Sequence[Vectors],
    labels: Sequence[str],
    *,
    seed: int = 0,
    on_fold: Callable[[int, int], None] = lambda *_: None,
) -> StyleClassifier:
    """Learn sub-styles, and judge that by cross-validation with up to five folds.

    Args:
        tracks: what the base `Bars` heard of them.
        labels: of the tracks.
        seed: of all draws: the same tracks, labels and seed give the same classifier.
        on_fold: called before each of the fits with its number, from 1, and how many there are.

    Raises:
        EstimatorError: there are fewer than two labels, or one has fewer than three tracks.
        PluginError: scikit-learn is missing.
    """
    _check(labels)
    sklearn = _sklearn()
    x = np.stack([features(track) for track in tracks])
    styles = tuple(sorted(set(labels)))
    y = np.array([styles.index(label) for label in labels])
    folds = min(MOST_FOLDS, int(np.bincount(y).min()))
    confusion = np.zeros((len(styles), len(styles)), int)
    right: dict[str, int] = {}
    split = sklearn["model_selection"].StratifiedKFold(folds, shuffle=True, random_state=seed)
    for number, (inside, outside) in enumerate(split.split(x, y), 1):
        on_fold(number, folds + 1)
        part = _fitted(sklearn, x[inside], y[inside], styles, seed)
        for row in outside:
            said = part.members(x[row])
            confusion[y[row], int(np.argmax(np.mean(list(said.values()), axis=0)))] += 1
            for name, shares in said.items():
                right[name] = right.get(name, 0) + int(np.argmax(shares) == y[row])
    on_fold(folds + 1, folds + 1)
    report = StyleReport(
        styles, folds, tuple(tuple(row) for row in confusion.tolist()),
        {name: round(count / len(y), 4) for name, count in right.items()},
    )  # fmt: skip
    return replace(_fitted(sklearn, x, y, styles, seed), report=report)


def _fitted(
    sklearn: dict[str, Any], x: F32, y: np.ndarray, styles: tuple[str, ...], seed: int
) -> StyleClassifier:
    known = np.isfinite(x).any(axis=0)
    filled = np.where(known, x, 0.0)
    scaler = sklearn["preprocessing"].RobustScaler().fit(filled)
    quartiles = np.subtract(*np.nanquantile(filled, (0.75, 0.25), axis=0))
    spread = np.where(known & (quartiles > _FLAT), scaler.scale_, np.inf).astype(np.float32)
    middle = scaler.center_.astype(np.float32)
    scaled = np.clip(np.nan_to_num((x - middle) / spread, nan=0.0), -MOST, MOST).astype(np.float32)
    ensemble = sklearn["ensemble"]
    forest = ensemble.RandomForestClassifier(
        _TREES, max_features="sqrt", class_weight="balanced", random_state=seed
    ).fit(scaled, y)
    boosting = ensemble.GradientBoostingClassifier(
        n_estimators=_ROUNDS,
        max_depth=_DEPTH,
        learning_rate=_RATE,
        subsample=0.8,
        max_features="sqrt",
        random_state=seed,
    ).fit(scaled, y)
    gamma = 1.0 / (scaled.shape[1] * max(float(scaled.var()), 1e-9))
    machines = [
        sklearn["svm"].SVC(C=_C, gamma=gamma, class_weight="balanced").fit(scaled, y == k)
        for k in range(len(styles))
    ]
    weights = np.zeros((len(styles), len(scaled)))
    for k, machine in enumerate(machines):
        weights[k, machine.support_] = machine.dual_coef_[0]
    used = np.flatnonzero((weights != 0.0).any(axis=0))
    shares = np.bincount(y) / len(y)
    return StyleClassifier(
        styles, StyleReport(styles, 0, (), {}), middle, spread,
        Trees.of(forest.estimators_, shares=True), Trees.of(boosting.estimators_.ravel(), shares=False),
        np.log(shares) if len(styles) > 2 else np.log(shares[1:] / shares[:1]), _RATE,
        np.ascontiguousarray(scaled[used]), np.ascontiguousarray(weights[:, used]),
        np.array([float(machine.intercept_[0]) for machine in machines]), gamma,
    )  # fmt: skip


def _check(labels: Sequence[str]) -> None:
    counts = {label: list(labels).count(label) for label in sorted(set(labels))}
    few = [f"{label} {count}" for label, count in counts.items() if count < LEAST_TRACKS]
    if len(counts) < 2 or few:
        raise EstimatorError(
            f"expected two styles or more with {LEAST_TRACKS} tracks each, got "
            f"{', '.join(few) if few else ', '.join(counts) or 'none'}. "
            "Put tracks into folders by style, and those of rare styles elsewhere."
        )


def _sklearn() -> dict[str, Any]:
    try:
        names = ("ensemble", "model_selection", "preprocessing", "svm")
        return {name: importlib.import_module(f"sklearn.{name}") for name in names}
    except ImportError as error:
        raise PluginError(
            f"training styles needs scikit-learn ({error}): pip install 'patchpilot[train]'"
        ) from None
