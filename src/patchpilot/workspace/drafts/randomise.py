"""Other values for a group of parameters: near, or anywhere that the instrument's prior thinks likely."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from patchpilot.errors import ParameterError
from patchpilot.experiment.roles import unknown
from patchpilot.instruments.base import Instrument
from patchpilot.space import Parameter, Patch, Prior
from patchpilot.space.distribution import Distribution
from patchpilot.space.prior import whole_range


def randomised(
    instrument: Instrument,
    patch: Patch,
    group: str,
    amount: float,
    *,
    pinned: Collection[str] = (),
    seed: int = 0,
) -> dict[str, float]:
    """Stored values that a group of a patch gets.

    What moves is what the instrument says is worth turning, and what its prior draws; all of the group where it says
    nothing. Numbers go `amount` of the way to a drawn value, choices become another one as often. A group that is
    switched off is switched on, for else nothing would be heard of it.

    Args:
        instrument: that plays it.
        patch: as it is.
        group: a module ("filter_1"); "" for all that the prior draws.
        amount: 0..1.
        pinned: names that stay as they are.
        seed: >= 0, of what is drawn.

    Raises:
        ParameterError: there is no such group, all of it is pinned, or a number is out of its range.
    """
    if not 0.0 <= amount <= 1.0 or seed < 0:
        raise ParameterError(f"expected an amount from 0 to 1 and a seed from 0, got {amount} and {seed}")
    space = instrument.space
    members = [p for p in space if not group or p.group == group]
    if not members:
        raise unknown(group, sorted({p.group for p in space if p.group}), "group of parameters")
    switch = f"{group}_on"
    on = {switch: space[switch].maximum} if group and switch in space.by_name and switch not in pinned else {}
    prior = _prior(instrument, members)
    likely = {} if prior is None else prior.values
    worth = instrument.knobs(patch.changed(space, on)) if on else instrument.knobs(patch)
    moving = [p for p in members if p.name in worth or p.name in likely] if group else []
    moving = moving or [p for p in members if p.name in likely] or members
    moving = [p for p in moving if p.name not in pinned and p.name not in on]
    if not moving and not on:
        raise ParameterError(f"all of {group or 'it'} is pinned: unpin something first")
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, len(moving)))))
    dice = rng.random((len(moving), 3))
    found = {
        p.name: _moved(p, patch, likely.get(p.name), amount, row) for p, row in zip(moving, dice, strict=True)
    }
    return {**found, **(on if amount > 0.0 else {})}


def _prior(instrument: Instrument, members: Collection[Parameter]) -> Prior | None:
    """The prior that draws most of some parameters, the first of equals."""
    priors = list(instrument.priors.values())
    return max(priors, key=lambda prior: sum(p.name in prior.values for p in members), default=None)


def _moved(
    parameter: Parameter, patch: Patch, likely: Distribution | None, amount: float, dice: np.ndarray
) -> float:
    drawn = (likely or whole_range(parameter)).value(float(dice[0]), float(dice[1]))
    old = patch.values.get(parameter.name, parameter.default)
    if parameter.is_categorical:
        return (
            float(min(max(round(drawn), parameter.minimum), parameter.maximum)) if dice[2] < amount else old
        )
    norm = parameter.norm(old)
    return parameter.value(norm + amount * (parameter.norm(drawn) - norm))
