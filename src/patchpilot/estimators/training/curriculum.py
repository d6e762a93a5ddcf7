"""From easy sounds to hard ones: which rows are trained on when.

    dry      no effect is on: what is heard is the synthesizer itself
    effects  at most one effect is on, so that each is heard alone before it is heard in a chain
    all      every row

An instrument's effects are its switches whose module there is only one of (oscillators, filters and envelopes are
numbered), that has tokens of its own, and that plays no asset: those sound themselves. Where that is wrong, name them.
The places of a rack's chain ("fx_slot_1", …) are such switches too: each that is not empty is an effect.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.errors import EstimatorError
from patchpilot.estimators.codec import Codec, Labels
from patchpilot.estimators.tokens import Token
from patchpilot.space import Space

Predicate = Callable[[Labels], npt.NDArray[np.bool_]]
"""Labels of n patches to bool (n,): which of them belong to a stage."""
STAGES = {"dry": 0, "effects": 1, "all": None}
"""Names of stages, and how many effects may be on in them."""
_NUMBERED = re.compile(r"\d+$")


@dataclass(frozen=True, eq=False)
class Stage:
    """A part of a training.

    Attributes:
        name: one of `STAGES`.
        first: epoch that it begins with, from 0.
        last: epoch before which it ends.
        holds: which rows it is about.
    """

    name: str
    first: int
    last: int
    holds: Predicate


def effect_switches(codec: Codec, space: Space, names: Sequence[str] = ()) -> tuple[int, ...]:
    """Places, among the categorical tokens, of the switches that are effects.

    Args:
        codec: of the rows.
        space: of the instrument.
        names: of the switches; none for the rule above.

    Raises:
        EstimatorError: a name is none of the codec's switches.
    """
    switches = {
        token.name: k for k, token in enumerate(codec.categorical) if len(token.options) == 2 or token.chain
    }
    if unknown := [name for name in names if name not in switches]:
        raise EstimatorError(
            f"no switch {unknown[0]!r} varies in these rows; there are: {', '.join(switches) or 'none'}"
        )
    if names:
        return tuple(switches[name] for name in names)
    gates = {token.gate for token in codec.tokens}
    return tuple(
        k
        for name, k in switches.items()
        if codec.categorical[k].chain
        or (
            name in gates and codec.categorical[k].kind == "value" and _is_effect(codec.categorical[k], space)
        )
    )


def _is_effect(token: Token, space: Space) -> bool:
    group = space[token.name].group or token.name.rpartition("_")[0] or token.name
    numbered = bool(_NUMBERED.search(group)) or bool(token.module[1])
    return not numbered and not any(_NUMBERED.sub("", slot).rstrip("_") == group for slot in space.assets)


def effects_on(codec: Codec, switches: Sequence[int], labels: Labels) -> npt.NDArray[np.int64]:
    """How many effects each patch has on, int64 (n,)."""
    count = np.zeros(len(labels), np.int64)
    for k in switches:
        token = codec.categorical[k]
        open_at = {place for other in codec.tokens if other.gate == token.name for place in other.open_at}
        shut = 0.0 if token.chain else token.default
        on = open_at or {place for place, option in enumerate(token.options) if option != shut}
        count += np.isin(labels.categorical[:, k], sorted(on))
    return count


def stages(
    text: str, epochs: int, codec: Codec, space: Space, effects: Sequence[str] = ()
) -> tuple[Stage, ...]:
    """The stages of a training, one after another.

    Args:
        text: "dry:2,effects:2,all": names, and epochs of all but the last; "" for all rows from the beginning.
        epochs: of the whole training.
        codec: of the rows.
        space: of the instrument.
        effects: names of the switches that are effects; none for what the instrument says.

    Raises:
        EstimatorError: a stage is unknown, or there is no epoch left for the last, or there are no effects.
    """
    parts = [part.strip() for part in (text or "all").split(",")]
    switches = effect_switches(codec, space, effects)
    if not switches and any(not part.startswith("all") for part in parts):
        raise EstimatorError(
            "no switch in these rows is known to be an effect, so there is no curriculum; name them with --effects"
        )
    made: list[Stage] = []
    at = 0
    for place, part in enumerate(parts):
        name, _, length = part.partition(":")
        is_last = place == len(parts) - 1
        if name not in STAGES or (bool(length) == is_last) or (length and not length.isdigit()):
            raise EstimatorError(
                f"expected a curriculum as dry:2,effects:2,all (epochs of all but the last of "
                f"{', '.join(STAGES)}), got {text!r}"
            )
        end = epochs if is_last else at + int(length)
        if end <= at or end > epochs:
            raise EstimatorError(
                f"the curriculum {text!r} leaves no epoch of {epochs} for {name!r}; ask for more with --epochs"
            )
        made.append(Stage(name, at, end, _predicate(STAGES[name], codec, switches)))
        at = end
    return tuple(made)


def stage_of(made: Sequence[Stage], epoch: int) -> Stage:
    """The stage that an epoch (from 0) is in."""
    return next(stage for stage in made if stage.first <= epoch < stage.last)


def _predicate(most: int | None, codec: Codec, switches: Sequence[int]) -> Predicate:
    if most is None:
        return lambda labels: np.ones(len(labels), bool)
    limit = most
    return lambda labels: effects_on(codec, switches, labels) <= limit
