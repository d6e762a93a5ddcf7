"""Where an instrument says its chain of effects: found in its Space, so that no instrument is a special case.

| | is said by | modules |
|---|---|---|
| a rack with `ordered` effects | places "fx_slot_1", …, whose options are "off" and the effects | its effects |
| Vital | nine switches, and the number of one of 9! orders | its nine effects |

    order = order_of(rack.space)
    order.chain(patch.values)                       # ("saturator", "delay")
    dry = without(rack.space, order, patch)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from patchpilot.errors import EstimatorError
from patchpilot.estimators.sequence.chains import Chain
from patchpilot.estimators.tokens import chain_place
from patchpilot.instruments.vital import effect_order
from patchpilot.modules.ordered import OFF, chain_of, slots
from patchpilot.space import Patch, Space


class Order(Protocol):
    """A chain, as the values of a patch say it."""

    @property
    def modules(self) -> tuple[str, ...]:
        """Names of all that may be in the chain."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the parameters that say it."""

    def chain(self, values: Mapping[str, float]) -> Chain:
        """What sounds, first to last; what `values` does not say is at its default."""

    def values(self, chain: Sequence[str]) -> dict[str, float]:
        """The inverse of `chain`; raises `ParameterError` for what is no chain."""

    def knobs(self, space: Space, module: str) -> tuple[str, ...]:
        """Names of the parameters of one module."""


@dataclass(frozen=True)
class Places:
    """A rack's chain.

    Attributes:
        before: what its parameters begin with ("fx_").
        modules: names of the effects, in the order by default.
    """

    before: str
    modules: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The places."""
        return tuple(slots((), self.modules, self.before))

    def chain(self, values: Mapping[str, float]) -> Chain:
        """See `Order.chain`."""
        return chain_of(values, self.modules, self.before)

    def values(self, chain: Sequence[str]) -> dict[str, float]:
        """See `Order.values`."""
        return slots(chain, self.modules, self.before)

    def knobs(self, space: Space, module: str) -> tuple[str, ...]:
        """See `Order.knobs`; of "delay" and "delay_2" each has its own."""
        mine = f"{self.before}{module}_"
        others = tuple(f"{self.before}{other}_" for other in self.modules if other.startswith(f"{module}_"))
        return tuple(
            name for name in space.by_name if name.startswith(mine) and not name.startswith(others or ("\0",))
        )


@dataclass(frozen=True)
class Numbered:
    """Vital's chain."""

    modules: tuple[str, ...] = effect_order.EFFECTS

    @property
    def names(self) -> tuple[str, ...]:
        """The number of the order, and the switches."""
        return (effect_order.ORDER, *(f"{module}_on" for module in self.modules))

    def chain(self, values: Mapping[str, float]) -> Chain:
        """See `Order.chain`."""
        return effect_order.chain(values)

    def values(self, chain: Sequence[str]) -> dict[str, float]:
        """See `Order.values`."""
        return effect_order.chain_values(chain)

    def knobs(self, space: Space, module: str) -> tuple[str, ...]:
        """See `Order.knobs`."""
        return tuple(
            name for name in space.by_name if name.startswith(f"{module}_") and name not in self.names
        )


def orders_of(space: Space) -> tuple[Order, ...]:
    """All chains of a Space, the last that a sound goes through first: a rack's before that of a synthesizer in it."""
    found: list[Order] = []
    for name, parameter in space.by_name.items():
        before, place = chain_place(name)
        if place == 1 and parameter.options[:1] == (OFF,):
            made = Places(before, parameter.options[1:])
            if set(made.names) <= set(space.by_name):  # else a place is pinned
                found.append(made)
    vital = Numbered()
    return (*found, *([vital] if set(vital.names) <= set(space.by_name) else []))


def order_of(space: Space) -> Order:
    """The last chain of a Space.

    Raises:
        EstimatorError: it has none whose order can be chosen.
    """
    found = orders_of(space)
    if not found:
        raise EstimatorError(
            f"{space.instrument} has no chain of effects whose order can be chosen: make a rack with "
            "chain(instrument, effects, any_order=True)"
        )
    return found[0]


def with_chain(space: Space, order: Order, patch: Patch, chain: Sequence[str]) -> Patch:
    """The same patch with another chain; effects that are in both keep their settings, others go to defaults.

    Raises:
        ParameterError: it is no chain of these modules.
    """
    silent = [name for module in order.modules if module not in chain for name in order.knobs(space, module)]
    return patch.changed(space, {**{name: space[name].default for name in silent}, **order.values(chain)})


def without(space: Space, order: Order, patch: Patch) -> Patch:
    """The dry patch: what goes into the chain."""
    return with_chain(space, order, patch, ())
