"""What an estimator proposes: patches, and how likely it holds each of them to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.estimators.codec import Codec, Labels
from patchpilot.space import Asset, Patch, Space


@dataclass(frozen=True, eq=False)
class Proposed:
    """A patch that may have made a sound.

    Attributes:
        patch: the patch.
        probability: 0..1, how likely the estimator holds it to be beside the others that it proposes.
    """

    patch: Patch
    probability: float


def likeliest(
    codec: Codec,
    labels: Labels,
    log_probability: npt.NDArray[np.float64],
    n: int,
    *,
    space: Space,
    assets: Mapping[str, Asset],
) -> list[Proposed]:
    """The likeliest of many patches, each once, with the probabilities of all that are equal to it.

    Args:
        codec: of the patches.
        labels: m patches.
        log_probability: (m,), of each of them; any constant may be added.
        n: >= 1, how many at most.
        space: what their instrument can do.
        assets: that they may name, by sha256.

    Returns:
        The likeliest first; their probabilities add up to 1.

    Raises:
        PatchError: one is no patch of this space.
    """
    weights = np.exp(log_probability - log_probability.max())
    patches: dict[str, Patch] = {}
    sums: dict[str, float] = {}
    for row, weight in enumerate(weights.tolist()):
        patch = codec.decode(space, labels, row, assets.__getitem__)
        patches.setdefault(patch.sha256, patch)
        sums[patch.sha256] = sums.get(patch.sha256, 0.0) + weight
    ranked = sorted(patches, key=lambda name: -sums[name])[:n]
    total = sum(sums[name] for name in ranked)
    return [Proposed(patches[name], sums[name] / total) for name in ranked]
