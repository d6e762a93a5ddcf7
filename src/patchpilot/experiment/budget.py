"""When a search must end."""

from __future__ import annotations

import math
from dataclasses import dataclass

from patchpilot.errors import ParameterError


@dataclass(frozen=True)
class Budget:
    """When a search must end; whichever comes first.

    Renders give the same result on every machine; seconds do not.

    Attributes:
        renders: >= 1, most renders; a patch that is played with several of the engine's dice counts as often,
            and the last one is played to its end.
        seconds: > 0, no proposals are asked for after this time.

    Raises:
        ParameterError: one of them is out of its range.
    """

    renders: int = 1000
    seconds: float = math.inf

    def __post_init__(self) -> None:
        if not self.renders >= 1:
            raise ParameterError(
                f"expected a budget of at least 1 render, got {self.renders}; for no refinement, use the effort "
                "'quick'"
            )
        if not self.seconds > 0:
            raise ParameterError(
                f"expected a budget of more than 0 seconds, got {self.seconds:g}; for no refinement, use the "
                "effort 'quick'"
            )


UNLIMITED = Budget()
"""A search ends by itself; this only keeps one that does not from running for ever."""
