"""Priors of chains: patches of an instrument, and musical effects after them, in an order that is loosely the usual.

"core-v1-chain-v1"      core-v1's voices, their own effects off, and one to four effects of the rack
"dry-core-v1-chain-v1"  the same voices without the chain: the same seed and index have the same voice

The usual order is that in which the rack names its effects. How far an effect strays from its place is drawn, so that
each order occurs, and neighbours are exchanged more often than ends. Two datasets of one seed, one of them dry, are
pairs of what goes into chains and what comes out (`estimators.training.pairs`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from patchpilot.errors import ParameterError
from patchpilot.instruments.rack import musical
from patchpilot.instruments.vital.effect_order import EFFECTS, ORDER
from patchpilot.modules.ordered import OrderedModule, slots
from patchpilot.space.distribution import Distribution, Fixed, pick
from patchpilot.space.patch import Patch
from patchpilot.space.prior import Prior
from patchpilot.space.space import Space

NAME = "chain-v1"
DRY = "dry"
LENGTHS = (0.25, 0.35, 0.25, 0.15)
"""Weights of chains of one, two, … effects."""
STRAY = 1.5
"""Standard deviation of an effect's place, in places."""


@dataclass(frozen=True)
class ChainPrior(Prior):
    """A prior, and a chain of effects after each of its patches.

    Attributes:
        before: what stands before the chain's parameters ("fx_").
        effects: their weights by their names, in the usual order.
        is_dry: whether the chain is left out; all else is as with it.
    """

    before: str = "fx_"
    effects: Mapping[str, float] = dataclasses.field(default_factory=dict)
    is_dry: bool = False

    @cached_property
    def plain(self) -> Prior:
        """Without what is said of the chain."""
        return Prior(**{field.name: getattr(self, field.name) for field in dataclasses.fields(Prior)})

    @cached_property
    def n_draws(self) -> int:
        """Those of the patch, one for the length, and one for each effect."""
        return self.plain.n_draws + 1 + len(self.effects)

    def patch(self, space: Space, uniforms: npt.NDArray[np.float64]) -> Patch:
        """See `Prior.patch`; the settings of effects that are not in the chain are left at their defaults."""
        if uniforms.shape != (self.n_draws, 2):
            raise ParameterError(
                f"{self.name}: expected uniform numbers of shape ({self.n_draws}, 2), got {uniforms.shape}"
            )
        n = self.plain.n_draws
        patch = self.plain.patch(space, uniforms[:n])
        chain = () if self.is_dry else self.chain(uniforms[n:])
        silent = tuple(f"{self.before}{name}_" for name in self.effects if name not in chain)
        values = {name: space[name].default for name in patch.values if name.startswith(silent)}
        return patch.changed(space, {**values, **slots(chain, tuple(self.effects), self.before)})

    def chain(self, uniforms: npt.NDArray[np.float64]) -> tuple[str, ...]:
        """The effects of some uniform numbers, float64 (1 + effects, 2), in their order."""
        lengths = list(LENGTHS[: len(self.effects)])
        n = 1 + pick(lengths, float(uniforms[0, 0]))
        # Efraimidis and Spirakis 2006: without replacement, by weight.
        likely = {
            name: np.log(max(u, 1e-12)) / weight
            for (name, weight), u in zip(self.effects.items(), uniforms[1:, 0].tolist(), strict=True)
        }
        inside = sorted(likely, key=lambda name: -likely[name])[:n]
        normal = NormalDist(0.0, STRAY)
        place = {
            name: k + normal.inv_cdf(min(max(v, 1e-9), 1.0 - 1e-9))
            for k, (name, v) in enumerate(zip(self.effects, uniforms[1:, 1].tolist(), strict=True))
        }
        return tuple(sorted(inside, key=lambda name: place[name]))

    @cached_property
    def text(self) -> str:
        """The whole prior, one line for each thing that is drawn."""
        total = sum(LENGTHS[: len(self.effects)])
        lengths = ", ".join(
            f"{n} {share / total:.0%}" for n, share in enumerate(LENGTHS[: len(self.effects)], 1)
        )
        lines = [f"  {self.before}{name:<29} weight {weight:g}" for name, weight in self.effects.items()]
        order = f"  order: as here, each strays by {STRAY:g} places"
        said = ["chain", f"  effects: {lengths}", *lines, order, *(["  left out"] if self.is_dry else [])]
        return "\n".join([self.plain.text, *said])


def chain_priors(
    priors: Mapping[str, Prior], space: Space, node: str, effects: OrderedModule
) -> dict[str, Prior]:
    """For each prior one with chains, and its dry twin.

    Args:
        priors: of the rack.
        space: of the rack.
        node: name of the node that holds the effects.
        effects: what it holds.
    """
    before = f"{node}_"
    places = set(slots((), effects.names, before))
    if not places <= set(space.by_name):
        return {}  # a place is pinned
    settings: dict[str, Distribution] = {
        name: musical.setting(effect.module.name, dataclasses.replace(parameter, default=space[name].default))
        for effect in effects.effects
        for parameter in effect.module.parameters
        if (name := f"{before}{effect.name}_{parameter.name}") in space.by_name
    }
    weights = {effect.name: musical.weight(effect.module.name) for effect in effects.effects}
    made: dict[str, Prior] = {}
    for prior in priors.values():
        values = {name: drawn for name, drawn in prior.values.items() if name not in places}
        found = ChainPrior(
            **{field.name: getattr(prior, field.name) for field in dataclasses.fields(Prior)}
            | {"name": f"{prior.name}-{NAME}", "values": {**_dry(values, space), **settings}},
            before=before,
            effects=weights,
        )
        made[found.name] = found
        made[f"{DRY}-{found.name}"] = dataclasses.replace(found, name=f"{DRY}-{found.name}", is_dry=True)
    return made


def _dry(values: Mapping[str, Distribution], space: Space) -> dict[str, Distribution]:
    """The same voices without effects of their own, of an instrument whose chain is known: all off, in no order."""
    if ORDER not in space.by_name:
        return dict(values)
    own = {ORDER, *(f"{effect}_on" for effect in EFFECTS)}
    return {name: Fixed(0.0) if name in own else drawn for name, drawn in values.items()}
