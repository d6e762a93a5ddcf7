"""What self-play runs: an experiment in its folder, and another one each time that somebody steered.

So each part is an experiment like any other: it can be replayed, gone on with from the command line, and compared.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from patchpilot.errors import ParameterError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.experiment import Experiment, Goal, Named
from patchpilot.experiment.folder import FILE, opened
from patchpilot.files import make_folder
from patchpilot.instruments.base import Instrument
from patchpilot.search.base import Outcome
from patchpilot.space import Performance
from patchpilot.workspace.verbs.base import request

MOST_BASES = 8
"""Of what was found before, the best, with which a new leg begins."""


@request
class Weights:
    """What is good, and how much each counts: unlike all that was heard, like the golden sounds, likely a YES."""

    novel: Annotated[float, Field(ge=0, le=1, description="Unlike all that was heard, 0 to 1.")] = 1.0
    golden: Annotated[float, Field(ge=0, le=1, description="Like the golden sounds, 0 to 1.")] = 0.0
    liked: Annotated[float, Field(ge=0, le=1, description="Likely to get a YES, 0 to 1.")] = 0.0


@dataclass(frozen=True)
class Leg:
    """A part of self-play.

    Attributes:
        experiment: that is run.
        folder: where.
    """

    experiment: Experiment
    folder: Path

    @property
    def weights(self) -> Weights:
        """What is good in it."""
        found = {goal.part.kind: goal.weight for goal in self.experiment.objective}
        return Weights(
            novel=found.get("novel", 0.0),
            golden=found.get("close_to_set", 0.0),
            liked=found.get("liked", 0.0),
        )


def goals(weights: Weights) -> tuple[Goal, ...]:
    """The objective of some weights: neither silent nor broken, and what is wanted.

    Raises:
        ParameterError: nothing is wanted.
    """
    wanted = {"novel": weights.novel, "close_to_set": weights.golden, "liked": weights.liked}
    if not any(wanted.values()):
        raise ParameterError("expected something to look for: novel, golden or liked above 0")
    parts = [Goal(Named(kind), weight) for kind, weight in wanted.items() if weight > 0.0]
    return (Goal(Named("valid")), *parts)


def first(
    runs: Path, name: str, *, instrument: str, searcher: str, weights: Weights, renders: int, seed: int, bank: Path,
    performance: Performance | None, base: Path | None,
) -> Leg:  # fmt: skip
    """The first leg: as it is in its folder, if it is there already.

    Args:
        runs: folder of all runs.
        name: of the self-play, which its folders are called after.
        instrument: that is played.
        searcher: who chooses.
        weights: what is good.
        renders: at most so many.
        seed: of all random choices.
        bank: folder of the bank.
        performance: what is played; one C4 by default.
        base: a preset to begin with.

    Raises:
        ParameterError: nothing is wanted, or a part is out of its range.
    """
    experiment = Experiment(
        name=f"play {name}",
        instrument=Named(instrument),
        searcher=Named(searcher),
        objective=goals(weights),
        bank=str(bank),
        seed=seed,
        budget=Budget(renders),
        performance=performance,
        base=base,
    )
    return Leg(experiment, runs / name)


def latest(runs: Path, name: str) -> Leg | None:
    """The last leg that was begun, None before the first; raises `ParameterError` where it is damaged."""
    folders = [path for path in runs.glob(f"{name}*") if (path / FILE).exists() and _number(path, name)]
    if not folders:
        return None
    last = max(folders, key=lambda path: _number(path, name))
    try:
        return Leg(opened(last)[0], last)
    except ParameterError:
        return None  # nothing of it was tried: it begins again


def following(leg: Leg, weights: Weights, best: Sequence[Outcome], instrument: Instrument) -> Leg:
    """A leg that looks for something else, and begins with the best that was found so far.

    Args:
        leg: before it.
        weights: what is good now.
        best: outcomes of it, best first.
        instrument: that plays them.

    Raises:
        OutputError: what it begins with cannot be written.
        ParameterError: nothing is wanted.
    """
    stem, at = _parted(leg)
    folder = leg.folder.with_name(f"{stem}+{at + 1}")
    base: Path | None = None
    if best:
        base = make_folder(leg.folder / "best")
        for place, outcome in enumerate(best[:MOST_BASES], start=1):
            instrument.export(outcome.proposal.patch, base / f"{place:02d}{instrument.suffix}")
    experiment = dataclasses.replace(
        leg.experiment,
        name=f"play {folder.name}",
        objective=goals(weights),
        seed=leg.experiment.seed + 1,
        base=base,
    )
    return Leg(experiment, folder)


def longer(leg: Leg, renders: int) -> Leg:
    """The same leg with another number of renders, all that it had among them."""
    budget = dataclasses.replace(leg.experiment.budget, renders=max(1, renders))
    return Leg(dataclasses.replace(leg.experiment, budget=budget), leg.folder)


def names_up_to(leg: Leg) -> list[str]:
    """Names of the folders of a leg and of those before it, in order."""
    stem, at = _parted(leg)
    return [stem, *(f"{stem}+{number}" for number in range(2, at + 1))]


def _parted(leg: Leg) -> tuple[str, int]:
    """The name of the self-play, and which leg of it this is, from 1."""
    head, _, number = leg.folder.name.rpartition("+")
    return (head, int(number)) if head and number.isdecimal() else (leg.folder.name, 1)


def _number(path: Path, name: str) -> int:
    """Which leg a folder is, from 1; 0 for another self-play's."""
    if path.name == name:
        return 1
    head, plus, number = path.name.partition("+")
    return int(number) if plus and head == name and number.isdecimal() else 0
