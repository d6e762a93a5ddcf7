"""What becomes of each parameter: fixed, pinned, randomised, searched, learned, or turned by hand.

The searcher does not know: `Roles` stands before it, and sees to it that what it proposes keeps to the roles. The
rest does not know either, for `Roles` is a searcher like any other.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from patchpilot import registry
from patchpilot.errors import ParameterError
from patchpilot.search.base import Context, Outcome, Proposal, Searcher
from patchpilot.space import Parameter, Patch, Space
from patchpilot.space.distribution import Distribution
from patchpilot.space.prior import whole_range

ROUTINGS = "routings"
"""Stands for all modulation routings, among the names that may be pinned or searched."""


@dataclass(frozen=True)
class Parameters:
    """Who moves what. Names may hold `*` and `?`; asset slots and "routings" can be pinned or searched, too.

    Attributes:
        fixed: values by name: stored ones, or names of options.
        pinned: those that stay as the base has them.
        randomised: those that are drawn anew for each patch, from the instrument's prior.
        searched: those that the searcher moves; all that no other role names, by default.
        learned: those that a trained estimator sets, once it heard the target.
        by_hand: those that stand where a person last turned them.
    """

    fixed: Mapping[str, float | str] = field(default_factory=dict)
    pinned: tuple[str, ...] = ()
    randomised: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    learned: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, part.name) for part in dataclasses.fields(self))


class Roles:
    """A searcher whose proposals keep to the roles of the parameters.

    Args:
        searcher: who moves those that are searched.
        parameters: the roles.
        base: where parameters stand that nobody moves.

    Attributes:
        searcher: as it was given.

    Raises:
        ParameterError: a name is not in the space, or two roles name one parameter.
    """

    def __init__(self, searcher: Searcher, parameters: Parameters, base: Patch, space: Space) -> None:
        self.searcher, self._parameters, self._base, self._space = searcher, parameters, base, space
        self._roles = _roles(parameters, space)
        self._fixed = {name: stored(space, name, value) for name, value in parameters.fixed.items()}
        self._asked: list[tuple[Proposal, Proposal]] = []
        self._n, self._turned, self._learned = 0, dict[str, float](), dict[str, float]()

    @property
    def name(self) -> str:
        """The searcher's own."""
        return self.searcher.name

    @property
    def by_hand(self) -> Mapping[str, float]:
        """Where the parameters stand that are turned by hand, in stored values."""
        names = [name for name, role in self._roles.items() if role == "by_hand"]
        return {name: self._turned.get(name, _value(self._base, self._space[name])) for name in names}

    def turn(self, name: str, value: float | str) -> None:
        """Turn a parameter by hand; it holds for what is proposed from now on.

        Raises:
            ParameterError: it is not one that is turned by hand.
        """
        if self._roles.get(name) != "by_hand":
            raise ParameterError(
                f"{name!r} is not turned by hand here; name it in by_hand of [parameters]. There are: "
                f"{', '.join(self.by_hand) or 'none'}"
            )
        self._turned[name] = stored(self._space, name, value)

    def start(self, context: Context) -> None:
        """Begin; hear the target once, if parameters are learned."""
        self.searcher.start(context)
        self._seed = context.seed
        self._asked.clear()
        self._n, self._turned = 0, {}
        self._drawn = self._distributions(context)
        self._learned = self._heard(context) if "learned" in self._roles.values() else {}

    def ask(self, n: int) -> list[Proposal]:
        """The searcher's proposals, each put right."""
        made = self.searcher.ask(n)
        self._asked = [(self._right(proposal, self._n + i), proposal) for i, proposal in enumerate(made)]
        self._n += len(made)
        return [proposal for proposal, _ in self._asked]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """The searcher hears what came of its own proposals."""
        own = {id(right): made for right, made in self._asked}
        self.searcher.tell(
            [dataclasses.replace(outcome, proposal=own[id(outcome.proposal)]) for outcome in outcomes]
        )

    @property
    def state(self) -> Any:
        """That of the searcher, how many were proposed, and what was turned by hand; None where it has none."""
        state = getattr(self.searcher, "state", None)
        return state if state is None else {"searcher": state, "n": self._n, "turned": dict(self._turned)}

    @state.setter
    def state(self, state: Any) -> None:
        self.searcher.state = state["searcher"]  # type: ignore[attr-defined]  # it gave this state
        self._n, self._turned = state["n"], dict(state["turned"])

    def _right(self, proposal: Proposal, index: int) -> Proposal:
        patch, space = proposal.patch, self._space
        values = {**self._fixed, **self._learned, **self.by_hand, **self._thrown(index)}
        still = [name for name, role in self._roles.items() if role == "pinned"]
        values |= {name: _value(self._base, space[name]) for name in still if name in space.by_name}
        assets = {
            slot: self._base.assets.get(slot, space.assets[slot]) for slot in still if slot in space.assets
        }
        routings = self._base.routings if ROUTINGS in still else None
        return dataclasses.replace(
            proposal, patch=patch.changed(space, values, assets=assets, routings=routings)
        )

    def _thrown(self, index: int) -> dict[str, float]:
        """The randomised values of a proposal: a function of the seed and its place."""
        if not self._drawn:
            return {}
        uniforms = np.random.default_rng((self._seed, index, 0x526F6C65)).random((len(self._drawn), 2))
        return {
            name: drawn.value(*pair)
            for (name, drawn), pair in zip(self._drawn.items(), uniforms.tolist(), strict=True)
        }

    def _distributions(self, context: Context) -> dict[str, Distribution]:
        prior = next(iter(context.instrument.priors.values()), None)
        likely = {} if prior is None else prior.values
        names = [name for name, role in self._roles.items() if role == "randomised"]
        return {name: likely.get(name) or whole_range(self._space[name]) for name in names}

    def _heard(self, context: Context) -> dict[str, float]:
        estimator: Searcher = registry.load("search", "estimator")(n=1)
        estimator.start(context)
        patch = estimator.ask(1)[0].patch
        return {
            name: _value(patch, self._space[name]) for name, role in self._roles.items() if role == "learned"
        }


def stored(space: Space, name: str, value: float | str) -> float:
    """The stored value that somebody means by a number or an option's name.

    Raises:
        ParameterError: there is no such parameter or option, or the number is out of its range.
    """
    if name not in space.by_name:
        raise unknown(name, list(space.by_name), f"parameter of {space.instrument}")
    parameter = space[name]
    if isinstance(value, str):
        if value not in parameter.options:
            raise unknown(value, list(parameter.options), f"option of {name}")
        return parameter.minimum + parameter.options.index(value)
    if not (math.isfinite(value) and parameter.minimum <= value <= parameter.maximum):
        raise ParameterError(
            f"{name}: expected a value from {parameter.minimum:g} to {parameter.maximum:g}, got {value:g}"
        )
    return float(value)


def unknown(name: str, there: Sequence[str], what: str) -> ParameterError:
    """What a user is told of a name that is not there, with the nearest one that is."""
    near = difflib.get_close_matches(name, there, 1, 0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(there[:20]) or 'none'}"
    return ParameterError(f"no {what} is called {name!r}; {hint}")


def _roles(parameters: Parameters, space: Space) -> dict[str, str]:
    """The role of each name; "searched" is left out, for that is what a searcher does anyway."""
    everything = [*space.by_name, *space.assets, *([ROUTINGS] if space.routing is not None else [])]
    roles: dict[str, str] = {}
    for role in ("fixed", "pinned", "randomised", "learned", "by_hand", "searched"):
        there = everything if role in ("pinned", "searched") else list(space.by_name)
        for pattern in getattr(parameters, role):
            for name in _meant(pattern, there, space.instrument):
                if roles.get(name, role) != role:
                    raise ParameterError(f"{name} is both {roles[name]} and {role}; it can have one role")
                roles[name] = role
    if parameters.searched:
        roles = {name: roles.get(name, "pinned") for name in everything}
    return {name: role for name, role in roles.items() if role != "searched"}


def _meant(pattern: str, there: Sequence[str], instrument: str) -> Iterator[str]:
    found = [name for name in there if fnmatchcase(name, pattern)]
    if not found:
        raise unknown(pattern, there, f"parameter of {instrument}")
    yield from found


def _value(patch: Patch, parameter: Parameter) -> float:
    return patch.values.get(parameter.name, parameter.default)
