"""The `Preference` noun: what is believed of somebody's taste after their votes, and how sure that is."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.special import expit, xlogy
from threadpoolctl import ThreadpoolController

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.selfplay.preference import likelihood
from patchpilot.selfplay.preference.lens import Lens
from patchpilot.selfplay.preference.likelihood import Posterior

SLIPS = 0.05
"""Share of votes that are taken for mistakes."""
SCALES = (
    (2.0, 1.0, 1.0, 0.3),
    (2.0, 2.0, 2.0, 0.6),
    (2.0, 4.0, 2.0, 0.3),
    (2.0, 2.0, 4.0, 0.3),
    (2.0, 4.0, 4.0, 1.0),
)
"""Standard deviations of the prior, for each group of the lens's columns; which one, the votes say."""
_FIRST_CHOICE, _LAST_CHOICE = 16, 256
"""Votes before which the first scales are used, and after which they stay; at each doubling they are chosen anew."""
_AFRESH = 1.1
"""Growth of the votes after which all is fitted again, rather than only the last vote worked in."""
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)


@dataclass(frozen=True, eq=False)
class Belief:
    """What is believed of some sounds.

    Attributes:
        likely: float64 (n,), how likely each is liked, 0..1.
        unsure: float64 (n,), standard deviation of that.
        telling: float64 (n,), >= 0: nats that its vote is expected to tell about the taste (BALD: Houlsby et al. 2011,
            "Bayesian Active Learning for Classification and Preference Learning", eq. 2).
    """

    likely: F64
    unsure: F64
    telling: F64


class Preference:
    """A taste, learned of votes on single sounds and of comparisons of two.

    What it believes depends on the lens and the votes in their order only. A vote takes milliseconds, with thousands
    before it.

    Args:
        lens: what it sees of takes.
        slips: 0 <= and < 0.5, share of votes that are mistakes.

    Raises:
        ParameterError: `slips` is out of its range.
    """

    def __init__(self, lens: Lens, *, slips: float = SLIPS) -> None:
        if not 0.0 <= slips < 0.5:
            raise ParameterError(f"expected a share of slips from 0 to below 0.5, got {slips}")
        self.lens, self._slips = lens, slips
        self._groups = lens.groups
        self._rows = np.zeros((0, len(self._groups)))
        self._answers, self._weights = np.zeros(0), np.zeros(0)
        self._scales = SCALES[0]
        self._choice, self._fitted_at = _FIRST_CHOICE, 0
        self.posterior: Posterior = likelihood.prior(self._variances(self._scales))

    def __len__(self) -> int:
        """How many votes it has heard."""
        return len(self._answers)

    def vote(self, row: npt.ArrayLike, liked: bool, *, weight: float = 1.0) -> None:
        """Somebody said YES or NO to a sound.

        Args:
            row: float64 (d,), of the lens.
            liked: whether it was YES.
            weight: > 0, how many votes it counts for.
        """
        self.votes(np.atleast_2d(np.asarray(row, np.float64)), [liked], weights=[weight])

    def prefer(self, better: npt.ArrayLike, worse: npt.ArrayLike, *, weight: float = 1.0) -> None:
        """Somebody said that one sound is better than another; rows as for `vote`."""
        apart = np.asarray(better, np.float64) - np.asarray(worse, np.float64)
        self._learn(apart[None], np.ones(1), np.array([weight]))

    def votes(
        self, rows: npt.ArrayLike, liked: npt.ArrayLike, *, weights: npt.ArrayLike | None = None
    ) -> None:
        """Many votes at once.

        Args:
            rows: float64 (n, d).
            liked: bool (n,).
            weights: float64 (n,), > 0; 1 by default.
        """
        answers = np.where(np.asarray(liked, bool), 1.0, -1.0)
        self._learn(
            np.asarray(rows, np.float64),
            answers,
            np.ones(len(answers)) if weights is None else np.asarray(weights, np.float64),
        )

    def belief(self, rows: npt.ArrayLike) -> Belief:
        """What is believed of sounds, float64 (n, d) of the lens."""
        given = np.asarray(rows, np.float64)
        spread = np.einsum("nd,nd->n", given @ self.posterior.covariance, given)
        return believed(given @ self.posterior.mean, spread)

    def _learn(self, rows: F64, answers: F64, weights: F64) -> None:
        if rows.shape != (len(answers), self._rows.shape[1]) or not np.isfinite(rows).all():
            raise ParameterError(
                f"expected finite rows of {self._rows.shape[1]} numbers, got an array of shape {rows.shape}"
            )
        if not (np.isfinite(weights) & (weights > 0.0)).all():
            raise ParameterError("expected votes with weights above 0")
        self._rows = np.concatenate([self._rows, rows])
        self._answers = np.concatenate([self._answers, answers])
        self._weights = np.concatenate([self._weights, weights])
        with _one_thread().limit(
            limits=1, user_api="blas"
        ):  # matrices this small lose by more, above all if others work
            self._fit(len(answers))

    def _fit(self, n_new: int) -> None:
        if len(self) >= self._choice:
            self._choose_scales()
        if n_new == 1 and self._fitted_at < len(self) < _AFRESH * self._fitted_at:
            known = (self._rows, self._answers, self._weights, self._variances(self._scales))
            self.posterior = likelihood.updated(self.posterior, *known, slips=self._slips)
        elif self._fitted_at < len(self):
            self.posterior = self._fitted(self._scales, len(self))
            self._fitted_at = len(self)

    def _choose_scales(self) -> None:
        """Those under which the first votes were likeliest."""
        n = min(len(self), _LAST_CHOICE)
        tried = {scales: self._fitted(scales, n) for scales in SCALES}
        self._scales = max(tried, key=lambda scales: tried[scales].evidence)
        self.posterior, self._fitted_at = tried[self._scales], n
        while self._choice <= len(self):
            self._choice = 2 * self._choice if self._choice < _LAST_CHOICE else sys.maxsize

    def _fitted(self, scales: tuple[float, ...], n: int) -> Posterior:
        """The posterior of the first `n` votes."""
        return likelihood.fitted(
            self._rows[:n],
            self._answers[:n],
            self._weights[:n],
            self._variances(scales),
            slips=self._slips,
            start=self.posterior.mean,
        )

    def _variances(self, scales: tuple[float, ...]) -> F64:
        return np.asarray(np.square(np.asarray(scales))[self._groups])


def believed(mean: F64, variance: F64) -> Belief:
    """What Gaussian log-odds say, by quadrature.

    Args:
        mean: float64 (n,).
        variance: float64 (n,), >= 0.
    """
    weights = _WEIGHTS / _WEIGHTS.sum()
    odds = mean[:, None] + np.sqrt(np.maximum(variance, 0.0))[:, None] * _NODES
    yes = expit(odds)
    likely = yes @ weights
    unsure = np.sqrt(np.maximum(np.square(yes) @ weights - np.square(likely), 0.0))
    telling = _entropy(likely) - _entropy(yes) @ weights
    return Belief(likely, unsure, np.maximum(telling, 0.0))


@cache
def _one_thread() -> ThreadpoolController:
    return ThreadpoolController()


def _entropy(p: F64) -> F64:
    return np.asarray(-xlogy(p, p) - xlogy(1.0 - p, 1.0 - p))
