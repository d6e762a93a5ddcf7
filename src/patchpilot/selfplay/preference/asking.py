"""Active learning: which takes to ask about, so that the votes tell most.

Greedily the take whose vote tells most (BALD), then the next as if that one had been voted on already. Its likes tell
little more then, so those that are asked about are unlike one another (after Kirsch et al. 2019, "BatchBALD", whose
joint information this bounds for a Gaussian posterior). While nobody has voted, those that differ most are asked about
(T. Gonzalez 1985, "Clustering to minimize the maximum intercluster distance").
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.selfplay.preference.preference import Preference, believed


def to_ask(
    preference: Preference, rows: npt.ArrayLike, n: int = 1, *, asked: npt.ArrayLike | None = None
) -> list[int]:
    """Places of the takes to ask about, the most telling first; fewer than `n` where there are fewer.

    Args:
        preference: what is believed so far.
        rows: float64 (m, d) of the lens, of takes without a vote.
        n: >= 1.
        asked: float64 (k, d), of takes that were asked about already, and may still be voted on.

    Raises:
        ParameterError: `n` is below 1.
    """
    if n < 1:
        raise ParameterError(f"expected to ask about at least 1 take, got {n}")
    given, m = np.asarray(rows, np.float64), len(np.asarray(rows))
    if asked is not None:
        given = np.concatenate([given, np.asarray(asked, np.float64)])
    posterior = preference.posterior
    means = given @ posterior.mean
    shared = given @ posterior.covariance  # of each take's log-odds with every weight
    variances = np.einsum("nd,nd->n", shared, given)
    chosen = list(range(m, len(given)))
    for place in chosen:
        likely = float(believed(means, variances).likely[place])
        shared, variances = _after(given, shared, variances, place, likely)
    for _ in range(min(n, m)):
        belief = believed(means, variances)
        belief.telling[chosen] = -1.0
        best = int(np.argmax(belief.telling))
        chosen.append(best)
        shared, variances = _after(given, shared, variances, best, float(belief.likely[best]))
    return chosen[len(given) - m :]


def most_different(vectors: npt.ArrayLike, n: int = 1, *, heard: npt.ArrayLike | None = None) -> list[int]:
    """Places of the takes that differ most, from those that were heard and from one another, the farthest first.

    Args:
        vectors: float (m, size), of an embedding.
        n: >= 1.
        heard: float (k, size), of takes that were heard before; without any, the most typical take is the first.

    Raises:
        ParameterError: `n` is below 1.
    """
    if n < 1:
        raise ParameterError(f"expected to ask about at least 1 take, got {n}")
    given = np.asarray(vectors, np.float64)
    before = np.zeros((0, 0)) if heard is None else np.asarray(heard, np.float64)
    chosen: list[int] = []
    if len(before):
        apart = np.linalg.norm(given[:, None] - before, axis=2).min(axis=1)
    elif len(given):
        chosen = [int(np.linalg.norm(given - given.mean(axis=0), axis=1).argmin())]
        apart = np.linalg.norm(given - given[chosen[0]], axis=1)
    while len(chosen) < min(n, len(given)):
        apart[chosen] = -1.0
        chosen.append(int(apart.argmax()))
        apart = np.minimum(apart, np.linalg.norm(given - given[chosen[-1]], axis=1))
    return chosen


def _after(given: F64, shared: F64, variances: F64, asked: int, likely: float) -> tuple[F64, F64]:
    """Covariances once one take was voted on, whatever the vote: a rank-one step of the Laplace approximation."""
    information = max(likely * (1.0 - likely), 1e-6)
    gain = information / (1.0 + information * variances[asked])
    along = given @ shared[asked]
    return shared - gain * np.outer(along, shared[asked]), np.maximum(
        variances - gain * np.square(along), 0.0
    )
