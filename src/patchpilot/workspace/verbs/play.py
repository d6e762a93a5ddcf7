"""Verbs about self-play: begun, steered, voted on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.errors import ParameterError
from patchpilot.workspace.errors import ConflictError
from patchpilot.workspace.play.legs import Weights, first, goals, latest
from patchpilot.workspace.verbs.base import Verb, request

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

JOB = Field(max_length=64, description="Id of the job of self-play, as `play` answers it.")
RENDERS, MOST_RENDERS = 400, 100_000
SEARCHERS = (
    "portfolio",
    "map-elites",
    "cma-me",
    "cma-es",
    "genetic",
    "tpe",
    "annealing",
    "latin-hypercube",
    "drawn",
)
"""Those that need no target; the first is the default."""
_Name = Annotated[str, Field(min_length=1, max_length=300)]


class SearcherChoice(TypedDict):
    """A way of choosing patches."""

    name: str
    summary: str


class GoldenAnswer(TypedDict):
    """How many sounds are loved: those that were brought, and takes with a star."""

    sounds: int
    stars: int


class RendersAnswer(TypedDict):
    """How many renders: by default, and at most."""

    default: int
    most: int


class PlayOptions(TypedDict):
    """What may be chosen."""

    searchers: list[SearcherChoice]
    instruments: list[str]
    golden: GoldenAnswer
    renders: RendersAnswer


class ObjectiveAnswer(TypedDict):
    """How much each counts."""

    novel: float
    golden: float
    liked: float


class Steered(TypedDict):
    """What is looked for from now on, and how many renders there are."""

    objective: ObjectiveAnswer
    renders: int


class PlayState(TypedDict):
    """What self-play does now: what it looks for, how many renders it may have, and its experiments so far."""

    objective: ObjectiveAnswer
    renders: int
    paused: bool
    experiments: list[str]


class Paused(TypedDict):
    """Whether it waits."""

    paused: bool


def _weight(of: str) -> Any:
    return Field(ge=0, le=1, description=f"{of}: how much that counts, 0 to 1.")


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


@request
class PlayStateRequest:
    """Ask what self-play that runs does now, after all that was steered."""

    job: Annotated[str, JOB]


@request
class SteerBody:
    """Look for something else from now on, or have another number of renders; what is left out stays."""

    novel: Annotated[float | None, _weight("Unlike all that was heard")] = None
    golden: Annotated[float | None, _weight("Like the golden sounds")] = None
    liked: Annotated[float | None, _weight("Likely to get a YES")] = None
    renders: Annotated[
        int | None, Field(ge=1, le=MOST_RENDERS, description="How often it plays, at most.")
    ] = None


@request
class SteerRequest(SteerBody):
    """Look for something else from now on, or have another number of renders; what is left out stays."""

    job: Annotated[str, JOB]


@request
class PauseBody:
    """Have self-play wait, or go on."""

    paused: Annotated[bool, Field(description="false has it go on.")] = True


@request
class PauseRequest(PauseBody):
    """Have self-play wait, or go on."""

    job: Annotated[str, JOB]


@request
class PlayOptionsRequest:
    """Ask what may be chosen for self-play."""


def _options(workspace: Workspace, asked: PlayOptionsRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    import inspect

    from patchpilot import registry

    there = set(registry.names("search"))
    named = [name for name in SEARCHERS if name in there]
    return {
        "searchers": [
            {"name": name, "summary": (inspect.getdoc(registry.load("search", name)) or name).split("\n")[0]}
            for name in named
        ],
        "instruments": list(workspace.instruments.names),
        "golden": _golden(workspace),
        "renders": {"default": RENDERS, "most": MOST_RENDERS},
    }


def _golden(workspace: Workspace) -> dict[str, int]:
    from patchpilot.bank.query import Query
    from patchpilot.selfplay.golden.golden_set import GoldenSet

    return {"sounds": len(GoldenSet.open()), "stars": workspace.bank.count(Query(golden=True))}


def _check(workspace: Workspace, asked: PlayRequest) -> None:
    from patchpilot import registry
    from patchpilot.errors import PluginError

    workspace.instruments.check(asked.instrument or workspace.instrument)
    if asked.searcher not in registry.names("search"):
        raise PluginError(f"there is no searcher {asked.searcher!r}; there are: {', '.join(SEARCHERS)}")
    goals(asked.objective)
    if asked.objective.golden and not any(_golden(workspace).values()):
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


def _steer(workspace: Workspace, asked: SteerRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    from patchpilot.workspace.play.plays import Plays

    playing = workspace.part(Plays)[asked.job]
    said = {name: getattr(asked, name) for name in ("novel", "golden", "liked")}
    given = {name: weight for name, weight in said.items() if weight is not None}
    weights = Weights(**{**vars(playing.leg.weights), **given}) if given else None
    if given.get("golden") and not any(_golden(workspace).values()):
        raise ConflictError("there are no golden sounds yet: give takes a star first")
    return playing.steer(weights, asked.renders)


def _state(workspace: Workspace, asked: PlayStateRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    from patchpilot.workspace.play.plays import Plays

    return workspace.part(Plays)[asked.job].state()


def _pause(workspace: Workspace, asked: PauseRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    from patchpilot.workspace.play.plays import Plays

    workspace.part(Plays)[asked.job].pause(asked.paused)
    return {"paused": asked.paused}


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
    Verb(
        "play_options",
        "What may be chosen for self-play.",
        PlayOptionsRequest,
        _options,
        answer=PlayOptions,
        is_read_only=True,
    ),
    Verb(
        "play_state",
        "What self-play does now.",
        PlayStateRequest,
        _state,
        answer=PlayState,
        is_read_only=True,
    ),
    Verb(
        "play_steer",
        "Have self-play look for something else from now on, beginning with its best.",
        SteerRequest,
        _steer,
        answer=Steered,
    ),
    Verb("play_pause", "Have self-play wait, or go on.", PauseRequest, _pause, answer=Paused),
)
