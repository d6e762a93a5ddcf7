"""The order of Vital's nine effects: one whole number, `effect_chain_order`, for each of their 9! orders.

The number is the permutation in the factorial number system (its Lehmer code): 0 is the engine's own order, which is
`EFFECTS`, and 362,879 the reverse. All nine have a place in it; one that is switched off passes sound on unchanged, so
that the numbers which order those that are on alike sound the same.

    >>> encode_order(EFFECTS), decode_order(1)[-2:]
    (0, ('reverb', 'phaser'))
    >>> chain_values(["reverb", "distortion"])["reverb_on"]
    1.0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import factorial

from patchpilot.errors import ParameterError

EFFECTS = (
    "chorus",
    "compressor",
    "delay",
    "distortion",
    "eq",
    "filter_fx",
    "flanger",
    "phaser",
    "reverb",
)
"""In the engine's own order; each is switched by the parameter NAME_on."""
ORDER = "effect_chain_order"
"""The parameter that holds the number."""
N_ORDERS = factorial(len(EFFECTS))


def encode_order(effects: Sequence[str]) -> int:
    """The number of an order.

    Args:
        effects: all of `EFFECTS`, first what the sound goes through first.

    Returns:
        0..`N_ORDERS` − 1.

    Raises:
        ParameterError: an effect is missing, unknown or there twice.
    """
    if sorted(effects) != sorted(EFFECTS):
        raise ParameterError(
            f"expected each of {', '.join(EFFECTS)} once, got {', '.join(effects) or 'none'}"
        )
    places = [EFFECTS.index(effect) for effect in effects]
    number = 0
    for i, place in enumerate(places):
        number = number * (i + 1) + sum(place < earlier for earlier in places[:i])
    return number


def decode_order(number: float) -> tuple[str, ...]:
    """All nine effects, first what the sound goes through first; the inverse of `encode_order`.

    Raises:
        ParameterError: it is no whole number from 0 to `N_ORDERS` − 1.
    """
    if not (0 <= number < N_ORDERS and number == int(number)):
        raise ParameterError(f"expected a whole number from 0 to {N_ORDERS - 1} for {ORDER}, got {number!r}")
    order, left, rest = [], list(EFFECTS), int(number)
    for size in range(len(EFFECTS), 0, -1):  # the last place first: how many before it are later by name
        rest, later = divmod(rest, size)
        order.append(left.pop(size - 1 - later))
    return tuple(reversed(order))


def chain(values: Mapping[str, float]) -> tuple[str, ...]:
    """The effects that are on, in their order; what `values` does not say is at the engine's default (off, order 0).

    Raises:
        ParameterError: the number of the order is none.
    """
    return tuple(effect for effect in decode_order(values.get(ORDER, 0.0)) if values.get(f"{effect}_on"))


def chain_values(effects: Sequence[str]) -> dict[str, float]:
    """The values that make a patch's chain just these effects: nine switches and the number of the order.

    Args:
        effects: any of `EFFECTS`, each once, first what the sound goes through first. The others are switched off,
            and follow in the engine's own order.

    Raises:
        ParameterError: an effect is unknown or there twice.
    """
    others = [effect for effect in EFFECTS if effect not in effects]
    number = encode_order([*effects, *others])
    return {ORDER: float(number), **{f"{effect}_on": float(effect in effects) for effect in EFFECTS}}
