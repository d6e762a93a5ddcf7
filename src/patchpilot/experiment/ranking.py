"""Of many runs the best takes and the most different ones, and how the runs compare at equal renders.

Objectives that learn score a take by what was heard before it, so the first takes of a run look best. Here all
candidates of runs with one objective are judged by one that heard all of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

import numpy as np

from patchpilot.audio import F32
from patchpilot.audio.faults import Limits
from patchpilot.audio.lossless import audio_sha256
from patchpilot.experiment import trace
from patchpilot.experiment.building import Cast, Providers, cast, opened_bank
from patchpilot.experiment.experiment import Experiment
from patchpilot.experiment.folder import opened
from patchpilot.experiment.replaying import outcomes
from patchpilot.experiment.snapshot import Progress
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.take import Take
from patchpilot.objectives.composition import Sum, learn
from patchpilot.objectives.diversity import mean_distance, pairwise, vendi
from patchpilot.objectives.hearing import heard
from patchpilot.retrieval.library import embedding_of
from patchpilot.space.canonical import Json, canonical_json

CANDIDATES = 64
"""Takes of a run that are looked at: the best it has, and the last that it kept as different."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A take of a run.

    Attributes:
        run: name of its experiment.
        step: its place in the trace.
        take: it.
        scores: parts of its score, judged among all candidates.
    """

    run: str
    step: int
    take: Take
    scores: dict[str, float]

    @property
    def score(self) -> float:
        """Sum of its scores."""
        return sum(self.scores.values())

    def to_json(self) -> dict[str, Json]:
        """Plain JSON."""
        origin = self.take.origin
        return {
            "run": self.run,
            "step": self.step,
            "id": self.take.id,
            "score": self.score,
            "scores": self.scores,
            "searcher": origin.searcher,
            "detail": origin.detail,
        }


@dataclass(frozen=True)
class Summary:
    """How a run went.

    Attributes:
        run: name of its experiment.
        instrument, searcher, objective: what it was made of, in words.
        seed: of all random choices.
        renders: how often the engine played.
        seconds: how long it took.
        ended: "done", "budget", "" while it goes on, or why it failed.
        best: highest score that a take had when it was made.
        best_at: that after as many patches as the shortest of the compared runs tried.
        kept: takes that were kept.
        apart: mean distance between the takes that were looked at, 0..2.
        different: how many different sounds they amount to (Vendi score).
    """

    run: str
    instrument: str
    searcher: str
    objective: str
    seed: int
    renders: int = 0
    seconds: float = 0.0
    ended: str = ""
    best: float | None = None
    best_at: float | None = None
    kept: int = 0
    apart: float = 0.0
    different: float = 0.0


@dataclass(frozen=True, eq=False)
class Ranking:
    """What came of some runs.

    Attributes:
        best: the best takes of all, best first; runs with different objectives take turns.
        different: the takes that are most different from one another, the best first.
        runs: how each went, in their order.
        equal_steps: after so many patches `best_at` was looked at.
    """

    best: tuple[Candidate, ...]
    different: tuple[Candidate, ...]
    runs: tuple[Summary, ...]
    equal_steps: int

    def to_json(self) -> dict[str, Json]:
        """Plain JSON."""
        return {
            "best": [one.to_json() for one in self.best],
            "different": [one.to_json() for one in self.different],
            "runs": [dataclasses.asdict(run) for run in self.runs],
            "equal_steps": self.equal_steps,
        }


@dataclass(eq=False)
class _Found:
    experiment: Experiment
    progress: Progress
    folder: Path
    cast: Cast
    takes: dict[int, Take] = field(default_factory=dict)
    scores: dict[int, dict[str, float]] = field(default_factory=dict)


@contextmanager
def ranking(
    folders: Sequence[Path],
    *,
    top: int = 10,
    workers: int | None = None,
    providers: Providers | None = None,
) -> Iterator[tuple[Ranking, dict[str, Instrument]]]:
    """Look at runs, whether they are at their end or not; their takes are played again.

    Gives what was found, and while it lasts, the instrument of each run by its name.

    Args:
        folders: of runs.
        top: >= 1, how many of the best, and how many different ones.
        workers: processes that render.
        providers: of what the experiments' parts ask for.

    Raises:
        ParameterError: a folder is not that of a run.
        PatchPilotError: an instrument cannot be opened.
    """
    with ExitStack() as stack:
        found = list(_found(folders, stack, workers, providers))
        groups: dict[str, list[_Found]] = {}
        for one in found:
            said = [
                [goal.part.kind, dict(goal.part.options), goal.weight] for goal in one.experiment.objective
            ]
            target = one.cast.context.target
            aim = "" if target is None else audio_sha256(target.audio.samples)
            groups.setdefault(canonical_json([said, aim]), []).append(one)
        ranked = [_judged(group) for group in groups.values()]
        best = [one for turn in zip_longest(*ranked) for one in turn if one is not None]
        steps = min((one.progress.n_steps for one in found if one.progress.n_steps), default=0)
        made = Ranking(
            tuple(best[:top]),
            tuple(_apart(best, top)),
            tuple(_summary(one, steps) for one in found),
            steps,
        )
        yield made, {one.experiment.name: one.cast.context.instrument for one in found}


def _found(
    folders: Sequence[Path], stack: ExitStack, workers: int | None, providers: Providers | None
) -> Iterator[_Found]:
    played: dict[str, Instrument] = {}
    for folder in folders:
        experiment, progress = opened(folder)
        key = canonical_json([experiment.instrument.kind, dict(experiment.instrument.options)])
        made = cast(
            experiment,
            stack,
            workers=workers,
            bank=opened_bank(experiment, stack),
            bank_size=progress.bank_size,
            providers=providers,
            synth=played.get(key),
        )
        played[key] = made.context.instrument
        one = _Found(experiment, progress, folder, made)
        by_score = sorted(progress.kept, key=lambda kept: -kept["score"])
        different = [kept for kept in progress.kept if kept["why"] == "different"]
        places = [*progress.best, *(kept["step"] for kept in (*different[-CANDIDATES:], *by_score))]
        for place, outcome in outcomes(
            folder, progress, made.context, list(dict.fromkeys(places))[:CANDIDATES]
        ).items():
            assert outcome.take is not None
            one.takes[place], one.scores[place] = outcome.take, dict(outcome.scores)
        yield one


def _judged(group: Sequence[_Found]) -> list[Candidate]:
    """The candidates of runs with one objective, best first."""
    objective: Sum = group[0].cast.objective
    if any(hasattr(term, "learn") for _, term in objective.terms):
        learn(objective, [take for one in group for take in one.takes.values()])
        for one in group:
            one.scores = {place: dict(objective.score(take)) for place, take in one.takes.items()}
    found = [
        Candidate(one.experiment.name, place, take, one.scores[place])
        for one in group
        for place, take in one.takes.items()
    ]
    return sorted(found, key=lambda one: -one.score)


def _apart(ranked: Sequence[Candidate], n: int) -> list[Candidate]:
    """Takes without a fault that are far from one another, greedily from the best one (Gonzalez 1985)."""
    limits = Limits()
    fine = [one for one in ranked if not limits.fault(one.take.audio)]
    if not fine:
        return []
    vectors = _vectors([one.take for one in fine])
    chosen = [0]
    nearest = pairwise(vectors, vectors[:1])[:, 0]
    while len(chosen) < min(n, len(fine)):
        place = int(np.argmax(nearest))
        if nearest[place] <= 0.0:
            break
        chosen.append(place)
        nearest = np.minimum(nearest, pairwise(vectors, vectors[place : place + 1])[:, 0])
    return [fine[place] for place in chosen]


def _vectors(takes: Sequence[Take]) -> F32:
    embedding = embedding_of("spectral")
    return np.stack([heard(take, embedding) for take in takes])


def _summary(one: _Found, steps: int) -> Summary:
    experiment, progress = one.experiment, one.progress
    scores = [
        float("-inf") if line.step.error else sum(line.step.scores.values())
        for line in trace.read(one.folder, progress.trace_bytes)
    ]
    takes = list(one.takes.values())
    vectors = _vectors(takes) if takes else np.zeros((0, 1), np.float32)
    return Summary(
        run=experiment.name,
        instrument=experiment.instrument.kind,
        searcher=experiment.searcher.kind,
        objective=" + ".join(_term(goal.weight, goal.part.kind) for goal in experiment.objective),
        seed=experiment.seed,
        renders=progress.n_renders,
        seconds=progress.seconds,
        ended=progress.ended,
        best=_highest(scores),
        best_at=_highest(scores[:steps]),
        kept=len(progress.kept),
        apart=mean_distance(vectors),
        different=vendi(vectors),
    )


def _term(weight: float, kind: str) -> str:
    return kind if weight == 1.0 else f"{weight:g} {kind}"


def _highest(scores: Sequence[float]) -> float | None:
    highest = max(scores, default=float("-inf"))
    return None if highest == float("-inf") else highest
