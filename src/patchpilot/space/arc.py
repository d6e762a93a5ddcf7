"""Arcs: how a parameter moves over the bars of a performance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from patchpilot.errors import ParameterError

BEATS_PER_BAR = 4
SHAPES = ("linear", "hold", "exponential", "spline", "walk")
_STEPS_PER_BAR = 16
"""Of a random walk: one a sixteenth."""


@dataclass(frozen=True)
class Arc:
    """A curve of a parameter over bars of four beats; before its first point and after its last it stays.

    Attributes:
        parameter: its name in the instrument's space.
        points: (bar from 0, stored value), at least one, bars rising.
        shape: between points: "linear"; "hold" until the next; "exponential", by equal ratios (values of one sign);
            "spline", smooth without overshoot (PCHIP); "walk", linear and a random walk.
        spread: of a walk: standard deviation after a bar, in stored units.
        seed: of a walk.

    Raises:
        ParameterError: there is no point, bars do not rise, a number is not finite, or the shape does not suit.
    """

    parameter: str
    points: tuple[tuple[float, float], ...]
    shape: Literal["linear", "hold", "exponential", "spline", "walk"] = "linear"
    spread: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        points = tuple((float(bar) + 0.0, float(value) + 0.0) for bar, value in self.points)
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "spread", float(self.spread))
        object.__setattr__(self, "seed", int(self.seed))
        what = f"the arc of {self.parameter}"
        if not points or not all(math.isfinite(number) for point in points for number in point):
            raise ParameterError(
                f"{what}: expected at least one point (bar, value) of finite numbers, got {points}"
            )
        if points[0][0] < 0.0 or any(a >= b for (a, _), (b, _) in pairwise(points)):
            raise ParameterError(f"{what}: expected bars from 0 that rise, got {[bar for bar, _ in points]}")
        if self.shape not in SHAPES:
            raise ParameterError(f"{what}: expected a shape of {', '.join(SHAPES)}, got {self.shape!r}")
        if self.shape == "exponential" and not (
            all(value > 0.0 for _, value in points) or all(value < 0.0 for _, value in points)
        ):
            raise ParameterError(f"{what}: expected values above 0 (or all below) for an exponential arc")
        if self.seed < 0 or not 0.0 <= self.spread < math.inf:
            raise ParameterError(
                f"{what}: expected seed >= 0 and spread >= 0, got {self.seed} and {self.spread}"
            )

    def at(self, bars: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Stored values at places in bars, float64 of the same shape."""
        places = np.asarray(bars, np.float64)
        known = np.array([bar for bar, _ in self.points])
        levels = np.array([value for _, value in self.points])
        if self.shape == "hold":
            held: npt.NDArray[np.float64] = levels[
                np.maximum(np.searchsorted(known, places, side="right") - 1, 0)
            ]
            return held
        if self.shape == "exponential":
            sign = math.copysign(1.0, levels[0])
            return np.asarray(sign * np.exp(np.interp(places, known, np.log(np.abs(levels)))))
        if self.shape == "spline" and len(known) > 2:
            from scipy.interpolate import PchipInterpolator  # here: it takes long to import

            curve = PchipInterpolator(known, levels)
            return np.asarray(curve(np.clip(places, known[0], known[-1])), np.float64)
        line: npt.NDArray[np.float64] = np.interp(places, known, levels)
        return line + self._walk(places) if self.shape == "walk" else line

    def values(self, n_samples: int, sample_rate: int, tempo_bpm: float) -> npt.NDArray[np.float32]:
        """Stored values of every sample, float32 (n,)."""
        bars = np.arange(n_samples) * (tempo_bpm / 60.0 / BEATS_PER_BAR / sample_rate)
        return self.at(bars).astype(np.float32)

    def _walk(self, places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """A random walk from 0; a longer performance has the same beginning."""
        n = math.ceil(float(places.max(initial=0.0)) * _STEPS_PER_BAR) + 1
        rng = np.random.Generator(np.random.PCG64(self.seed))
        steps = rng.standard_normal(n) * self.spread / math.sqrt(_STEPS_PER_BAR)
        walked = np.concatenate([[0.0], np.cumsum(steps)])
        return np.asarray(np.interp(places * _STEPS_PER_BAR, np.arange(n + 1), walked), np.float64)
