"""What a search can say of an instrument's patches: which parameters vary, which assets and routings there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from patchpilot.instruments.base import Instrument
from patchpilot.search.freedom import Freedom
from patchpilot.search.marginal import Smooth, Steps, of_parameter, samples
from patchpilot.space import Asset, Patch, Prior, Space
from patchpilot.space.prior import Fixed
from patchpilot.space.routing import SLOT

_DRAWS = 256
"""Patches of a prior by which its random routings are known."""
_MOST_ROUTES = 24
_PRESENCE = 0.1
"""How often a routing is there of which nothing is known, or that is rarer."""
_STAYS = 0.75
"""How often a choice is as in the base, where no prior says anything of it."""
Named = tuple[str, Asset]
"""What a user reads for an asset ("" where nobody says), and the asset."""


@dataclass(frozen=True, eq=False)
class Gene:
    """What one coordinate says.

    Attributes:
        name: of a parameter, an asset slot, or "source>destination".
        kind: which of these it is.
        marginal: [0, 1] to stored values, or to numbers of choices.
        low: stored value of the first choice.
        options: of an asset slot, its choices.
        is_ordered: whether neighbouring choices are alike.
    """

    name: str
    kind: Literal["value", "asset", "route"]
    marginal: Smooth | Steps
    low: float = 0.0
    options: tuple[Named, ...] = ()
    is_ordered: bool = True

    @property
    def is_free(self) -> bool:
        """Whether there is more than one thing to say."""
        return isinstance(self.marginal, Smooth) or len(self.marginal.edges) > 2

    def value(self, u: float) -> float:
        """The stored value at `u` in [0, 1]; of an asset, the number of its choice."""
        if isinstance(self.marginal, Smooth):
            return self.marginal.value(u)
        return self.low + self.marginal.choice(u)

    def choice(self, u: float) -> int:
        """The number of the choice at `u` in [0, 1]."""
        return round(self.value(u) - self.low)

    def place(self, space: Space, patch: Patch, amounts: Mapping[str, float]) -> float:
        """Where a patch is on this coordinate, whose routings have such amounts; 0 for those that are not there."""
        if isinstance(self.marginal, Smooth):
            value = patch.values.get(self.name, 0.0 if self.kind == "route" else space[self.name].default)
            return self.marginal.place(amounts.get(self.name, 0.0) if self.kind == "route" else value)
        if self.kind == "asset":
            mine = patch.assets.get(self.name, space.assets[self.name]).sha256
            known = [asset.sha256 for _, asset in self.options]
            return self.marginal.place(known.index(mine) if mine in known else 0)
        last = len(self.marginal.edges) - 2
        chosen = round(patch.values.get(self.name, space[self.name].default) - self.low)
        return self.marginal.place(min(max(chosen, 0), last))


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """All that could vary.

    Attributes:
        space: the instrument's.
        base: what is said of all else.
        prior: says what is likely; None where there is none.
        usual: names of the parameters that vary where nobody names others.
        assets: by slot, what may be there with its weight.
        routes: by "source>destination", amounts that are likely; 0 is "not there".
    """

    space: Space
    base: Patch
    prior: Prior | None
    usual: frozenset[str]
    assets: Mapping[str, Sequence[tuple[Named, float]]]
    routes: Mapping[str, Sequence[float]]

    @classmethod
    def of(cls, instrument: Instrument, prior: Prior | None, base: Patch | None) -> Vocabulary:
        """What is known of an instrument.

        Args:
            instrument: whose patches.
            prior: what is likely.
            base: a patch to search around; None for a search from scratch.
        """
        space = instrument.space
        start = base if base is not None else Patch.make(space, _constant(space, prior))
        edits = instrument.edits(start) if prior is None or base is not None else []
        usual = {name for name in (prior.values if prior else ()) if name not in _constant(space, prior)}
        if prior is None or base is not None:
            usual |= {name for name in instrument.knobs(start) if name in space.by_name}
            usual |= {name for edit in edits for name in edit.values}
        if not usual:
            usual = set(space.views.get("core", tuple(space.by_name)))
        assets = _assets(space, prior)
        for edit in edits:
            for slot, asset in edit.assets.items():
                _add(assets, slot, edit.asset_names.get(slot, ""), asset)
        for slot in set(start.assets) | set(assets):
            names = start.info.get("assets", {})
            _add(assets, slot, names.get(slot, ""), start.assets.get(slot, space.assets[slot]))
        routes = dict(_routes(space, prior)) if space.routing is not None else {}
        new = [(routing, _PRESENCE) for edit in edits for routing in edit.routings]
        for routing, part in (*((routing, 1.0) for routing in start.routings), *new):
            if not SLOT.match(routing.destination):
                routes.setdefault(f"{routing.source}>{routing.destination}", _presence(part))
        return cls(space, start, prior, frozenset(usual), assets, routes)

    @property
    def names(self) -> list[str]:
        """Of all that could be named."""
        return [*self.space.by_name, *self.assets, *self.routes]

    def genes(self, freedom: Freedom) -> Iterator[Gene]:
        """What varies, in the order of the space, then assets and routings."""
        for parameter in self.space:
            if freedom.is_free(parameter.name, usual=parameter.name in self.usual):
                yield Gene(
                    parameter.name,
                    "value",
                    of_parameter(parameter, self._likely(parameter.name)),
                    low=parameter.minimum,
                    is_ordered=parameter.n_categories <= 2 or not parameter.options,
                )
        for slot in sorted(self.assets):
            if freedom.is_free(slot, usual=True):
                options = tuple(named for named, _ in self.assets[slot])
                weights = [weight for _, weight in self.assets[slot]]
                yield Gene(slot, "asset", Steps.of(weights), options=options, is_ordered=False)
        for name, amounts in self.routes.items():
            if freedom.is_free(name, usual=True):
                yield Gene(name, "route", Smooth.of(-1.0, 1.0, amounts))

    def _likely(self, name: str) -> Sequence[float]:
        """Likely values of a parameter; none where all of its range is alike."""
        drawn = self.prior.values.get(name) if self.prior is not None else None
        if drawn is not None and not isinstance(drawn, Fixed):
            return samples(drawn)
        parameter = self.space[name]
        if not parameter.is_categorical or parameter.n_categories < 2:
            return ()
        alike = [parameter.minimum + i for i in range(parameter.n_categories)]
        n_stays = round(len(alike) * _STAYS / (1.0 - _STAYS))
        return alike + [self.base.values.get(name, parameter.default)] * n_stays


def _constant(space: Space, prior: Prior | None) -> dict[str, float]:
    """What a prior always says."""
    drawn = prior.values.items() if prior is not None else ()
    return {name: one.at for name, one in drawn if isinstance(one, Fixed) and name in space.by_name}


def _assets(space: Space, prior: Prior | None) -> dict[str, list[tuple[Named, float]]]:
    """What a prior puts into each slot, the likeliest first."""
    found: dict[str, list[tuple[Named, float]]] = {}
    if prior is not None and prior.asset is not None:
        for slot, weights in prior.assets.items():
            options = sorted(weights.items(), key=lambda pair: -pair[1])
            if slot in space.assets:
                found[slot] = [((name, prior.asset(name)), weight) for name, weight in options]
    return found


def _add(assets: dict[str, list[tuple[Named, float]]], slot: str, name: str, asset: Asset) -> None:
    """Another choice, as likely as the least likely of those that are there."""
    there = assets.setdefault(slot, [])
    if asset.sha256 not in {one.sha256 for (_, one), _ in there}:
        there.append(((name, asset), min((weight for _, weight in there), default=1.0)))


def _routes(space: Space, prior: Prior | None) -> Iterator[tuple[str, list[float]]]:
    """Routings of a prior, with amounts it draws; of random ones the most frequent."""
    if prior is None:
        return
    for route in prior.routes:
        drawn = samples(route.amount)
        absent = round(len(drawn) * (1.0 / max(route.probability, _PRESENCE) - 1.0))
        yield f"{route.source}>{route.destination}", drawn + [0.0] * absent
    if prior.matrix is None:
        return
    amounts: dict[str, list[float]] = {}
    for index in range(_DRAWS):
        for routing in prior.draw(space, 0, index).routings:
            if not SLOT.match(routing.destination):
                amounts.setdefault(f"{routing.source}>{routing.destination}", []).append(routing.amount)
    counts = Counter({name: len(found) for name, found in amounts.items()})
    for name, count in counts.most_common(_MOST_ROUTES):
        absent = round(count * (1.0 / max(count / _DRAWS, _PRESENCE) - 1.0))
        yield name, amounts[name] + [0.0] * absent


def _presence(part: float) -> list[float]:
    """Amounts of a routing of which nothing is known but how often it is there."""
    n = 64
    there = [(2 * i + 1) / n - 1.0 for i in range(n)]
    return there + [0.0] * round(n * (1.0 / part - 1.0))
