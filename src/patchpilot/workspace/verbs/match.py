"""The verb that matches a sound: the main job of all, with what it finds heard while it still looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.sounds import SOUND

if TYPE_CHECKING:
    from patchpilot.experiment.budget import Budget
    from patchpilot.instruments.base import Instrument
    from patchpilot.matching.result import Match, MatchResult
    from patchpilot.search.base import Searcher
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

_REFINED_RENDERS = 150
"""Of a match that starts from takes, at an effort that refines nothing by itself."""
Name = Annotated[str, Field(min_length=1, max_length=300)]


@request
class MatchRequest:
    """Find patches that make a sound; each is kept in the bank as a take."""

    sound: Annotated[str, SOUND]
    instrument: Annotated[Name, Field(description="Name of what is to play it.")] = "vital"
    effort: Annotated[
        Literal["quick", "default", "thorough"],
        Field(description="Seconds, half a minute, or minutes of work."),
    ] = "default"
    top: Annotated[int, Field(ge=1, le=50, description="How many patches at most.")] = 5
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="Of all random choices.")] = 0
    note: Annotated[
        int | None, Field(ge=0, le=127, description="MIDI note of the sound; null: as it is heard.")
    ] = None
    renders: Annotated[
        int | None,
        Field(ge=1, le=1_000_000, description="Refine with at most so many renders; null: the effort's."),
    ] = None
    seconds: Annotated[
        float | None,
        Field(gt=0.0, le=86400.0, description="Refine for at most so long, s; null: the effort's."),
    ] = None
    using: Annotated[
        list[Name] | None,
        Field(max_length=20, description='Searchers by name, "bank" among them; null: the effort\'s own.'),
    ] = None
    start_from: Annotated[
        list[Annotated[int, Field(ge=1, le=2**53)]],
        Field(
            max_length=20, description="Numbers of takes to begin with; with `using` null, with nothing else."
        ),
    ] = Field(default_factory=list)


class MatchAnswer(TypedDict):
    """One match: number `take` of the bank; `distance` by metric, "logmel" the headline, `verdict` that in words."""

    rank: int
    take: int
    distance: dict[str, float | None]
    verdict: str
    found_by: str
    detail: str
    knobs_only: bool
    preset: str
    lufs: float | None
    remarks: list[str]


class Matched(TypedDict):
    """All matches, the closest first, and what their distances are measured against (`rows`)."""

    sound: str
    instrument: str
    matches: list[MatchAnswer]
    note: int
    rows: dict[str, dict[str, float | None]]
    remarks: list[str]
    effort: str
    renders: int
    interrupted: bool
    seconds: float


def _check(workspace: Workspace, asked: MatchRequest) -> None:
    """Refuse what cannot be matched before it waits in a line."""
    from patchpilot import registry
    from patchpilot.errors import PluginError

    workspace.sounds.info(asked.sound)
    workspace.instruments.check(asked.instrument)
    for number in asked.start_from:
        workspace.entry(number)
    known = {*registry.names("search"), "bank"}
    if unknown := [name for name in asked.using or () if name not in known]:
        raise PluginError(f"there is no searcher {unknown[0]!r}; there are: {', '.join(sorted(known))}")


def _match(workspace: Workspace, asked: MatchRequest, report: Report) -> dict[str, Any]:
    from patchpilot.matching.match import match
    from patchpilot.matching.output import write_result
    from patchpilot.workspace.candidates import Candidates

    report.progress(phase="listening")
    target = workspace.sounds.target(asked.sound, asked.note)
    synth = workspace.instruments.get(asked.instrument)
    name = target.source.stem if target.source else "sound"
    heard = Candidates(workspace, report, experiment=f"match {name}", renders=_renders(asked, synth))
    result = match(
        target,
        synth,
        top=asked.top,
        using=_using(workspace, asked, synth),
        effort=asked.effort,
        refine=_budget(asked),
        seed=asked.seed,
        on_phase=heard.phase,
        on_outcome=heard.outcome,
    )
    numbers = heard.keep([(found.take, found.distance["logmel"]) for found in result.matches])
    write_result(result, synth, report.folder, force=True)
    return _said(asked.sound, result, numbers)


def _budget(asked: MatchRequest) -> Budget | None:
    """The budget of the refinement; None for the effort's."""
    from patchpilot.matching.effort import EFFORTS, budget_asked

    renders = asked.renders
    if renders is None and asked.seconds is None and asked.start_from:
        renders = _REFINED_RENDERS if EFFORTS[asked.effort].refinement is None else None
    return budget_asked(renders, asked.seconds)


def _renders(asked: MatchRequest, synth: Instrument) -> int | None:
    """How many the refinement plays at most; None where time ends it, or there is none."""
    from patchpilot.matching.effort import TIME_ALONE, budget_of, effort_of

    budget = budget_of(_budget(asked), effort_of(asked.effort), instrument=synth.name)
    return None if budget is None or budget.renders >= TIME_ALONE else budget.renders


def _using(workspace: Workspace, asked: MatchRequest, synth: Instrument) -> list[str | Searcher] | None:
    """Searchers, those that know this bank made by hand; None for the effort's own."""
    from patchpilot.bank.searcher import Remembered
    from patchpilot.workspace.given import Given

    if asked.using is None and not asked.start_from:
        return None
    named: list[str | Searcher] = [
        Remembered(workspace.bank) if name == "bank" else name for name in asked.using or ()
    ]
    if not asked.start_from:
        return named
    return [Given.of(workspace.bank, asked.start_from, synth), *named]


def _said(sound: str, result: MatchResult, numbers: list[int]) -> dict[str, Any]:
    return {
        "sound": sound,
        "instrument": result.instrument,
        "matches": [_one(found, number) for found, number in zip(result.matches, numbers, strict=True)],
        "note": result.target.note,
        "rows": result.rows,
        "remarks": list(result.remarks),
        "effort": result.effort,
        "renders": result.n_renders,
        "interrupted": result.interrupted,
        "seconds": round(result.seconds, 3),
    }


def _one(found: Match, number: int) -> dict[str, Any]:
    from patchpilot.audio import loudness_lufs
    from patchpilot.distance import wording

    return {
        "rank": found.rank,
        "take": number,
        "distance": found.distance,
        "verdict": wording(found.distance["logmel"]),
        "found_by": found.found_by,
        "detail": found.detail,
        "knobs_only": found.knobs_only,
        "preset": f"/api/v1/takes/{number}/preset",
        "lufs": loudness_lufs(found.audio),
        "remarks": list(found.remarks),
    }


VERBS = (
    Verb(
        "match",
        "Find patches of an instrument that make a sound.",
        MatchRequest,
        _match,
        kind="job",
        answer=Matched,
        check=_check,
    ),
)
