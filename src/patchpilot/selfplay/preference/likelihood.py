"""Votes as rows of a Bayesian logistic regression that expects some of them to be mistakes.

A row x with the answer y (±1) has the likelihood  ε + (1 − 2ε) σ(y · x·w): with the probability ε the finger slipped,
or the mood had changed. So no vote, however sure the model was of its contrary, pulls without bound. The posterior of
the weights w is a Gaussian around its peak (Laplace's approximation; MacKay 1992, "The evidence framework applied to
classification networks"), found by Fisher scoring, with the Fisher information as its curvature. A comparison of two
sounds is the row of their difference (Bradley and Terry 1952).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.special import expit

from patchpilot.audio import F64

STEPS, QUICK_STEPS, ENOUGH = 30, 6, 1e-3
"""Most steps towards the peak, and the change of a weight that is none."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is believed of the weights: a Gaussian.

    Attributes:
        mean: float64 (d,).
        covariance: float64 (d, d).
        evidence: log of how likely the votes were, weights unknown, to compare priors; NaN of a quick update.
    """

    mean: F64
    covariance: F64
    evidence: float


def prior(variances: F64) -> Posterior:
    """What is believed without votes: independent weights around 0.

    Args:
        variances: float64 (d,), > 0.
    """
    return Posterior(np.zeros(len(variances)), np.diag(variances), 0.0)


def fitted(rows: F64, answers: F64, weights: F64, variances: F64, *, slips: float, start: F64) -> Posterior:
    """The posterior.

    Args:
        rows: float64 (n, d).
        answers: float64 (n,), +1 or −1.
        weights: float64 (n,), >= 0, how much each counts.
        variances: float64 (d,), > 0, of the prior.
        slips: 0 <= ε < 0.5, share of votes that are mistakes.
        start: float64 (d,), where to begin; near the peak saves steps.
    """
    w, value = start, _log_posterior(rows, answers, weights, variances, slips, start)
    for _ in range(STEPS):
        gradient, curvature = _slopes(rows, answers, weights, slips, w)
        precision = (rows.T * curvature) @ rows
        precision[np.diag_indices_from(precision)] += 1.0 / variances
        step = linalg.solve(precision, rows.T @ gradient - w / variances, assume_a="pos")
        w, value, moved = _downhill(rows, answers, weights, variances, slips, w, value, step)
        if moved < ENOUGH:
            break
    _, curvature = _slopes(rows, answers, weights, slips, w)
    precision = (rows.T * curvature) @ rows
    precision[np.diag_indices_from(precision)] += 1.0 / variances
    factor = linalg.cho_factor(precision, lower=True)
    covariance = linalg.cho_solve(factor, np.eye(len(w)))
    log_volume = -np.log(np.diag(factor[0])).sum() - 0.5 * np.log(variances).sum()
    return Posterior(w, covariance, float(value + log_volume))


def updated(
    before: Posterior, rows: F64, answers: F64, weights: F64, variances: F64, *, slips: float
) -> Posterior:
    """The posterior after one more row, the last, in a fraction of the time: with the old curvature of all others.

    Args:
        before: of all rows but the last.
        rows: as of `fitted`, like the others.
        answers: likewise.
        weights: likewise.
        variances: likewise.
        slips: likewise.
    """
    new = rows[-1]
    _, (information,) = _slopes(rows[-1:], answers[-1:], weights[-1:], slips, before.mean)
    along = before.covariance @ new
    covariance = before.covariance - np.outer(along, along) * (
        information / (1.0 + information * (new @ along))
    )
    w = before.mean
    value = _log_posterior(rows, answers, weights, variances, slips, w)
    for _ in range(QUICK_STEPS):
        gradient, _ = _slopes(rows, answers, weights, slips, w)
        step = covariance @ (rows.T @ gradient - w / variances)
        w, value, moved = _downhill(rows, answers, weights, variances, slips, w, value, step)
        if moved < ENOUGH:
            break
    return Posterior(w, covariance, np.nan)


def _downhill(
    rows: F64, answers: F64, weights: F64, variances: F64, slips: float, w: F64, value: float, step: F64
) -> tuple[F64, float, float]:
    """The step, halved until it gains; the new weights, their value, and how far they moved."""
    size = 1.0
    while size > 1e-3:
        there = w + size * step
        found = _log_posterior(rows, answers, weights, variances, slips, there)
        if found >= value:
            return there, found, float(np.abs(size * step).max())
        size *= 0.5
    return w, value, 0.0


def _log_posterior(rows: F64, answers: F64, weights: F64, variances: F64, slips: float, w: F64) -> float:
    likely = slips + (1.0 - 2.0 * slips) * expit(answers * (rows @ w))
    return float(weights @ np.log(np.maximum(likely, 1e-300)) - 0.5 * np.sum(np.square(w) / variances))


def _slopes(rows: F64, answers: F64, weights: F64, slips: float, w: F64) -> tuple[F64, F64]:
    """Of the log-likelihood by each row's product: the first derivative, and the Fisher information."""
    yes = expit(rows @ w)
    slope = (1.0 - 2.0 * slips) * yes * (1.0 - yes)
    likely = slips + (1.0 - 2.0 * slips) * yes
    gradient = slope * np.where(
        answers > 0, 1.0 / np.maximum(likely, 1e-12), -1.0 / np.maximum(1.0 - likely, 1e-12)
    )
    information = np.square(slope) / np.maximum(likely * (1.0 - likely), 1e-12)
    return weights * gradient, weights * information
