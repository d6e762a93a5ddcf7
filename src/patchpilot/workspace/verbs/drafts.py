"""Verbs about drafts, patches that somebody is editing: begun, shown, played, kept, their own undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.errors import ParameterError
from patchpilot.workspace.drafts import sources
from patchpilot.workspace.drafts.answers import DraftAnswer
from patchpilot.workspace.drafts.draft import LONGEST_NOTE_S, Draft
from patchpilot.workspace.drafts.drafts import Drafts
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.takes import TAKE

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

DRAFT = Field(max_length=64, description="Id of a draft, as `draft_begin` answers it.")
DraftPart = Annotated[str, Field(max_length=200)]


class DraftList(TypedDict):
    """Ids of drafts, the newest first."""

    drafts: list[str]


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
class PinDraftBody:
    """Have parameters stay as they are when the draft is randomised or asked for something."""

    names: Annotated[list[DraftPart], Field(max_length=5000, description="Of parameters.")]
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


def _begin(workspace: Workspace, asked: BeginRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    named = [asked.take, asked.job, asked.init, asked.experiment]
    if sum(one is not None for one in named) != 1:
        raise ParameterError("expected one of take, job (with rank), init or experiment")
    if asked.take is not None:
        draft = sources.from_take(workspace, asked.take)
    elif asked.job is not None:
        draft = sources.from_match(workspace, asked.job, asked.rank)
    elif asked.experiment is not None:
        from patchpilot.workspace.experiments import opening

        draft = opening.draft_of(workspace, asked.experiment)
    else:
        draft = sources.from_init(workspace, asked.init or workspace.instrument)
    return workspace.part(Drafts).shown(draft)


def _drafts(workspace: Workspace, asked: DraftsRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return {"drafts": workspace.part(Drafts).ids()[:1000]}


def draft_of(workspace: Workspace, asked: Any) -> tuple[Drafts, Draft]:
    """The drafts, and the one that is named; raises `MissingError`."""
    drafts = workspace.part(Drafts)
    return drafts, drafts[asked.draft]


def _draft(workspace: Workspace, asked: DraftRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = draft_of(workspace, asked)
    return drafts.shown(draft)


def _undo(workspace: Workspace, asked: DraftRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = draft_of(workspace, asked)
    draft.undo()
    return drafts.shown(draft)


def _redo(workspace: Workspace, asked: DraftRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = draft_of(workspace, asked)
    draft.redo()
    return drafts.shown(draft)


def _keep(workspace: Workspace, asked: DraftRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = draft_of(workspace, asked)
    drafts.keep(draft)
    return drafts.shown(draft)


def _pin(workspace: Workspace, asked: PinDraftRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = draft_of(workspace, asked)
    draft.pin(asked.names, asked.pinned)
    return drafts.shown(draft)


def _play(workspace: Workspace, asked: PlayDraftRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = draft_of(workspace, asked)
    draft.play(asked.note, asked.velocity, asked.held_s)
    return drafts.shown(draft)


def changes(name: str, summary: str, asked: type[Any], do: Any, answer: Any = DraftAnswer) -> Verb:
    """A verb that does something to a draft."""
    return Verb(name, summary, asked, do, answer=answer)


VERBS = (
    changes(
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
    changes("draft_undo", "Undo the last step of a draft.", DraftRequest, _undo),
    changes("draft_redo", "Do again what was undone of a draft.", DraftRequest, _redo),
    changes(
        "draft_keep",
        "Make a draft a take of the bank, with its trail; answers the draft, whose `take` is the number.",
        DraftRequest,
        _keep,
    ),
    changes("draft_pin", "Have parameters of a draft stay as they are.", PinDraftRequest, _pin),
    changes("draft_play", "Play another note of a draft.", PlayDraftRequest, _play),
)
