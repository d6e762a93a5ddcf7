"""Tiers: which controls are columns of a dataset, and what its patches are drawn from.

    1   one voice: the view "tier1"
    2   every control that shapes sound
    3   every control, and the modulation matrix

Where an instrument has no such views, every tier has all its controls.
"""

from __future__ import annotations

import dataclasses

from patchpilot.errors import ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch, Prior, Space
from patchpilot.space.distribution import Whole
from patchpilot.space.matrix import Matrix
from patchpilot.space.prior import whole_range

RAW = "none"
"""Name of the prior that says nothing: every value is as likely as any other."""
ROUTED = 3
"""The lowest tier with modulation."""


def view_names(space: Space, tier: int) -> tuple[str, ...]:
    """Names of a tier's parameters, in the space's order."""
    wanted = set(space.views.get(f"tier{tier}", space.by_name))
    return tuple(parameter.name for parameter in space if parameter.name in wanted)


def reduced(space: Space, patch: Patch, tier: int) -> Patch:
    """What a tier's labels can say of a patch; assets, and unknown parts of its file, stay.

    All other parameters go to their defaults, and below tier 3 there are no routings.
    """
    wanted = frozenset(space.views.get(f"tier{tier}", space.by_name))
    values = {name: value for name, value in patch.values.items() if name in wanted}
    routings = patch.routings if tier >= ROUTED else ()
    if len(values) == len(patch.values) and routings == patch.routings:
        return patch
    return dataclasses.replace(patch, values=values, routings=routings)


def default_prior(instrument: Instrument, tier: int) -> Prior:
    """The latest prior that an instrument has for a tier, else its first, else the raw one."""
    ours = [prior for name, prior in instrument.priors.items() if name.startswith(f"wide-tier{tier}-")]
    others = list(instrument.priors.values())
    if ours:
        return ours[-1]
    return others[0] if others else raw_prior(instrument.space, tier)


def prior_named(instrument: Instrument, tier: int, name: str) -> Prior:
    """A prior of an instrument by its name; "none" is the raw one.

    Raises:
        ParameterError: there is none of that name.
    """
    if name == RAW:
        return raw_prior(instrument.space, tier)
    if name not in instrument.priors:
        there = ", ".join([*instrument.priors, RAW])
        raise ParameterError(f"no prior {name!r} for {instrument.name}; there are: {there}")
    return instrument.priors[name]


def raw_prior(space: Space, tier: int) -> Prior:
    """Every parameter of a tier uniform over its range, and in tier 3 any routings in any number.

    No switch gates anything, and nothing keeps a patch audible: nine of ten of Vital's are silent.
    """
    return Prior(
        name=f"{RAW}-tier{tier}",
        values={name: whole_range(space[name]) for name in view_names(space, tier)},
        matrix=_any_routings(space) if tier >= ROUTED else None,
    )


def _any_routings(space: Space) -> Matrix | None:
    if space.routing is None:
        return None
    ranges = {field.name.rpartition("_")[2]: whole_range(field) for field in space.routing.fields}
    return Matrix(
        count=Whole(0, space.routing.n_slots),
        most=space.routing.n_slots,
        sources={"*": 1.0},
        destinations={"*": 1.0},
        amounts={"*": ranges["amount"]},
        power=ranges["power"],
        bipolar=0.5,
        stereo=0.5,
        bypass=0.5,
    )
