"""Patches of any instrument as points of [0, 1]^d: numbers, switches and choices, assets, and routings.

    encoding = Encoding.of(instrument, Freedom(pinned=("osc_1_*",)))
    patch = encoding.patch(point)            # and encoding.point(patch) is the way back

A coordinate is a parameter, an asset slot (which of the known assets), or a routing (its amount, where a part of the
coordinate means that it is not there). What is known comes from the instrument: its prior says what varies and how
it is distributed, its edits name assets and routings, a base patch brings its own. What does not vary is as it is in
the base.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.search.box import Box
from patchpilot.search.freedom import Freedom
from patchpilot.search.marginal import Steps
from patchpilot.search.vocabulary import Gene, Vocabulary
from patchpilot.space import Patch, Prior, Routing, Space


@dataclass(frozen=True, eq=False)
class Encoding:
    """Maps points to patches and back.

    Attributes:
        space: the instrument's.
        base: everything that no coordinate says.
        genes: what the coordinates are, in order.
        diced: what is drawn anew for every patch.
        prior: says what is likely, and what is silent; None where there is none.
    """

    space: Space
    base: Patch
    genes: tuple[Gene, ...]
    diced: tuple[Gene, ...] = ()
    prior: Prior | None = None

    @classmethod
    def of(
        cls, instrument: Instrument, freedom: Freedom | None = None, base: Patch | None = None
    ) -> Encoding:
        """What of an instrument's patches may be searched.

        Args:
            instrument: whose patches.
            freedom: what is free; what the instrument says is worth it by default.
            base: what all else comes from; by default the init patch with what the prior always says.

        Raises:
            ParameterError: there is no such prior, a name fits nothing, or nothing is left to search.
            PatchError: a fixed value is not one of its parameter.
        """
        freedom = freedom or Freedom()
        prior = prior_of(instrument, freedom.prior)
        known = Vocabulary.of(instrument, prior, base)
        freedom.check(known.names)
        free = [gene for gene in known.genes(freedom) if gene.is_free]
        genes = tuple(gene for gene in free if not freedom.is_random(gene.name))
        if not genes:
            raise ParameterError("nothing is left to search: all is fixed, pinned or randomised")
        return cls(
            instrument.space,
            known.base.changed(instrument.space, freedom.fixed),
            genes,
            tuple(gene for gene in free if freedom.is_random(gene.name)),
            prior,
        )

    @cached_property
    def box(self) -> Box:
        """Of the points."""
        marginals = [gene.marginal for gene in self.genes]
        return Box(
            tuple(one.edges if isinstance(one, Steps) else None for one in marginals),
            tuple(gene.is_ordered for gene in self.genes),
        )

    def patch(self, point: F64, dice: tuple[int, ...] = (0,)) -> Patch:
        """The patch of a point.

        What does not sound, because its switch is off, stays as it is in the base.

        Args:
            point: (d,), clipped to [0, 1].
            dice: seed of what is drawn for this patch alone.

        Raises:
            ParameterError: the point has another length, or holds NaN.
        """
        if point.shape != (len(self.genes),) or not np.isfinite(point).all():
            raise ParameterError(f"expected {len(self.genes)} finite numbers, got shape {point.shape}")
        rolled = np.random.default_rng(dice).random(len(self.diced)) if self.diced else ()
        said = dict(zip(self.genes, np.clip(point, 0.0, 1.0).tolist(), strict=True))
        said |= dict(zip(self.diced, rolled, strict=True))
        values = {gene.name: gene.value(u) for gene, u in said.items() if gene.kind == "value"}
        silent = self._silent(values)
        chosen = {
            gene.name: gene.options[gene.choice(u)]
            for gene, u in said.items()
            if gene.kind == "asset" and not gene.name.startswith(silent)
        }
        return self.base.changed(
            self.space,
            {name: value for name, value in values.items() if self._sounds(name, silent)},
            routings=self._routings({gene: u for gene, u in said.items() if gene.kind == "route"}),
            assets={slot: asset for slot, (_, asset) in chosen.items()},
            info={"assets": self._names(chosen)} if chosen else None,
        )

    def point(self, patch: Patch) -> F64:
        """The (d,) point of a patch; what it has that no coordinate can say is lost."""
        amounts: dict[str, float] = {}
        for routing in patch.routings:
            amounts.setdefault(f"{routing.source}>{routing.destination}", routing.amount)
        return np.array([gene.place(self.space, patch, amounts) for gene in self.genes])

    def starts(self, seed: int, n: int) -> F64:
        """Points (n, d) of whole patches that the prior draws, which are rarely silent.

        Where there is no prior: the base, then uniform ones.
        """
        if self.prior is not None:
            drawn = [self.point(self.prior.draw(self.space, seed, i)) for i in range(n)]
            return np.array(drawn).reshape(n, len(self.genes))
        points = np.random.default_rng((seed, 1)).random((n, len(self.genes)))
        points[:1] = self.point(self.base)
        return points

    def _silent(self, values: Mapping[str, float]) -> tuple[str, ...]:
        """Beginnings of what does not sound."""
        if self.prior is None:
            return ()
        return self.prior.silent(self.space, {**self.base.values, **values})

    def _sounds(self, name: str, silent: tuple[str, ...]) -> bool:
        gates = self.prior.gates if self.prior is not None else {}
        return name in gates or not name.startswith(silent)

    def _routings(self, said: Mapping[Gene, float]) -> list[Routing]:
        """Those of the base, turned; then new ones, the strongest as far as there is room."""
        amounts = {gene.name: gene.value(u) for gene, u in said.items()}
        made = []
        for routing in self.base.routings:
            amount = amounts.pop(f"{routing.source}>{routing.destination}", None)
            made.append(routing if amount is None else routing.turned("amount", amount))
        room = (self.space.routing.n_slots if self.space.routing is not None else 0) - len(made)
        new = sorted((name for name in amounts if amounts[name]), key=lambda name: -abs(amounts[name]))[:room]
        ends = {name: name.split(">", 1) for name in new}
        return made + [Routing(ends[name][0], ends[name][1], amounts[name]) for name in new]

    def _names(self, chosen: Mapping[str, tuple[str, object]]) -> dict[str, str]:
        """What a user reads for the assets, of those that have a name."""
        names = {**self.base.info.get("assets", {}), **{slot: name for slot, (name, _) in chosen.items()}}
        return {slot: name for slot, name in names.items() if name}


def prior_of(instrument: Instrument, name: str = "") -> Prior | None:
    """An instrument's prior by its name, its first by default; None where it has none at all.

    Raises:
        ParameterError: it has no such prior.
    """
    priors = instrument.priors
    if name and name not in priors:
        raise ParameterError(
            f"no prior {name!r} for {instrument.name}; there are: {', '.join(priors) or 'none'}"
        )
    return priors[name] if name else next(iter(priors.values()), None)
