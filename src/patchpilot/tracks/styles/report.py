"""How well a classifier does on tracks that it has not learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class StyleReport:
    """Of a cross-validation: each track is told by a classifier that has learned from the others.

    Attributes:
        styles: the labels, in order.
        folds: into how many parts the collection was cut.
        confusion: rows are labels, columns what was told; counts of tracks.
        members: share of tracks that each member alone tells right.
    """

    styles: tuple[str, ...]
    folds: int
    confusion: tuple[tuple[int, ...], ...]
    members: Mapping[str, float]

    @property
    def tracks(self) -> int:
        """How many were told."""
        return sum(map(sum, self.confusion))

    @property
    def accuracy(self) -> float:
        """Share of tracks told right."""
        return sum(self.confusion[k][k] for k in range(len(self.styles))) / max(1, self.tracks)

    @property
    def balanced(self) -> float:
        """The same, every style equally heavy."""
        return sum(row[k] / max(1, sum(row)) for k, row in enumerate(self.confusion)) / len(self.styles)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "styles": list(self.styles),
            "folds": self.folds,
            "confusion": [list(row) for row in self.confusion],
            "members": dict(self.members),
            "accuracy": round(self.accuracy, 4),
            "balanced_accuracy": round(self.balanced, 4),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> StyleReport:
        """The inverse of `to_json`."""
        rows: Sequence[Sequence[int]] = said["confusion"]
        return cls(
            tuple(said["styles"]),
            int(said["folds"]),
            tuple(tuple(row) for row in rows),
            dict(said["members"]),
        )

    def table(self) -> str:
        """The confusion table as text: rows are labels, columns what was told."""
        wide = max(len(style) for style in (*self.styles, "told as"))
        head = " " * wide + "".join(f"  {style[:10]:>10}" for style in self.styles)
        rows = [
            f"{style:<{wide}}" + "".join(f"  {count:>10}" for count in row)
            for style, row in zip(self.styles, self.confusion, strict=True)
        ]
        return "\n".join([head, *rows])
