"""The verb that lets an instrument play itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from patchpilot.errors import ParameterError
from patchpilot.workspace.errors import ConflictError
from patchpilot.workspace.play.legs import Weights, first, goals, latest
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.play_options import MOST_RENDERS, RENDERS, SEARCHERS, golden_counts

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

JOB = Field(max_length=64, description="Id of the job of self-play, as `play` answers it.")
_Name = Annotated[str, Field(min_length=1, max_length=300)]


@request
class PlayRequest:
    """Let an instrument play itself: takes worth hearing go to the bank while it runs."""

    instrument: Annotated[_Name | None, Field(description="The workspace's own by default.")] = None
    searcher: Annotated[_Name, Field(description="Who chooses.")] = SEARCHERS[0]
    objective: Annotated[Weights, Field(description="What is good, and how much each counts.")] = Field(
        default_factory=Weights
    )
    renders: Annotated[int, Field(ge=1, le=MOST_RENDERS, description="How often it plays, at most.")] = (
        RENDERS
    )
    base: Annotated[int | None, Field(ge=1, le=2**53, description="Number of a take to begin with.")] = None
    note: Annotated[int | None, Field(ge=0, le=127, description="MIDI note that is played.")] = None
    held_s: Annotated[float | None, Field(ge=0.02, le=10, description="Seconds that it is held.")] = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="Of all random choices.")] = 0


def _check(workspace: Workspace, asked: PlayRequest) -> None:
    from patchpilot import registry
    from patchpilot.errors import PluginError

    workspace.instruments.check(asked.instrument or workspace.instrument)
    if asked.searcher not in registry.names("search"):
        raise PluginError(f"there is no searcher {asked.searcher!r}; there are: {', '.join(SEARCHERS)}")
    goals(asked.objective)
    if asked.objective.golden and not any(golden_counts(workspace).values()):
        raise ConflictError(
            "there are no golden sounds yet: give takes a star, or bring sounds with `patchpilot golden add DIR`"
        )
    if asked.base is not None:
        entry = workspace.entry(asked.base)
        if entry.instrument != (asked.instrument or workspace.instrument):
            raise ParameterError(f"take {asked.base} is of {entry.instrument}, not of what is to play")


def _play(workspace: Workspace, asked: PlayRequest, report: Report) -> dict[str, Any]:
    from patchpilot.space import Performance
    from patchpilot.workspace.play.plays import Plays
    from patchpilot.workspace.play.running import Playing, runs_of
    from patchpilot.workspace.takes import preset_of

    assert report.job is not None
    name, runs = report.job.id, runs_of(workspace)
    leg = latest(runs, name)
    if leg is None:
        performance, base = None, None
        if asked.base is not None:
            data, _ = preset_of(workspace, asked.base)
            entry = workspace.entry(asked.base)
            performance = entry.record.performance(workspace.bank.assets)
            suffix = workspace.instruments.get(entry.instrument, "hands").suffix
            base = report.folder / f"take {asked.base}{suffix}"
            base.write_bytes(data)
        if asked.note is not None or asked.held_s is not None:
            held_s = 1.0 if asked.held_s is None else asked.held_s
            note = 60 if asked.note is None else asked.note
            performance = Performance.one_note(note, hold_s=held_s, length_s=held_s + 0.5)
        leg = first(
            runs,
            name,
            instrument=asked.instrument or workspace.instrument,
            searcher=asked.searcher,
            weights=asked.objective,
            renders=asked.renders,
            seed=asked.seed,
            bank=workspace.bank.path,
            performance=performance,
            base=base,
        )
    playing = Playing(workspace, leg, report)
    with workspace.part(Plays).attended(name, playing):
        return playing.run()


VERBS = (
    Verb(
        "play",
        "Let an instrument play itself: a job; what is worth hearing goes to the bank.",
        PlayRequest,
        _play,
        kind="job",
        lane="play",
        check=_check,
    ),
)
