"""How much each token matters, from what `patchpilot dataset importance` measured."""

from __future__ import annotations

import json
import math
from pathlib import Path

from patchpilot.errors import EstimatorError

_LEAST, _MOST = 0.1, 10.0
"""A parameter that was hardly heard is still learned, and none outweighs all others."""


def read_weights(path: Path) -> dict[str, float]:
    """Weights by name, 0.1 to 10, about 1 in the mean.

    Raises:
        EstimatorError: the file is none of `dataset importance`.
    """
    try:
        said = json.loads(path.read_text("utf-8"))["parameters"]
        weights = {str(name): float(one["weight"]) for name, one in said.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EstimatorError(
            f"expected what `patchpilot dataset importance` wrote in {path}, got something else ({error})"
        ) from None
    if not all(math.isfinite(weight) for weight in weights.values()):
        raise EstimatorError(f"{path} holds weights that are not finite")
    return {name: min(max(weight, _LEAST), _MOST) for name, weight in weights.items()}
