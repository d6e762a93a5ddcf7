"""Verbs about what somebody likes: what to vote on, which of two is better, and what is believed of the taste."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.workspace.takes import TakeAnswer, shown
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.play import JOB

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace


class QuestionAnswer(TypedDict):
    """What to vote on: a take, or two to compare; none while there is nothing. `likely`: of a YES, 0..1."""

    takes: list[TakeAnswer]
    reason: str
    likely: float | None
    unsure: float | None


class WordAnswer(TypedDict):
    """One thing that is believed: `strength` -1..1, `sure` 0.5..1."""

    word: str
    descriptor: str
    strength: float
    sure: float


class TasteAnswer(TypedDict):
    """What is believed of the taste: in words, and takes that are expected to be liked most and least."""

    votes: int
    sentence: str
    words: list[WordAnswer]
    liked: list[int]
    disliked: list[int]


class Preferred(TypedDict):
    """Which of two takes is better."""

    better: int
    worse: int


@request
class NextRequest:
    """Ask which take to vote on, so that the vote tells most."""

    job: Annotated[str, JOB]
    blind: Annotated[bool, Field(description="Two takes to compare, in an order that says nothing.")] = False
    after: Annotated[
        int | None, Field(ge=1, le=2**53, description="Number of a take that was shown, to pass over.")
    ] = None


@request
class PreferBody:
    """Say which of two takes is better."""

    better: Annotated[int, Field(ge=1, le=2**53, description="Number of the take that is liked better.")]
    worse: Annotated[int, Field(ge=1, le=2**53, description="Number of the other one.")]


@request
class TasteRequest:
    """Ask what is believed of the taste."""


def _next(workspace: Workspace, asked: NextRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    from patchpilot.workspace.play.plays import Plays

    plays = workspace.part(Plays)
    if asked.job not in plays.running():
        return _unvoted(workspace, asked)
    question = plays[asked.job].next(blind=asked.blind, after=asked.after)
    if question is None:
        return {"takes": [], "reason": "no take was made yet: a moment", "likely": None, "unsure": None}
    return {
        "takes": [shown(workspace, workspace.entry(number)) for number in question.takes],
        "reason": question.reason,
        "likely": question.likely,
        "unsure": question.unsure,
    }


def _unvoted(workspace: Workspace, asked: NextRequest) -> dict[str, Any]:
    """What to ask of self-play that is over: of what it kept."""
    from patchpilot.bank.query import Query
    from patchpilot.selfplay.preference.unvoted import questions

    result = workspace.jobs.get(asked.job)["result"] or {}
    names = [f"play {one}" for one in result.get("experiments", [asked.job])]
    n = 2 if asked.blind else 1
    found = questions(workspace.bank, n + 1, where=Query(experiment=names[-1]))
    found = [one for one in found if one.number != asked.after][:n]
    if len(found) < n:
        return {"takes": [], "reason": "you have heard all that it kept", "likely": None, "unsure": None}
    reason = (
        "of what it kept, two that differ: which is better?"
        if asked.blind
        else "your vote on it would tell most"
    )
    return {
        "takes": [shown(workspace, workspace.entry(one.number)) for one in found],
        "reason": reason,
        "likely": None if asked.blind else found[0].likely,
        "unsure": None if asked.blind else found[0].unsure,
    }


def _prefer(workspace: Workspace, asked: PreferBody, report: Report) -> dict[str, Any]:
    from patchpilot.experiment.pairs import prefer
    from patchpilot.workspace.play.plays import Plays

    workspace.entry(asked.better)
    workspace.entry(asked.worse)
    prefer(workspace.bank, asked.better, asked.worse)
    for number in (asked.better, asked.worse):
        workspace.part(Plays).voted(number, 0)
    back = {"better": asked.better, "worse": asked.worse}
    report.did(f"take {asked.better} is better than {asked.worse}", back)
    return back


def _unprefer(workspace: Workspace, back: Any) -> None:
    """Comparisons are only ever added, so the opposite is said: together they say nothing."""
    from patchpilot.experiment.pairs import prefer

    prefer(workspace.bank, back["worse"], back["better"])


def _taste(workspace: Workspace, asked: TasteRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    from patchpilot.workspace.play.taste import Tastes

    return workspace.part(Tastes).told()


VERBS = (
    Verb(
        "play_next",
        "Which take of self-play to vote on, so that the vote tells most.",
        NextRequest,
        _next,
        answer=QuestionAnswer,
    ),
    Verb(
        "prefer", "Say which of two takes is better.", PreferBody, _prefer, answer=Preferred, undo=_unprefer
    ),
    Verb(
        "taste",
        "What the votes say that somebody likes: words, and takes that they should like most and least.",
        TasteRequest,
        _taste,
        answer=TasteAnswer,
        is_read_only=True,
    ),
)
