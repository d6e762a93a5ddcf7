"""The `View` noun: a base patch and the parameters that may move, as one vector."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from patchpilot.errors import ParameterError
from patchpilot.space.parameter import Parameter
from patchpilot.space.patch import Patch
from patchpilot.space.routing import FIELDS, SLOT
from patchpilot.space.space import Space, Vector


def routing_names(base: Patch, fields: Sequence[str] | None = None) -> tuple[str, ...]:
    """Names of the controls of a patch's routings ("modulation_1_amount", …); all five fields by default."""
    return tuple(
        f"modulation_{i}_{name}" for i in range(1, len(base.routings) + 1) for name in fields or FIELDS
    )


@dataclass(frozen=True)
class View:
    """Maps vectors in [0, 1] to patches. Assets, routings and all other values stay as in the base.

    Attributes:
        space: the instrument's space.
        base: the patch that everything else comes from.
        names: parameters of the space, or "modulation_N_field" for the base's N-th routing (from 1).

    Raises:
        ParameterError: a name is there twice, or names a routing that the base does not have.
        PatchError: a name is not in the space.
    """

    space: Space
    base: Patch
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.names)) != len(self.names):
            raise ParameterError("expected each parameter once in a view")
        _ = self.parameters

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters, in the vector's order."""
        return tuple(self._parameter(name) for name in self.names)

    def _parameter(self, name: str) -> Parameter:
        match = SLOT.match(name)
        if match is None or self.space.routing is None:
            return self.space[name]
        if match[2] not in FIELDS:
            raise ParameterError(f"{name}: a routing has no {match[2]!r}, only {', '.join(FIELDS)}")
        if not 1 <= int(match[1]) <= len(self.base.routings):
            raise ParameterError(f"{name}: the base patch has {len(self.base.routings)} routings")
        field = self.space.routing.fields[FIELDS.index(match[2])]
        return dataclasses.replace(field, name=name)

    def encode(self, patch: Patch) -> Vector:
        """The float64 (n,) vector of a patch that shares the base's routings."""
        values = {**patch.values, **patch.slot_values()}
        return np.array([p.norm(values.get(p.name, p.default)) for p in self.parameters])

    def patch(self, vector: npt.ArrayLike) -> Patch:
        """The patch of a vector.

        Raises:
            ParameterError: the vector has another length, or holds NaN.
        """
        norms = np.asarray(vector, dtype=np.float64)
        if norms.shape != (len(self),) or not np.isfinite(norms).all():
            raise ParameterError(f"expected {len(self)} finite numbers in [0, 1], got shape {norms.shape}")
        values: dict[str, float] = {}
        routings = list(self.base.routings)
        for parameter, norm in zip(self.parameters, norms.tolist(), strict=True):
            value = parameter.value(norm)
            match = SLOT.match(parameter.name)
            if match is None:
                values[parameter.name] = value
            else:
                i = int(match[1]) - 1
                routings[i] = routings[i].turned(match[2], value)
        return self.base.changed(self.space, values, routings=routings)
