"""Random patches."""

from __future__ import annotations

import numpy as np

from patchpilot.space.patch import Patch
from patchpilot.space.space import Space


def random_patch(
    space: Space, rng: np.random.Generator, *, view: str = "core", keep: tuple[str, ...] = ()
) -> Patch:
    """A patch drawn uniformly over a view of the init patch.

    Args:
        space: the instrument's space.
        rng: where the numbers come from.
        view: name of the view that is drawn.
        keep: parameters that stay as in the init patch (those that would only make it silent, say).
    """
    drawn = space.view(view)
    vector = rng.random(len(drawn))
    held = np.array([name in keep for name in drawn.names])
    return drawn.patch(np.where(held, drawn.encode(drawn.base), vector))
