"""Priors: what patches are likely before any sound was heard. A patch is a function of (prior, seed, index).

A prior is data: for each parameter a distribution over its stored values, for each asset slot a weighted choice
of named assets, and the routings that may be there. It is frozen: its name carries a version, its text is printed
and hashed, and another distribution is another name.

    patch = vital.priors["core-v1"].draw(vital.space, seed=0, index=17)

Where the uniform numbers come from is another matter: `draw` has its own stream, a dataset takes evenly spread
ones (`space.sequences`) to `patch`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from patchpilot.errors import ParameterError
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import sha256
from patchpilot.space.distribution import (
    Distribution,
    Fixed,
    Mix,
    Peaked,
    Uniform,
    Whole,
    choice,
    pick,
    sometimes,
)
from patchpilot.space.matrix import Matrix
from patchpilot.space.parameter import Parameter
from patchpilot.space.patch import Patch
from patchpilot.space.routing import Routing
from patchpilot.space.space import Space

__all__ = [
    "Distribution",
    "Fixed",
    "Matrix",
    "Mix",
    "Peaked",
    "Prior",
    "Route",
    "Uniform",
    "Whole",
    "choice",
    "pick",
    "sometimes",
    "whole_range",
]


def whole_range(parameter: Parameter) -> Distribution:
    """Every value of a parameter alike."""
    if parameter.is_categorical:
        return Whole(round(parameter.minimum), round(parameter.maximum))
    return Uniform(parameter.minimum, parameter.maximum)


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
        matrix: routings at random, beside those of `routes`.
        reasons: why what is drawn is not simply everything: parameters or topics, and a phrase for each.
    """

    name: str
    values: Mapping[str, Distribution]
    assets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    gates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asset: Callable[[str], Asset] | None = None
    cutoffs: Mapping[str, str | None] = field(default_factory=dict)
    matrix: Matrix | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def n_draws(self) -> int:
        """Pairs of uniform numbers that a patch is made of, the same count for every patch."""
        n_matrix = 0 if self.matrix is None else self.matrix.n_draws
        return len(self.values) + len(self.assets) + 2 * len(self.routes) + n_matrix

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
        return self.patch(space, stream.random((self.n_draws, 2)))

    def patch(self, space: Space, uniforms: npt.NDArray[np.float64]) -> Patch:
        """The patch of some uniform numbers.

        Args:
            space: the instrument's space.
            uniforms: float64 (n_draws, 2) in [0, 1).

        Raises:
            ParameterError: there are more or fewer numbers.
            PatchError: the prior belongs to another instrument.
        """
        if uniforms.shape != (self.n_draws, 2):
            raise ParameterError(
                f"{self.name}: expected uniform numbers of shape ({self.n_draws}, 2), got {uniforms.shape}"
            )
        draws = iter(uniforms.tolist())
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
        routings = [
            Routing(route.source, route.destination, amount)
            for route, is_there, amount in zip(self.routes, there, amounts, strict=True)
            if is_there
        ]
        if self.matrix is not None:
            routings += self.matrix.routings(space, list(draws), silent=silent, beside=routings)
        assert self.asset is not None or not names
        return Patch.make(
            space,
            {
                name: value
                for name, value in values.items()
                if name in self.gates or not name.startswith(silent)
            },
            routings=routings,
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
        lines += self.matrix.lines if self.matrix is not None else []
        lines += ["only while switched on"] if self.gates else []
        lines += [f"  {switch:<32} {', '.join(names)}" for switch, names in self.gates.items()]
        lines += ["why"] if self.reasons else []
        lines += [f"  {what:<32} {reason}" for what, reason in self.reasons.items()]
        return "\n".join(lines)

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the text: two priors of one name and digest draw the same patches."""
        return sha256(self.text.encode())
