"""What an instrument can do: its parameters in a fixed order, its modulation matrix, its named views."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from patchpilot.errors import ParameterError, PatchError
from patchpilot.space.assets import Asset
from patchpilot.space.parameter import Parameter
from patchpilot.space.routing import RoutingSpace

if TYPE_CHECKING:
    from patchpilot.space.patch import Patch
    from patchpilot.space.view import View

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Space:
    """The parameters of an instrument, discovered from the live engine.

    Attributes:
        instrument: name of the instrument.
        version: version of the engine it was discovered from.
        parameters: every control that shapes the sound, in the engine's order.
        routing: the modulation matrix, or None where there is none.
        assets: default content of each asset slot ("wavetable_1", "lfo_1", "sample", …).
        views: names of the parameters of each named view.
        unused: controls of the engine that do not sound (view settings).
    """

    instrument: str
    version: str
    parameters: tuple[Parameter, ...]
    routing: RoutingSpace | None = None
    assets: Mapping[str, Asset] = field(default_factory=dict)
    views: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.parameters)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.parameters)

    @cached_property
    def by_name(self) -> Mapping[str, Parameter]:
        """Parameters by their names."""
        return {parameter.name: parameter for parameter in self.parameters}

    def __getitem__(self, name: str) -> Parameter:
        try:
            return self.by_name[name]
        except KeyError:
            near = difflib.get_close_matches(name, self.by_name, n=3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise PatchError(f"{self.instrument} has no parameter {name!r}{hint}") from None

    def encode(self, values: Mapping[str, float]) -> Vector:
        """Values by name to a float64 (n,) vector in [0, 1]; a missing name stands for the default."""
        return np.array([p.norm(values.get(p.name, p.default)) for p in self.parameters])

    def decode(self, vector: npt.ArrayLike) -> dict[str, float]:
        """The inverse of `encode`: all n values by name.

        Raises:
            ParameterError: the vector has another length, or holds NaN.
        """
        norms = np.asarray(vector, dtype=np.float64)
        if norms.shape != (len(self),) or not np.isfinite(norms).all():
            raise ParameterError(f"expected {len(self)} finite numbers in [0, 1], got shape {norms.shape}")
        return {p.name: p.value(norm) for p, norm in zip(self.parameters, norms.tolist(), strict=True)}

    def view(self, name: str, base: Patch | None = None) -> View:
        """A named view on a base patch (the init patch where none is given).

        Raises:
            ParameterError: there is no view of that name.
        """
        from patchpilot.space.patch import Patch
        from patchpilot.space.view import View, routing_names

        if name not in self.views:
            raise ParameterError(f"no view {name!r}; there are: {', '.join(self.views)}")
        base = base if base is not None else Patch.make(self)
        names = self.views[name]
        if name in ("tier3", "full"):
            names += routing_names(base, ("amount",) if name == "tier3" else None)
        return View(self, base, names)
