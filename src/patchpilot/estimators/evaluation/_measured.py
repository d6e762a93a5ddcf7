"""What an evaluation measured: distances by row of its table, and how right sounds were heard."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from patchpilot.space.canonical import Json


@dataclass(eq=False)
class Evaluation:
    """What was measured.

    Attributes:
        distances: for each row of the table the `logmel` distances, one for each sound, NaN where a render failed.
        names: of the sounds.
        seconds: that each proposal took, rendering not included.
        keys: for each sound the key that was played, and that which the estimator was told.
        holds_s: for each sound how long the key was held, and how long the estimator was told it was.
        failed: renders that failed.
        unheard: sounds that cannot be listened to, and are left out.
    """

    distances: dict[str, list[float]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    keys: list[tuple[int, int]] = field(default_factory=list)
    holds_s: list[tuple[float, float]] = field(default_factory=list)
    failed: int = 0
    unheard: int = 0

    @property
    def right_keys(self) -> int:
        """Of how many sounds the estimator was told the key that was played."""
        return sum(played == told for played, told in self.keys)

    @property
    def hold_error_s(self) -> float:
        """By how many seconds it was told another hold, the median; NaN where there is none."""
        return float(np.median([abs(a - b) for a, b in self.holds_s])) if self.holds_s else float("nan")

    def median(self, row: str) -> float:
        """Median distance of a row, of what could be rendered; NaN where there is none."""
        return float(self._quantile(row, 0.5))

    def to_json(self) -> dict[str, Json]:
        """Plain JSON; a distance that is not there is None."""
        rows = {
            name: {
                "median": _number(self.median(name)),
                "q25": _number(self._quantile(name, 0.25)),
                "q75": _number(self._quantile(name, 0.75)),
                "distances": [_number(value) for value in values],
            }
            for name, values in self.distances.items()
        }
        return {
            "sounds": len(self.names),
            "rows": rows,
            "propose_s": _number(float(np.median(self.seconds)) if self.seconds else float("nan")),
            "right_keys": self.right_keys,
            "hold_error_s": _number(self.hold_error_s),
            "failed": self.failed,
            "unheard": self.unheard,
        }

    def table(self) -> str:
        """For people: a line a row, the middle and the middle half."""
        width = max(len(name) for name in self.distances)
        lines = [f"{'logmel distance':<{width}}  median   middle half"]
        lines += [
            f"{name:<{width}}  {self.median(name):6.3f}   {self._quantile(name, 0.25):.3f}–"
            f"{self._quantile(name, 0.75):.3f}"
            for name in self.distances
        ]
        return "\n".join(lines)

    def _quantile(self, row: str, q: float) -> float:
        values = np.array(self.distances[row])
        there = values[~np.isnan(values)]
        return float(np.quantile(there, q)) if len(there) else float("nan")


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)
