"""Priors: what patches are likely before any sound was heard. A patch is a function of (prior, seed, index).

A prior is data: for each parameter a distribution over its stored values, for each asset slot a weighted choice
of named assets, and the routings that may be there. It is frozen: its name carries a version, its text is printed
and hashed, and another distribution is another name.

    patch = vital.priors["core-v1"].draw(vital.space, seed=0, index=17)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

from patchpilot.errors import ParameterError
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import sha256
from patchpilot.space.patch import Patch
from patchpilot.space.routing import Routing
from patchpilot.space.space import Space


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


@dataclass(frozen=True)
class Route:
    """A routing that may be there.

    Attributes:
        source: what modulates.
        destination: what is modulated.
        amount: of the routing.
        probability: of its being there.
    """

    source: str
    destination: str
    amount: Distribution
    probability: float = 1.0


@dataclass(frozen=True)
class Prior:
    """A named, frozen distribution over patches.

    Attributes:
        name: with its version ("core-v1").
        values: a distribution over stored values for each parameter that is drawn; all others have their default.
        assets: for each slot that is drawn, names of assets with their weights.
        routes: routings that may be there.
        gates: for each switch, what sounds only while it is on (beginnings of parameters and of asset slots);
            where it is off, these are left at their defaults.
        asset: finds an asset by its name.
        cutoffs: parameters in semitones that stay where they are when another key is played, each with the
            parameter that says which part of the way it follows (None: no part).
    """

    name: str
    values: Mapping[str, Distribution]
    assets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    gates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asset: Callable[[str], Asset] | None = None
    cutoffs: Mapping[str, str | None] = field(default_factory=dict)

    def draw(self, space: Space, seed: int, index: int) -> Patch:
        """The patch at a place in the prior's endless sequence of a seed.

        Only uniform numbers are drawn, the same count for every patch, from a stream that (seed, index) names.

        Raises:
            ParameterError: `seed` or `index` is negative.
            PatchError: the prior belongs to another instrument.
        """
        if seed < 0 or index < 0:
            raise ParameterError(f"expected seed >= 0 and index >= 0, got {seed} and {index}")
        stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, index))))
        n_draws = len(self.values) + len(self.assets) + 2 * len(self.routes)
        draws = iter(stream.random((n_draws, 2)).tolist())
        values = {name: drawn.value(*next(draws)) for name, drawn in self.values.items()}
        names = {
            slot: list(options)[pick(list(options.values()), next(draws)[0])]
            for slot, options in self.assets.items()
        }
        there = [next(draws)[0] < route.probability for route in self.routes]
        amounts = [route.amount.value(*next(draws)) for route in self.routes]
        values = {name: round(v) if space[name].is_categorical else v for name, v in values.items()}
        silent = self.silent(space, values)
        names = {slot: name for slot, name in names.items() if not slot.startswith(silent)}
        assert self.asset is not None or not names
        return Patch.make(
            space,
            {
                name: value
                for name, value in values.items()
                if name in self.gates or not name.startswith(silent)
            },
            routings=[
                Routing(route.source, route.destination, amount)
                for route, is_there, amount in zip(self.routes, there, amounts, strict=True)
                if is_there
            ],
            assets={slot: self.asset(name) for slot, name in names.items()} if self.asset else {},
            info={"assets": names} if names else None,
        )

    def seated(self, space: Space, patch: Patch, semitones: float) -> Patch:
        """The patch that sounds, on a key that lies higher by `semitones`, as `patch` does on its own.

        Filters that do not follow the keyboard are moved along, as far as their range goes.
        """
        moved = {}
        silent = self.silent(space, patch.values)
        for name, follows in self.cutoffs.items():
            if name.startswith(silent):
                continue
            parameter, part = space[name], 0.0
            if follows is not None:
                part = patch.values.get(follows, space[follows].default)
            value = patch.values.get(name, parameter.default) + (1.0 - part) * semitones
            moved[name] = min(max(value, parameter.minimum), parameter.maximum)
        return patch.changed(space, moved)

    def silent(self, space: Space, values: Mapping[str, float]) -> tuple[str, ...]:
        """Beginnings of what does not sound with these values, because its switch is off."""
        off = [switch for switch in self.gates if not values.get(switch, space[switch].default)]
        return tuple(beginning for switch in off for beginning in self.gates[switch])

    @cached_property
    def text(self) -> str:
        """The whole prior, one line for each thing that is drawn."""
        lines = [f"prior {self.name}", "values"]
        lines += [f"  {name:<32} {drawn}" for name, drawn in self.values.items()]
        lines += ["assets"] if self.assets else []
        for slot, options in self.assets.items():
            total = math.fsum(options.values())
            shares = ", ".join(f"{name} {weight / total:.1%}" for name, weight in options.items())
            lines.append(f"  {slot:<32} {shares}")
        lines += ["routings"] if self.routes else []
        for route in self.routes:
            way = f"{route.source} > {route.destination}"
            lines.append(f"  {way:<32} {route.probability:.0%} there: {route.amount}")
        lines += ["only while switched on"] if self.gates else []
        lines += [f"  {switch:<32} {', '.join(names)}" for switch, names in self.gates.items()]
        return "\n".join(lines)

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the text: two priors of one name and digest draw the same patches."""
        return sha256(self.text.encode())
