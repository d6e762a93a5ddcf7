"""Verbs about drafts: patches that somebody is editing. A draft undoes what was done to it by itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.errors import ParameterError
from patchpilot.workspace.drafts import asking, sources
from patchpilot.workspace.drafts.answers import DraftAnswer
from patchpilot.workspace.drafts.draft import LONGEST_NOTE_S, Draft
from patchpilot.workspace.drafts.drafts import Drafts
from patchpilot.workspace.drafts.randomise import randomised
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.takes import TAKE

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

DRAFT = Field(max_length=64, description="Id of a draft, as `draft_begin` answers it.")
_NAME = Annotated[str, Field(max_length=200)]


class DraftList(TypedDict):
    """Ids of drafts, the newest first."""

    drafts: list[str]


class AskAnswer(TypedDict):
    """What came of words: what was understood and done, and the draft as it is now."""

    draft: DraftAnswer
    text: str
    understood: str
    ok: bool
    said: list[str]
    turned: list[dict[str, str]]
    features: dict[str, Any]
    held: list[str]
    renders: int


@request
class BeginRequest:
    """Begin a draft: from a take, a match of a job, an experiment, or an instrument's init patch; name one."""

    take: Annotated[int | None, TAKE] = None
    job: Annotated[
        str | None, Field(max_length=64, description="Id of a `match` job that has ended; with `rank`.")
    ] = None
    rank: Annotated[int, Field(ge=1, le=1000, description="Of the match of `job`; 1 is the closest.")] = 1
    init: Annotated[
        str | None, Field(max_length=200, description="Name of an instrument, whose init patch it is.")
    ] = None
    experiment: Annotated[
        str | None, Field(max_length=200, description="Id of one: the best it found, or its base.")
    ] = None


@request
class DraftRequest:
    """Name a draft."""

    draft: Annotated[str, DRAFT]


@request
class DraftsRequest:
    """Ask which drafts there are."""


@request
class TurnBody:
    """Turn knobs: stored values by name of a parameter, or of a routing's control ("modulation_1_amount")."""

    values: Annotated[
        dict[_NAME, float | _NAME],
        Field(
            max_length=5000,
            description="Stored values, or names of options, by parameter (see `instrument`).",
        ),
    ]
    drag: Annotated[str | None, Field(max_length=100, description="What comes of one drag is one step.")] = (
        None
    )


@request
class TurnRequest(TurnBody):
    """Turn knobs: stored values by name of a parameter, or of a routing's control ("modulation_1_amount")."""

    draft: Annotated[str, DRAFT]


@request
class RandomiseBody:
    """Give a group of parameters other values, but those that are pinned."""

    group: Annotated[str, Field(max_length=200, description='A module; "" for all that usually varies.')] = ""
    amount: Annotated[float, Field(ge=0, le=1, description="0: nothing, 1: anything likely.")] = 0.5
    seed: Annotated[int | None, Field(ge=0, le=2**32, description="By default another one each time.")] = None


@request
class RandomiseRequest(RandomiseBody):
    """Give a group of parameters other values, but those that are pinned."""

    draft: Annotated[str, DRAFT]


@request
class PinDraftBody:
    """Have parameters stay as they are when the draft is randomised or asked for something."""

    names: Annotated[list[_NAME], Field(max_length=5000, description="Of parameters.")]
    pinned: Annotated[bool, Field(description="false lets them go.")] = True


@request
class PinDraftRequest(PinDraftBody):
    """Have parameters stay as they are when the draft is randomised or asked for something."""

    draft: Annotated[str, DRAFT]


@request
class PlayDraftBody:
    """Play another note; what is left out stays as it is."""

    note: Annotated[int | None, Field(ge=0, le=127, description="MIDI note; 60 is C4.")] = None
    velocity: Annotated[float | None, Field(ge=0, le=1, description="0 to 1.")] = None
    held_s: Annotated[
        float | None, Field(ge=0.01, le=LONGEST_NOTE_S, description="Seconds that the key is down.")
    ] = None


@request
class PlayDraftRequest(PlayDraftBody):
    """Play another note; what is left out stays as it is."""

    draft: Annotated[str, DRAFT]


@request
class AskBody:
    """Ask for something in words: "darker, more movement", "less harsh", "undo", "again"."""

    text: Annotated[
        str, Field(min_length=1, max_length=500, description="The words; an error says what is known.")
    ]
    like_take: Annotated[
        int | None, Field(ge=1, le=2**53, description='The other sound of "like that one": a take.')
    ] = None
    like_sound: Annotated[
        str | None, Field(pattern=r"^[0-9a-f]{16}$", description="The same: id of a sound.")
    ] = None
    renders: Annotated[int, Field(ge=8, le=1000, description="How often the instrument may play.")] = (
        asking.RENDERS
    )
    seed: Annotated[int, Field(ge=0, le=2**32, description="Of all random choices.")] = 0


@request
class AskRequest(AskBody):
    """Ask for something in words: "darker, more movement", "less harsh", "undo", "again"."""

    draft: Annotated[str, DRAFT]


def _begin(workspace: Workspace, asked: BeginRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    named = [asked.take, asked.job, asked.init, asked.experiment]
    if sum(one is not None for one in named) != 1:
        raise ParameterError("expected one of take, job (with rank), init or experiment")
    if asked.take is not None:
        draft = sources.from_take(workspace, asked.take)
    elif asked.job is not None:
        draft = sources.from_match(workspace, asked.job, asked.rank)
    elif asked.experiment is not None:
        from patchpilot.workspace.experiments.opening import draft_of

        draft = draft_of(workspace, asked.experiment)
    else:
        draft = sources.from_init(workspace, asked.init or workspace.instrument)
    return workspace.part(Drafts).shown(draft)


def _drafts(workspace: Workspace, asked: DraftsRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return {"drafts": workspace.part(Drafts).ids()[:1000]}


def _shown(workspace: Workspace, asked: Any) -> tuple[Drafts, Draft]:
    drafts = workspace.part(Drafts)
    return drafts, drafts[asked.draft]


def _draft(workspace: Workspace, asked: DraftRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = _shown(workspace, asked)
    return drafts.shown(draft)


def _turn(workspace: Workspace, asked: TurnRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = _shown(workspace, asked)
    if asked.values:
        draft.turn(asked.values, drag=asked.drag or "", at_s=time.time())
    return drafts.shown(draft)


def _undo(workspace: Workspace, asked: DraftRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = _shown(workspace, asked)
    draft.undo()
    return drafts.shown(draft)


def _redo(workspace: Workspace, asked: DraftRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = _shown(workspace, asked)
    draft.redo()
    return drafts.shown(draft)


def _keep(workspace: Workspace, asked: DraftRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = _shown(workspace, asked)
    drafts.keep(draft)
    return drafts.shown(draft)


def _randomise(workspace: Workspace, asked: RandomiseRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = _shown(workspace, asked)
    seed = draft.version if asked.seed is None else asked.seed
    values = randomised(
        drafts.instrument(draft), draft.patch, asked.group, asked.amount, pinned=draft.pinned, seed=seed
    )
    draft.turn(values, at_s=time.time(), label=f"randomised {asked.group or 'all'} by {asked.amount:.0%}")
    return drafts.shown(draft)


def _pin(workspace: Workspace, asked: PinDraftRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = _shown(workspace, asked)
    draft.pin(asked.names, asked.pinned)
    return drafts.shown(draft)


def _play(workspace: Workspace, asked: PlayDraftRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = _shown(workspace, asked)
    draft.play(asked.note, asked.velocity, asked.held_s)
    return drafts.shown(draft)


def _ask(workspace: Workspace, asked: AskRequest, report: Report) -> dict[str, Any]:
    drafts, draft = _shown(workspace, asked)
    said = asking.ask(
        workspace,
        draft,
        asked.text,
        like_take=asked.like_take,
        like_sound=asked.like_sound,
        renders=asked.renders,
        seed=asked.seed,
        report=report,
    )
    return {"draft": drafts.shown(draft), **said}


def _does(name: str, summary: str, asked: type[Any], do: Any, answer: Any = DraftAnswer) -> Verb:
    return Verb(name, summary, asked, do, answer=answer)


VERBS = (
    _does(
        "draft_begin",
        "Begin to edit a take, a match, an experiment or an init patch; answers the draft, with its id.",
        BeginRequest,
        _begin,
    ),
    Verb(
        "draft",
        "A draft as it is now: values, pins, shapes, what can be undone.",
        DraftRequest,
        _draft,
        answer=DraftAnswer,
        is_read_only=True,
    ),
    Verb("drafts", "Drafts, the newest first.", DraftsRequest, _drafts, answer=DraftList, is_read_only=True),
    _does(
        "draft_turn",
        "Turn knobs of a draft; it is played again, and is one step of its undo.",
        TurnRequest,
        _turn,
    ),
    _does("draft_undo", "Undo the last step of a draft.", DraftRequest, _undo),
    _does("draft_redo", "Do again what was undone of a draft.", DraftRequest, _redo),
    _does(
        "draft_keep",
        "Make a draft a take of the bank, with its trail; answers the draft, whose `take` is the number.",
        DraftRequest,
        _keep,
    ),
    _does(
        "draft_randomise", "Give a group of a draft's parameters other values.", RandomiseRequest, _randomise
    ),
    _does("draft_pin", "Have parameters of a draft stay as they are.", PinDraftRequest, _pin),
    _does("draft_play", "Play another note of a draft.", PlayDraftRequest, _play),
    _does(
        "draft_ask",
        "Move a draft by words (darker, more movement, undo); answers what was understood and what moved.",
        AskRequest,
        _ask,
        AskAnswer,
    ),
)
