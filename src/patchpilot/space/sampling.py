"""Random patches."""

from __future__ import annotations

import numpy as np

from patchpilot.space.patch import Patch
from patchpilot.space.space import Space


def random_patch(space: Space, rng: np.random.Generator, *, view: str = "core") -> Patch:
    """A patch drawn uniformly over a view of the init patch.

    Args:
        space: the instrument's space.
        rng: where the numbers come from.
        view: name of the view that is drawn.
    """
    drawn = space.view(view)
    return drawn.patch(rng.random(len(drawn)))
