"""Decision trees as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, F64
from patchpilot.retrieval.archive import Members

I32 = npt.NDArray[np.int32]
MEMBERS: Members = {
    "roots": (np.int32, 1), "feature": (np.int32, 1), "threshold": (np.float64, 1),
    "left": (np.int32, 1), "right": (np.int32, 1), "value": (np.float64, 2),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Trees:
    """The nodes of several trees, one after the other.

    Attributes:
        roots: (trees,), the first node of each; those it leads to have higher numbers.
        feature: (nodes,), what a node asks; -1 in a leaf.
        threshold: (nodes,), up to which one goes left.
        left: (nodes,), numbers of nodes.
        right: the same.
        value: float64 (nodes, outputs), what a leaf says.
    """

    roots: I32
    feature: I32
    threshold: F64
    left: I32
    right: I32
    value: F64

    @classmethod
    def of(cls, trees: Sequence[Any], *, shares: bool) -> Trees:
        """From `tree_` of scikit-learn's trees.

        Args:
            trees: fitted trees.
            shares: whether leaves say shares of classes, which then add up to 1.
        """
        sizes = [tree.tree_.node_count for tree in trees]
        roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
        value = np.concatenate([tree.tree_.value[:, 0, :] for tree in trees]).astype(np.float64)
        if shares:
            value = value / value.sum(axis=1, keepdims=True)
        feature = np.concatenate([tree.tree_.feature for tree in trees])
        children = {
            side: np.concatenate(
                [getattr(t.tree_, f"children_{side}") + at for t, at in zip(trees, roots, strict=True)]
            )
            for side in ("left", "right")
        }
        return cls(
            roots,
            np.where(feature < 0, -1, feature).astype(np.int32),
            np.concatenate([tree.tree_.threshold for tree in trees]).astype(np.float64),
            children["left"].astype(np.int32),
            children["right"].astype(np.int32),
            np.ascontiguousarray(value),
        )

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        """To be written: names begin with `name`."""
        return {f"{name}_{key}": getattr(self, key) for key in MEMBERS}

    @classmethod
    def from_arrays(cls, name: str, arrays: Mapping[str, Any]) -> Trees:
        """The inverse of `arrays`; raises `ValueError` where they are no trees."""
        found = cls(**{key: arrays[f"{name}_{key}"] for key in MEMBERS})
        n = len(found.feature)
        inner = found.feature >= 0
        at = np.arange(n)[inner]
        ends = (found.left[inner], found.right[inner])
        if any(len(getattr(found, key)) != n for key in ("threshold", "left", "right", "value")):
            raise ValueError("its trees are damaged")
        if (
            any((end <= at).any() or (end >= n).any() for end in ends)
            or not ((found.roots >= 0) & (found.roots < n)).all()
        ):
            raise ValueError("its trees are damaged")
        return found

    def __call__(self, x: F32) -> F64:
        """What each tree says of one example, float64 (trees, outputs).

        Args:
            x: float32 (features,).
        """
        at = self.roots.copy()
        while (asks := self.feature[at] >= 0).any():
            lower = x[self.feature[at]] <= self.threshold[at]
            at = np.where(asks, np.where(lower, self.left[at], self.right[at]), at).astype(np.int32)
        return self.value[at]
