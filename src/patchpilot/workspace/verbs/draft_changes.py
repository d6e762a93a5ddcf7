"""Verbs that change the patch of a draft: turned, drawn, randomised, moved by words. A draft undoes them by itself."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.instruments.vital.assets import MAX_LFO_POINTS
from patchpilot.workspace.drafts import asking
from patchpilot.workspace.drafts.answers import DraftAnswer
from patchpilot.workspace.drafts.drawing import MOST_POWER
from patchpilot.workspace.drafts.randomise import randomised
from patchpilot.workspace.verbs.base import request
from patchpilot.workspace.verbs.drafts import DRAFT, DraftPart, changes, draft_of

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

Drag = Annotated[str | None, Field(max_length=100, description="What comes of one drag is one step.")]
_Part = Annotated[float, Field(ge=0, le=1)]


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
class TurnBody:
    """Turn knobs: stored values by name of a parameter, or of a routing's control ("modulation_1_amount")."""

    values: Annotated[
        dict[DraftPart, float | DraftPart],
        Field(
            max_length=5000,
            description="Stored values, or names of options, by parameter (see `instrument`).",
        ),
    ]
    drag: Drag = None


@request
class TurnRequest(TurnBody):
    """Turn knobs: stored values by name of a parameter, or of a routing's control ("modulation_1_amount")."""

    draft: Annotated[str, DRAFT]


@request
class DrawBody:
    """Draw the shape of an LFO."""

    slot: Annotated[str, Field(max_length=200, description='Of the instrument: "lfo_1".')]
    points: Annotated[
        list[Annotated[list[_Part], Field(min_length=2, max_length=2)]],
        Field(
            min_length=2,
            max_length=MAX_LFO_POINTS,
            description="[time, level] in 0..1 in order of time, from 0 to 1.",
        ),
    ]
    powers: Annotated[
        list[Annotated[float, Field(ge=-MOST_POWER, le=MOST_POWER)]],
        Field(
            max_length=MAX_LFO_POINTS, description="Curvature from each point to the next; none: straight."
        ),
    ] = dataclasses.field(default_factory=list)
    is_smooth: Annotated[bool, Field(description="Whether corners are rounded.")] = False
    drag: Drag = None


@request
class DrawRequest(DrawBody):
    """Draw the shape of an LFO."""

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


def _turn(workspace: Workspace, asked: TurnRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = draft_of(workspace, asked)
    if asked.values:
        draft.turn(asked.values, drag=asked.drag or "", at_s=time.time())
    return drafts.shown(draft)


def _draw(workspace: Workspace, asked: DrawRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = draft_of(workspace, asked)
    shape = {"points": asked.points, "powers": asked.powers, "is_smooth": asked.is_smooth}
    draft.draw(asked.slot, shape, drag=asked.drag or "", at_s=time.time())
    return drafts.shown(draft)


def _randomise(workspace: Workspace, asked: RandomiseRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drafts, draft = draft_of(workspace, asked)
    seed = draft.version if asked.seed is None else asked.seed
    values = randomised(
        drafts.instrument(draft), draft.patch, asked.group, asked.amount, pinned=draft.pinned, seed=seed
    )
    draft.turn(values, at_s=time.time(), label=f"randomised {asked.group or 'all'} by {asked.amount:.0%}")
    return drafts.shown(draft)


def _ask(workspace: Workspace, asked: AskRequest, report: Report) -> dict[str, Any]:
    drafts, draft = draft_of(workspace, asked)
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


VERBS = (
    changes(
        "draft_turn",
        "Turn knobs of a draft; it is played again, and is one step of its undo.",
        TurnRequest,
        _turn,
    ),
    changes(
        "draft_draw",
        "Draw an LFO's shape of a draft; it is played again, and is one step.",
        DrawRequest,
        _draw,
    ),
    changes(
        "draft_randomise", "Give a group of a draft's parameters other values.", RandomiseRequest, _randomise
    ),
    changes(
        "draft_ask",
        "Move a draft by words (darker, more movement, undo); answers what was understood and what moved.",
        AskRequest,
        _ask,
        AskAnswer,
    ),
)
