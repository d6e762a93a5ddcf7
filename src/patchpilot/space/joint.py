"""Patch and performance as one vector, so that a searcher may choose either, or both.

joint = Joint(vital.space.view("core"), PatternSpace(arcs=(vital.space["filter_1_cutoff"],)))
patch, performance = joint.play(vector)          # and the pair goes to `Instrument.stream`
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from patchpilot.errors import ParameterError
from patchpilot.space.parameter import Parameter
from patchpilot.space.patch import Patch
from patchpilot.space.performance import PERFORMANCE_SPACE, Performance
from patchpilot.space.space import Space, Vector
from patchpilot.space.view import View

PREFIX = "play_"
"""Before the names of a performance's parameters among those of a patch."""
NOTHING = Space("performance", "1", ())
"""The space of what may not be chosen."""


class Performances(Protocol):
    """Performances as vectors: `PatternSpace`, `OneNotes`, `Always`."""

    @property
    def space(self) -> Space:
        """What may be chosen."""

    def performance(self, vector: npt.ArrayLike) -> Performance:
        """The performance of a vector in [0, 1]; raises `ParameterError` where it has another length, or NaN."""


@dataclass(frozen=True)
class Always:
    """One performance, of which nothing may be chosen."""

    this: Performance = field(default_factory=Performance)
    space: Space = NOTHING

    def performance(self, vector: npt.ArrayLike) -> Performance:
        """This one."""
        self.space.decode(vector)  # refuses another length
        return self.this


@dataclass(frozen=True)
class OneNotes:
    """One note from the very start; what else a performance has comes from `base`.

    Attributes:
        base: its first note says what `space` leaves out.
        space: any of "pitch", "velocity", "hold_s" and "length_s", in ranges of its own.
    """

    base: Performance = field(default_factory=Performance)
    space: Space = PERFORMANCE_SPACE

    @classmethod
    def only(cls, *names: str, base: Performance | None = None) -> OneNotes:
        """Those in which nothing else may be chosen: `OneNotes.only("pitch")`.

        Raises:
            PatchError: a name is none of "pitch", "velocity", "hold_s" and "length_s".
        """
        chosen = tuple(PERFORMANCE_SPACE[name] for name in names)
        space = dataclasses.replace(PERFORMANCE_SPACE, parameters=chosen, views={"full": names})
        return cls(base if base is not None else Performance(), space)

    def performance(self, vector: npt.ArrayLike) -> Performance:
        """A note of a pitch, velocity and length."""
        first = self.base.notes[0]
        said = {"pitch": first.pitch, "velocity": first.velocity, "hold_s": first.hold_s}
        values = {**said, "length_s": self.base.length_s, **self.space.decode(vector)}
        one = Performance.one_note(
            round(values["pitch"]),
            velocity=values["velocity"],
            hold_s=values["hold_s"],
            length_s=values["length_s"],
        )
        return dataclasses.replace(self.base, notes=one.notes, length_s=one.length_s)


@dataclass(frozen=True)
class Joint:
    """Maps vectors in [0, 1] to a patch and a performance: the patch's numbers first.

    Attributes:
        view: of the patch; one without names leaves it as it is.
        performances: what may be played; `Always` leaves that as it is.
    """

    view: View
    performances: Performances

    def __len__(self) -> int:
        return len(self.view) + len(self.performances.space)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """All of them, in the vector's order; those of the performance begin with "play_"."""
        played = (dataclasses.replace(p, name=PREFIX + p.name) for p in self.performances.space)
        return (*self.view.parameters, *played)

    def encode(self, patch: Patch, played: Mapping[str, float] | None = None) -> Vector:
        """The float64 (n,) vector of a patch and of a performance's stored values by name; others have defaults."""
        return np.concatenate([self.view.encode(patch), self.performances.space.encode(played or {})])

    def play(self, vector: npt.ArrayLike) -> tuple[Patch, Performance]:
        """The patch and the performance of a vector.

        Raises:
            ParameterError: the vector has another length, or holds NaN.
        """
        norms = np.asarray(vector, dtype=np.float64)
        if norms.shape != (len(self),):
            raise ParameterError(f"expected {len(self)} finite numbers in [0, 1], got shape {norms.shape}")
        n = len(self.view)
        return self.view.patch(norms[:n]), self.performances.performance(norms[n:])
