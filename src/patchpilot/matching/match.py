"""The main job: a sound in, ranked patches out.

Several searchers look for themselves, the best of what they found is refined, and five different answers are
chosen from all of it.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from threadpoolctl import threadpool_limits

from patchpilot import registry
from patchpilot.audio import Audio, Target, listen
from patchpilot.distance import compare
from patchpilot.errors import ParameterError, PatchPilotError
from patchpilot.estimators.estimator import Estimator
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.run import run
from patchpilot.instruments.base import Instrument, is_knobs_only
from patchpilot.matching import remarks
from patchpilot.matching.answers import Candidate, bases, candidates, chosen
from patchpilot.matching.effort import VITAL, Effort, budget_of, effort_of, searchers_of
from patchpilot.matching.result import Match, MatchResult
from patchpilot.matching.rows import floor_row, reference_rows
from patchpilot.matching.searching import KEEP, Found, search
from patchpilot.objectives.base import Objective
from patchpilot.objectives.closeness import CloseTo, performance_of
from patchpilot.search.base import Context, Outcome, Searcher


def match(
    sound: str | Path | Audio | Target,
    instrument: Instrument,
    *,
    top: int = 5,
    using: Sequence[str | Searcher | Estimator] | None = None,
    effort: str | Effort = "default",
    refine: Budget | float | None = None,
    note: int | None = None,
    seed: int = 0,
    on_phase: Callable[[str], None] = lambda _: None,
    on_outcome: Callable[[Outcome], None] = lambda _: None,
) -> MatchResult:
    """Find patches that make a sound.

    Ctrl-C ends the search early: the best so far is returned, and says so. A second Ctrl-C gets through.

    Args:
        sound: a file, audio, or a target that was listened to before.
        instrument: what should make the sound.
        top: >= 1, how many patches to return at most; fewer where there are no more that really differ.
        using: searchers, by name or made by hand, and estimators; the effort's own by default. One that goes by
            its name and cannot work here (it needs a library, or another instrument) is left out, if another can.
        effort: "quick" for no refinement, "default" for about half a minute, "thorough" for minutes.
        refine: budget of the refinement, where the effort's is not wanted; a number is seconds.
        note: 0..127, MIDI note the sound is taken to be; heard from it by default. A target has its own.
        seed: >= 0, of all random choices.
        on_phase: called with "listening", "searching", "refining" and "comparing", for progress.
        on_outcome: called after each patch that was rendered, for progress; by one thread at a time.

    Raises:
        AudioError: the sound cannot be used.
        EngineError: not one patch could be rendered.
        EstimatorError: an estimator cannot be used that was made by hand, or there is no other searcher.
        LibraryError: the library of a searcher cannot be used, and there is no other searcher.
        ParameterError: `top`, `note`, `seed`, `effort` or `refine` is out of its range.
        PluginError: a searcher is not there, or broken, and there is no other.
        KeyboardInterrupt: interrupted before there was one take.
    """
    if top < 1 or seed < 0:
        raise ParameterError(f"expected top >= 1 and seed >= 0, got {top} and {seed}")
    effort = effort_of(effort)
    budget_of(refine, effort)  # refuse it before any work is done
    began = time.monotonic()
    on_phase("listening")
    target = _listened(sound, note)
    context = Context(instrument, performance_of(target), target, seed=seed, engine_seeds=effort.engine_seeds)
    objective = CloseTo(target.audio)
    # Threads of the linear algebra would only fight the workers for the processor.
    with threadpool_limits(1), ThreadPoolExecutor(2) as threads:
        rows = threads.submit(reference_rows, context)  # rendered while the searchers still listen
        on_phase("searching")
        kind = _kinds(context)
        found = search(
            searchers_of(effort, instrument.name) if using is None else using,
            effort,
            objective,
            context,
            kind=kind,
            on_outcome=on_outcome,
        )
        budget = budget_of(refine, effort, time.monotonic() - began, instrument=instrument.name)
        if budget is not None and not found.interrupted:
            on_phase("refining")
            _refine(found, budget, objective, context, on_outcome)
        on_phase("comparing")
        best = chosen(candidates(found.outcomes, instrument), top)
        matches = _ranked(list(threads.map(lambda one: _match(one, target), best)))
        floor = floor_row(context, matches[0].take, matches[0].distance["logmel"])
        measured = {**rows.result(), **floor}
    return MatchResult(
        target=target,
        performance=context.performance,
        instrument=instrument.name,
        matches=matches,
        rows=measured,
        seconds=time.monotonic() - began,
        remarks=target.notes + tuple(found.remarks) + remarks.about(target, matches),
        effort=effort.name,
        n_renders=found.n_renders,
        interrupted=found.interrupted,
    )


def _listened(sound: str | Path | Audio | Target, note: int | None) -> Target:
    if not isinstance(sound, Target):
        return listen(sound, note=note)
    if note not in (None, sound.note):
        raise ParameterError(
            f"expected no note with a target, which was listened to as note {sound.note} already; got {note}: "
            "say the note to `listen`, or give the sound itself"
        )
    return sound


def _kinds(context: Context) -> Callable[[Outcome], Hashable]:
    """The best are kept of each searcher, of each base, with and without assets: else one kind fills the place."""
    started_from = {one.take.id for one in context.base_outcomes if one.take is not None}

    def kind(outcome: Outcome) -> Hashable:
        proposal = outcome.proposal
        base = next((parent for parent in proposal.parents if parent in started_from), "")
        return proposal.searcher, base, is_knobs_only(context.instrument, proposal.patch)

    return kind


def _refine(
    found: Found,
    budget: Budget,
    objective: Objective,
    context: Context,
    on_outcome: Callable[[Outcome], None],
) -> None:
    """Let the best of what was found be bettered; what was found stays, so it never gets worse."""
    is_known = context.instrument.name == VITAL
    started_from = bases(candidates(found.outcomes, context.instrument), knobs=3 if is_known else 4)
    context = dataclasses.replace(context, base_outcomes=tuple(started_from))
    try:
        made = run(
            registry.load("search", "refinement")(leaping=not is_known),
            objective,
            context,
            budget=budget,
            keep=KEEP,
            kind=_kinds(context),
            on_outcome=on_outcome,
        )
    except KeyboardInterrupt:  # before it had one take; there are those that it was to start from
        found.interrupted = True
    except PatchPilotError as error:
        found.remarks.append(f"refinement was left out: {error}")
    else:
        found.add(made)
        if made.out_of_time:
            found.remarks.append(remarks.out_of_time(budget, made.n_renders))
    if found.interrupted:
        found.remarks.append("interrupted while refining: these are the best so far")


def _match(candidate: Candidate, target: Target) -> Match:
    """An answer that has no rank yet."""
    take = candidate.outcome.take
    assert take is not None
    return Match(
        rank=0,
        take=take,
        distance=compare(target.audio, take.audio),
        knobs_only=candidate.knobs_only,
        remarks=candidate.outcome.proposal.remarks,
    )


def _ranked(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Best first, by several distances of the sounds that are written."""
    best = sorted(matches, key=lambda found: found.composite)
    return tuple(dataclasses.replace(found, rank=rank) for rank, found in enumerate(best, start=1))
