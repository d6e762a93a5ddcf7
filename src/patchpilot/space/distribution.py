"""Where a value of a prior comes from: distributions over stored values, each a function of two uniform draws."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Distribution(Protocol):
    """Where a value comes from."""

    def value(self, u: float, v: float) -> float:
        """The value of two uniform draws from [0, 1)."""

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Uniform:
    """Every value of a range alike."""

    low: float
    high: float

    def value(self, u: float, v: float) -> float:  # noqa: ARG002 (one draw is enough)
        """Linear in `u`."""
        return self.low + u * (self.high - self.low)

    def __str__(self) -> str:
        return f"{self.low:g} .. {self.high:g}"


@dataclass(frozen=True)
class Whole:
    """Every whole number of a range alike, both its ends included."""

    low: int
    high: int

    def value(self, u: float, v: float) -> float:  # noqa: ARG002
        """As many numbers above `low` as `u` is parts of the way."""
        return float(min(self.low + math.floor(u * (self.high - self.low + 1)), self.high))

    def __str__(self) -> str:
        return f"whole {self.low} .. {self.high}"


@dataclass(frozen=True)
class Peaked:
    """A triangle over a range: most often near `mode`."""

    low: float
    mode: float
    high: float

    def value(self, u: float, v: float) -> float:  # noqa: ARG002
        """The inverse of the triangle's cumulative distribution at `u`."""
        width, left = self.high - self.low, self.mode - self.low
        if u * width < left:
            return self.low + math.sqrt(u * width * left)
        return self.high - math.sqrt((1.0 - u) * width * (self.high - self.mode))

    def __str__(self) -> str:
        return f"{self.low:g} .. {self.mode:g} .. {self.high:g}"


@dataclass(frozen=True)
class Fixed:
    """One value."""

    at: float

    def value(self, u: float, v: float) -> float:  # noqa: ARG002
        """Always the same."""
        return self.at

    def __str__(self) -> str:
        return f"{self.at:g}"


@dataclass(frozen=True)
class Mix:
    """One of several distributions, by weight."""

    parts: tuple[tuple[float, Distribution], ...]

    def value(self, u: float, v: float) -> float:
        """The part that `v` falls on, at `u`."""
        return self.parts[pick([weight for weight, _ in self.parts], v)][1].value(u, v)

    def __str__(self) -> str:
        return " | ".join(f"{weight:.0%} {part}" for weight, part in self.parts)


def choice(weights: Mapping[float, float]) -> Mix:
    """One of several values, by weight."""
    return Mix(tuple((weight, Fixed(value)) for value, weight in weights.items()))


def sometimes(probability: float, drawn: Distribution, otherwise: float = 0.0) -> Mix:
    """A distribution now and then, else one value."""
    return Mix(((1.0 - probability, Fixed(otherwise)), (probability, drawn)))


def pick(weights: list[float], u: float) -> int:
    """The place of the weight that `u` in [0, 1) falls on."""
    at = u * math.fsum(weights)
    for i, weight in enumerate(weights):
        at -= weight
        if at < 0.0:
            return i
    return len(weights) - 1
