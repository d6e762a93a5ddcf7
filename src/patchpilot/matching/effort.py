"""How much work a match may be: three named efforts.

Renders are what is counted, so that a result does not depend on how fast a machine is. The seconds are a cap for
slow ones; a match that reaches it says so.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from patchpilot.errors import ParameterError
from patchpilot.estimators.places import named
from patchpilot.experiment.budget import Budget

_LEAST_S = 3.0
"""What a refinement gets however long the search took, in seconds."""

VITAL = "vital"
VITAL_ONLY = ("resynthesis", "subtractive")
"""Searchers that write Vital's patches, and no others."""
TIME_ALONE = 10**9
"""More renders than anybody waits for."""


@dataclass(frozen=True)
class Effort:
    """How much work a match may be.

    Attributes:
        name: what it is called.
        searchers: those that look, where nobody names others, each with what it is made with; "estimator" only
            where there is one for the instrument.
        refinement: budget of the refinement; None for none.
        seconds: > 0, cap of search and refinement together; a refinement gets some all the same.
        engine_seeds: >= 1, with how many of the engine's dice a patch that draws from them is played.
        elsewhere: the same for other instruments than Vital, for which fewer searchers look, so that more of the time
            is left; as `refinement` by default.
    """

    name: str
    searchers: Mapping[str, Mapping[str, Any]]
    refinement: Budget | None
    seconds: float = math.inf
    engine_seeds: int = 1
    elsewhere: Budget | None = None

    def options(self, searcher: str) -> Mapping[str, Any]:
        """What a searcher of that name is made with."""
        return self.searchers.get(searcher, {})


EFFORTS: Mapping[str, Effort] = {
    effort.name: effort
    for effort in (
        Effort(
            "quick",
            {"resynthesis": {}, "drawn": {"n": 16}, "retrieval": {"shortlist": 4}, "estimator": {"n": 8}},
            refinement=None,
        ),
        Effort(
            "default",
            {
                "resynthesis": {},
                "subtractive": {},
                "drawn": {"n": 64},
                "retrieval": {"shortlist": 16},
                "estimator": {"n": 16},
            },
            refinement=Budget(renders=300),
            elsewhere=Budget(renders=600),
            seconds=27.0,
            engine_seeds=2,
        ),
        Effort(
            "thorough",
            {
                "resynthesis": {},
                "drawn": {"n": 256},
                "retrieval": {"shortlist": 32},
                "estimator": {"n": 32},
                "subtractive": {"structures": 6, "rounds": 5, "evaluations": 1800},
            },
            refinement=Budget(renders=2000),
            elsewhere=Budget(renders=4000),
            seconds=240.0,
            engine_seeds=4,
        ),
    )
}


def effort_of(effort: str | Effort) -> Effort:
    """The effort of a name.

    Raises:
        ParameterError: there is none of that name.
    """
    if isinstance(effort, Effort):
        return effort
    if effort not in EFFORTS:
        raise ParameterError(f"expected an effort of {', '.join(EFFORTS)}; got {effort!r}")
    return EFFORTS[effort]


def searchers_of(effort: Effort, instrument: str) -> tuple[str, ...]:
    """Names of an effort's searchers for an instrument.

    Not every instrument has an estimator, and nobody asked for one: where there is none, none is missed. Two searchers
    write Vital's patches only; elsewhere patches are drawn, so that there is something to begin with.
    """
    missing = {"drawn"} if instrument == VITAL else set(VITAL_ONLY)
    if named(instrument) is None:
        missing.add("estimator")
    return tuple(name for name in effort.searchers if name not in missing)


def budget_of(
    refine: Budget | float | None, effort: Effort, elapsed_s: float = 0.0, *, instrument: str = VITAL
) -> Budget | None:
    """The budget of the refinement: what was asked for (a number is seconds), or else what the effort leaves.

    Args:
        refine: what was asked for.
        effort: of the match.
        elapsed_s: seconds that the match has taken already.
        instrument: name of what is matched with.

    Raises:
        ParameterError: a budget of 0.
    """
    if isinstance(refine, Budget):
        return refine
    if refine is not None:
        return seconds_only(refine)
    budget = effort.refinement
    if instrument != VITAL and effort.elsewhere is not None:
        budget = effort.elsewhere
    if budget is None:
        return None
    seconds = min(budget.seconds, max(effort.seconds - elapsed_s, _LEAST_S))
    return dataclasses.replace(budget, seconds=seconds)


def seconds_only(seconds: float) -> Budget:
    """A budget that time alone ends.

    Raises:
        ParameterError: `seconds` is not above 0.
    """
    return Budget(renders=TIME_ALONE, seconds=seconds)


def renders_only(renders: int) -> Budget:
    """A budget that renders alone end, so that the result is the same on every machine.

    Raises:
        ParameterError: `renders` is below 1.
    """
    return Budget(renders=renders, seconds=math.inf)


def budget_asked(renders: int | None, seconds: float | None) -> Budget | None:
    """The budget of renders, of seconds, or of whichever is over first; None for the effort's own.

    Raises:
        ParameterError: one of them is below what there is.
    """
    if renders is not None and seconds is not None:
        return Budget(renders, seconds)
    if renders is not None:
        return renders_only(renders)
    return None if seconds is None else seconds_only(seconds)
