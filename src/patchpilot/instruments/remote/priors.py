"""A prior as JSON: it is data, so patches are drawn where they are wanted, and are the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from patchpilot.errors import EngineError
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import Json
from patchpilot.space.distribution import Distribution, Fixed, Mix, Peaked, Uniform, Whole
from patchpilot.space.matrix import Matrix
from patchpilot.space.prior import Prior, Route

_SIMPLE: Mapping[str, type[Uniform | Whole | Peaked | Fixed]] = {
    "uniform": Uniform,
    "whole": Whole,
    "peaked": Peaked,
    "fixed": Fixed,
}
_NAMES = {kind: name for name, kind in _SIMPLE.items()}


class UnknownDistributionError(ValueError):
    """A distribution of somebody's own, which is code and does not travel."""


def prior_json(prior: Prior, digests: Mapping[str, str]) -> Json:
    """A prior as plain JSON; its mappings keep their order, which is that of the draws.

    Args:
        prior: of an instrument.
        digests: sha256 of the assets that it names.

    Raises:
        UnknownDistributionError: a distribution in it is none of ours.
    """
    matrix = prior.matrix
    return {
        "name": prior.name,
        "sha256": prior.sha256,
        "values": _distributions(prior.values),
        "assets": {slot: dict(options) for slot, options in prior.assets.items()},
        "digests": dict(digests),
        "routes": [{**_fields(route), "amount": _distribution_json(route.amount)} for route in prior.routes],
        "gates": {switch: list(names) for switch, names in prior.gates.items()},
        "cutoffs": dict(prior.cutoffs),
        "reasons": dict(prior.reasons),
        "matrix": None if matrix is None else _matrix_json(matrix),
    }


def prior_of(said: Json, find: Callable[[str], Asset]) -> Prior:
    """The inverse of `prior_json`.

    Args:
        said: the JSON.
        find: the asset of a sha256.

    Raises:
        EngineError: it would draw other patches here than there, or is damaged.
    """
    digests = said["digests"]
    prior = Prior(
        name=said["name"],
        values={name: _distribution(drawn) for name, drawn in said["values"].items()},
        assets=said["assets"],
        routes=tuple(Route(**{**r, "amount": _distribution(r["amount"])}) for r in said["routes"]),
        gates={switch: tuple(names) for switch, names in said["gates"].items()},
        asset=(lambda name: find(digests[name])) if digests else None,
        cutoffs=said["cutoffs"],
        matrix=None if said["matrix"] is None else _matrix(said["matrix"]),
        reasons=said["reasons"],
    )
    if prior.sha256 != said["sha256"]:
        raise EngineError(
            f"the prior {prior.name} of the far instrument reads differently here: install the same version of "
            "Patch Pilot on both sides"
        )
    return prior


def _matrix_json(matrix: Matrix) -> Json:
    return {
        **_fields(matrix),
        "count": _distribution_json(matrix.count),
        "power": _distribution_json(matrix.power),
        "amounts": _distributions(matrix.amounts),
        "uses": {source: list(names) for source, names in matrix.uses.items()},
    }


def _matrix(said: Json) -> Matrix:
    return Matrix(
        **{
            **said,
            "count": _distribution(said["count"]),
            "power": _distribution(said["power"]),
            "amounts": {kind: _distribution(drawn) for kind, drawn in said["amounts"].items()},
            "uses": {source: tuple(names) for source, names in said["uses"].items()},
        }
    )


def _distributions(drawn: Mapping[str, Distribution]) -> Json:
    return {name: _distribution_json(distribution) for name, distribution in drawn.items()}


def _distribution_json(drawn: Distribution) -> Json:
    if type(drawn) is Mix:
        return {"mix": [[weight, _distribution_json(part)] for weight, part in drawn.parts]}
    for kind, name in _NAMES.items():
        if type(drawn) is kind:
            return {name: dataclasses.astuple(drawn)}
    raise UnknownDistributionError(f"{type(drawn).__name__} is no distribution of Patch Pilot's")


def _distribution(said: Json) -> Distribution:
    ((name, numbers),) = said.items()
    if name == "mix":
        return Mix(tuple((weight, _distribution(part)) for weight, part in numbers))
    return _SIMPLE[name](*numbers)


def _fields(thing: Route | Matrix) -> dict[str, Json]:
    """Its fields as they are, not copied deeply."""
    return {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}
