"""Active learning: which takes to ask about, so that the votes tell most.

Greedily the take whose vote tells most (BALD), then the next as if that one had been voted on already. Its likes tell
little more then, so those that are asked about are unlike one another (after Kirsch et al. 2019, "BatchBALD", whose
joint information this bounds for a Gaussian posterior).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.selfplay.preference.preference import Preference, believed


def to_ask(preference: Preference, rows: npt.ArrayLike, n: int = 1) -> list[int]:
    """Places of the takes to ask about, the most telling first; fewer than `n` where there are fewer.

    Args:
        preference: what is believed so far.
        rows: float64 (m, d) of the lens, of takes without a vote.
        n: >= 1.

    Raises:
        ParameterError: `n` is below 1.
    """
    if n < 1:
        raise ParameterError(f"expected to ask about at least 1 take, got {n}")
    given = np.asarray(rows, np.float64)
    means = given @ preference.posterior.mean
    shared = given @ preference.posterior.covariance  # of each take's log-odds with every weight
    variances = np.einsum("nd,nd->n", shared, given)
    chosen: list[int] = []
    for _ in range(min(n, len(given))):
        belief = believed(means, variances)
        belief.telling[chosen] = -1.0
        best = int(np.argmax(belief.telling))
        chosen.append(best)
        shared, variances = _after(given, shared, variances, best, float(belief.likely[best]))
    return chosen


def _after(given: F64, shared: F64, variances: F64, asked: int, likely: float) -> tuple[F64, F64]:
    """Covariances once one take was voted on, whatever the vote: a rank-one step of the Laplace approximation."""
    information = max(likely * (1.0 - likely), 1e-6)
    gain = information / (1.0 + information * variances[asked])
    along = given @ shared[asked]
    return shared - gain * np.outer(along, shared[asked]), np.maximum(
        variances - gain * np.square(along), 0.0
    )
