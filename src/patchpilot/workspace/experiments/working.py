"""Going on with an experiment, and playing its takes again."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from patchpilot.bank.query import Query
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.session import Session
from patchpilot.search.base import Outcome
from patchpilot.selfplay.provided import Provided
from patchpilot.workspace.errors import ConflictError
from patchpilot.workspace.experiments.runs import Found, found, state_of
from patchpilot.workspace.stopping import stopped_with
from patchpilot.workspace.takes import instrument_of

if TYPE_CHECKING:
    from patchpilot.experiment.experiment import Experiment
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace


def check_resume(workspace: Workspace, experiment_id: str, renders: int | None) -> Found:
    """An experiment that can be gone on with.

    Raises:
        ConflictError: it is a file that is turned by hand, runs, or is done and is to get no more renders.
        MissingError: there is none.
    """
    one = found(workspace, experiment_id)
    state, _ = state_of(workspace, one)
    if one.experiment is None:
        raise ConflictError(f"{experiment_id} is turned by hand, there is nothing to go on with")
    if state in ("running", "paused"):
        raise ConflictError(f"{experiment_id} is {state} already")
    tried = 0 if one.progress is None else one.progress.n_renders
    if state == "done" and (renders is None or renders <= tried):
        raise ConflictError(
            f"{experiment_id} is done after {tried} renders: give it more, as renders={2 * max(tried, 1)}"
        )
    return one


def resumed(workspace: Workspace, experiment_id: str, renders: int | None, report: Report) -> dict[str, Any]:
    """Run what is left of an experiment.

    Returns:
        {"experiment", "renders", "best", "kept", "ended"}.

    Raises:
        PatchPilotError: it cannot be run.
    """
    one = found(workspace, experiment_id)
    assert one.experiment is not None  # it was checked
    experiment: Experiment = one.experiment
    if renders is not None:
        experiment = dataclasses.replace(experiment, budget=Budget(renders, experiment.budget.seconds))
    provided = Provided()
    bank = workspace.bank if experiment.bank == str(workspace.bank.path) else None
    with Session(experiment, one.folder, bank=bank, providers=provided.providers) as session:
        total, n, best = experiment.budget.renders, session.progress.n_renders, float("-inf")
        report.progress(phase="playing", done=n, total=total)

        def heard(outcome: Outcome) -> None:
            nonlocal n, best
            n, best = n + 1, max(best, outcome.score)
            report.progress(done=min(n, total), best=None if best == float("-inf") else best)

        with stopped_with(session, report):
            made = session.run(on_outcome=heard)
    report.check()
    return {
        "experiment": experiment_id,
        "renders": made.run.n_renders,
        "best": max((outcome.score for outcome in made.run.best), default=None),
        "kept": len(made.progress.kept),
        "ended": made.progress.ended,
    }


def check_replay(workspace: Workspace, experiment_id: str) -> list[int]:
    """Numbers of the takes of an experiment; raises `ConflictError` where the bank has none, and `MissingError`."""
    one = found(workspace, experiment_id)
    numbers = workspace.bank.numbers(Query(experiment=one.name))
    if not numbers:
        raise ConflictError(f"the bank has no takes of {experiment_id}")
    instrument_of(workspace, workspace.entry(numbers[0]))
    return numbers


def replayed(workspace: Workspace, experiment_id: str, report: Report) -> dict[str, Any]:
    """Play the takes of an experiment again.

    Returns:
        {"replays": [{"number", "verdict", "max_db", "error"}], "identical", "fingerprint"}.
    """
    numbers = check_replay(workspace, experiment_id)
    instrument = instrument_of(workspace, workspace.entry(numbers[0]))
    report.progress(phase="playing again", done=0, total=len(numbers))
    told: list[dict[str, Any]] = []
    for again in workspace.bank.replays(numbers, instrument):
        report.check()
        said = again.to_json()
        told.append({key: said[key] for key in ("number", "verdict", "max_db", "error")})
        report.progress(done=len(told))
    told.sort(key=lambda one: int(one["number"]))
    return {
        "replays": told,
        "identical": sum(one["verdict"] == "identical" for one in told),
        "fingerprint": instrument.fingerprint,
    }
