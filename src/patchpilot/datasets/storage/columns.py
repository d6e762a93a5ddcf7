"""Labels: patches as rows of numbers, and the names of the columns."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from patchpilot.errors import DatasetError
from patchpilot.space import Parameter, Patch, Space
from patchpilot.space.canonical import Json, canonical_json

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Columns:
    """Names of the labels' columns, each in the space's order.

    Attributes:
        continuous: of `params/continuous`.
        categorical: of `params/categorical`.
        values: of `params/values`: both together.
    """

    continuous: tuple[str, ...]
    categorical: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True)
class Labels:
    """What is told about patches, a row each.

    Attributes:
        values: float32 (n, C + K), as the engine was told.
        continuous: float32 (n, C) in [0, 1].
        categorical: int32 (n, K), 0 for the first category.
    """

    values: F32
    continuous: F32
    categorical: I32


@dataclass(frozen=True)
class Encoder:
    """Patches to labels.

    Args:
        parameters: those of the columns, in the space's order.
    """

    parameters: tuple[Parameter, ...]

    @classmethod
    def of(cls, space: Space, tier: int) -> Encoder:
        """What is told at a tier: the parameters of its view, all where the space has no such view."""
        names = set(space.views.get(f"tier{tier}", [parameter.name for parameter in space]))
        return cls(tuple(parameter for parameter in space if parameter.name in names))

    @cached_property
    def columns(self) -> Columns:
        """Names of the columns."""
        return Columns(
            continuous=tuple(p.name for p in self.parameters if not p.is_categorical),
            categorical=tuple(p.name for p in self.parameters if p.is_categorical),
            values=tuple(p.name for p in self.parameters),
        )

    @cached_property
    def _places(self) -> dict[str, int]:
        return {parameter.name: place for place, parameter in enumerate(self.parameters)}

    @cached_property
    def _defaults(self) -> F32:
        return np.array([p.default for p in self.parameters], np.float32)

    @cached_property
    def _is_categorical(self) -> npt.NDArray[np.bool_]:
        return np.array([p.is_categorical for p in self.parameters], bool)

    def values(self, patches: Sequence[Patch]) -> F32:
        """float32 (n, C + K): what the engine is told."""
        rows = np.tile(self._defaults, (len(patches), 1))
        places = self._places
        for row, patch in zip(rows, patches, strict=True):
            found = [(places[name], value) for name, value in patch.values.items() if name in places]
            if found:
                where, what = zip(*found, strict=True)
                row[list(where)] = what
        return rows

    def labels(self, patches: Sequence[Patch]) -> Labels:
        """All labels of patches."""
        return self.of_values(self.values(patches))

    def of_values(self, values: F32) -> Labels:
        """All labels of float32 (n, C + K) stored values; they are a function of these."""
        low = np.array([p.minimum for p in self.parameters])
        high = np.array([p.maximum for p in self.parameters])
        real, whole = ~self._is_categorical, self._is_categorical
        norms = (values[:, real].astype(np.float64) - low[real]) / (high[real] - low[real])
        steps = np.rint(values[:, whole].astype(np.float64) - low[whole])
        return Labels(values, np.clip(norms, 0.0, 1.0).astype(np.float32), steps.astype(np.int32))

    def to_json(self) -> str:
        """JSON of the parameters; `from_json` reads it."""
        return canonical_json([dataclasses.asdict(parameter) for parameter in self.parameters])

    @classmethod
    def from_json(cls, text: str | bytes) -> Encoder:
        """The inverse of `to_json`; raises `DatasetError`."""
        try:
            data: Json = json.loads(text)
            return cls(tuple(Parameter(**{**p, "options": tuple(p["options"])}) for p in data))
        except (KeyError, TypeError, ValueError) as error:
            raise DatasetError(f"its parameters are damaged: {error!r}") from None
