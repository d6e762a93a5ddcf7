"""Experiments as JSON: a line in the list, and all of one."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from patchpilot.audio import note_name
from patchpilot.bank.query import Query
from patchpilot.errors import BankError, PatchPilotError
from patchpilot.experiment.document import text_of
from patchpilot.experiment.experiment import Experiment
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch, Performance
from patchpilot.workspace.experiments.curves import Course, Courses
from patchpilot.workspace.experiments.opening import start_of
from patchpilot.workspace.experiments.racks import graph
from patchpilot.workspace.experiments.runs import Found, found, ids, state_of
from patchpilot.workspace.plain import plain
from patchpilot.workspace.takes import TRAIL, shown

if TYPE_CHECKING:
    from patchpilot.workspace.workspace import Workspace

MOST_TAKES, MOST_KNOBS = 12, 80
_ROLES = ("fixed", "pinned", "randomised", "learned", "by_hand", "searched")
_NO_COURSE = Course([], {})


def listed(workspace: Workspace) -> list[dict[str, Any]]:
    """All experiments, the latest first; one that is damaged says so in `state` and `why`."""
    lines = []
    for experiment_id in ids(workspace):
        try:
            lines.append(line(workspace, found(workspace, experiment_id)))
        except PatchPilotError as error:
            lines.append(_damaged(experiment_id, str(error)))
    return lines


def line(workspace: Workspace, one: Found) -> dict[str, Any]:
    """An experiment in short, with its curve."""
    state, job = state_of(workspace, one)
    course = _course(workspace, one)
    at, experiment = one.progress, one.experiment
    kept = workspace.bank.count(Query(experiment=one.name))
    said = {
        "id": one.id,
        "name": one.name,
        "instrument": one.sketch.instrument
        if one.sketch is not None
        else experiment.instrument.kind
        if experiment
        else "",
        "searcher": experiment.searcher.kind if experiment else "by hand",
        "objective": _objective(experiment),
        "seed": experiment.seed if experiment else 0,
        "renders": at.n_renders if at else 0,
        "budget": experiment.budget.renders if experiment else 0,
        "seconds": round(at.seconds, 1) if at else 0.0,
        "state": state,
        "ended": at.ended if at else "",
        "best": course.curve[-1][1] if course.curve else None,
        "kept": kept,
        "curve": course.curve,
        "job": job["id"] if job is not None and job["state"] in ("queued", "running") else None,
        "can_resume": experiment is not None and state in ("new", "interrupted", "failed"),
        "can_replay": kept > 0 and state not in ("running", "paused"),
        "rack": one.sketch is not None
        or (experiment is not None and experiment.instrument.kind.startswith("rack:")),
        "why": (job or {}).get("error", {}).get("message", "")
        if state == "failed" and job and job["error"]
        else "",
    }
    answer: dict[str, Any] = plain(said)
    return answer


def told(workspace: Workspace, experiment_id: str) -> dict[str, Any]:
    """All of an experiment.

    Raises:
        MissingError: there is none.
        ParameterError: its files are damaged.
    """
    one = found(workspace, experiment_id)
    said = line(workspace, one)
    entries = workspace.bank.entries(Query(experiment=one.name), order="best", limit=4 * MOST_TAKES)
    takes = [entry for entry in entries if entry.searcher != TRAIL][:MOST_TAKES]
    instrument, patch, played, why = _played(workspace, one)
    before = one.sketch.before if one.sketch is not None else _before(workspace, one)
    best = takes[0].number if takes else None
    newest = workspace.bank.entries(Query(experiment=one.name, searcher="by hand"), order="newest", limit=1)
    after = newest[0].number if one.sketch is not None and newest else best
    return said | {
        "toml": "" if one.experiment is None else text_of(one.experiment),
        "file": "" if one.sketch is None else one.sketch.file.rpartition("/")[2],
        "takes": [shown(workspace, entry) for entry in takes],
        "parts": _course(workspace, one).parts,
        "inputs": _inputs(workspace, one, played),
        "knobs": [] if instrument is None or patch is None else _knobs(instrument, patch, one.experiment),
        "graph": None if instrument is None or patch is None else plain(graph(instrument, patch)),
        "before": _take(workspace, before),
        "after": _take(workspace, after) if after != before else None,
        "why": said["why"] or why,
    }


def _course(workspace: Workspace, one: Found) -> Course:
    return _NO_COURSE if one.progress is None else workspace.part(Courses).of(one.folder, one.progress)


def _objective(experiment: Experiment | None) -> str:
    if experiment is None:
        return ""
    return " + ".join(
        goal.part.kind if goal.weight == 1.0 else f"{goal.weight:g} {goal.part.kind}"
        for goal in experiment.objective
    )


def _played(
    workspace: Workspace, one: Found
) -> tuple[Instrument | None, Patch | None, Performance | None, str]:
    """What plays an experiment and with what, and why nothing does."""
    try:
        name, patch, played, _ = start_of(workspace, one)
        instrument = workspace.instruments.get(name, "hands")
        return instrument, patch or Patch.make(instrument.space), played or Performance(), ""
    except PatchPilotError as error:
        return None, None, None if one.experiment is None else one.experiment.performance, str(error)


def _inputs(workspace: Workspace, one: Found, played: Performance | None) -> list[dict[str, Any]]:
    """What goes into it: the notes, audio, the target, and what it begins with."""
    inputs: list[dict[str, Any]] = []
    if played is not None:
        first, n = played.notes[0], len(played.notes)
        text = f"{note_name(first.pitch)}, held {first.hold_s:.3g} s" if n == 1 else f"{n} notes"
        inputs.append(
            {
                "name": "performance",
                "title": "Plays",
                "kind": "note",
                "text": f"{text}, of {played.length_s:.3g} s",
            }
        )
        inputs += [
            {
                "name": given.name,
                "title": given.name.replace("_", " "),
                "kind": "audio",
                "text": "audio that it hears",
            }
            for given in played.inputs
        ]
    if one.experiment is not None:
        target, base = one.experiment.target, one.experiment.base
        if target is not None:
            try:
                sound: str | None = workspace.sounds.add(target, name=target.name)["id"]
            except PatchPilotError:
                sound = None
            inputs.append(
                {"name": "target", "title": "Target", "kind": "target", "text": target.name, "sound": sound}
            )
        if base is not None:
            inputs.append({"name": "base", "title": "Begins with", "kind": "base", "text": base.name})
    return [{"sound": None, **said} for said in inputs]


def _knobs(instrument: Instrument, patch: Patch, experiment: Experiment | None) -> list[dict[str, Any]]:
    """The parameters that matter, with their roles: those that have one, then those of the view "core"."""
    space = instrument.space
    core = set(space.views.get("core", ())) or {p.name for p in space}
    named = {p.name: _role(p.name, experiment) for p in space}
    chosen = [p for p in space if named[p.name] != "searched" or p.name in core]
    chosen.sort(key=lambda p: named[p.name] == "searched")
    return [
        {
            "name": p.name,
            "title": p.name.replace("_", " "),
            "group": p.group,
            "unit": p.unit,
            "minimum": p.minimum,
            "maximum": p.maximum,
            "value": patch.values.get(p.name, p.default),
            "text": p.text(patch.values.get(p.name, p.default)),
            "role": named[p.name].replace("_", " "),
        }
        for p in chosen[:MOST_KNOBS]
    ]


def _role(name: str, experiment: Experiment | None) -> str:
    if experiment is None:
        return "by hand"
    for role in _ROLES:
        if any(fnmatchcase(name, pattern) for pattern in getattr(experiment.parameters, role)):
            return role
    return "pinned" if experiment.parameters.searched else "searched"


def _before(workspace: Workspace, one: Found) -> int | None:
    """The take that an experiment begins with, where a job of this workspace says so."""
    job = next((job for job in workspace.jobs.all("play", limit=10_000) if job["id"] == one.id), None)
    base = (job or {}).get("request", {}).get("base")
    return base if isinstance(base, int) else None


def _take(workspace: Workspace, number: int | None) -> dict[str, Any] | None:
    if number is None:
        return None
    try:
        return shown(workspace, workspace.entry(number))
    except (PatchPilotError, BankError):  # it was cleared away
        return None


def _damaged(experiment_id: str, why: str) -> dict[str, Any]:
    empty = {
        "searcher": "",
        "instrument": "",
        "objective": "",
        "seed": 0,
        "renders": 0,
        "budget": 0,
        "seconds": 0.0,
    }
    return {
        "id": experiment_id, "name": experiment_id, **empty, "state": "failed", "ended": "", "best": None, "kept": 0,
        "curve": [], "job": None, "can_resume": False, "can_replay": False, "rack": False, "why": why,
    }  # fmt: skip
