"""Verbs that say something of a take: votes, stars, tags, pins, notes. Each is undone by the log of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from patchpilot.workspace.takes import TakeAnswer, tell_mark
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.takes import TAKE, VOTES

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

_TAG = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
_NAME = Annotated[str, Field(max_length=200)]


@request
class VoteBody:
    """Say whether a take is liked; null takes it back."""

    vote: Annotated[Literal["yes", "no"] | None, Field(description="null takes it back.")]


@request
class VoteRequest(VoteBody):
    """Say whether a take is liked; null takes it back."""

    take: Annotated[int, TAKE]


@request
class StarBody:
    """Give a take a star, so that it is never cleared away; 0 takes it back."""

    stars: Annotated[int, Field(ge=0, le=5, description="1 or more: a star.")] = 1


@request
class StarRequest(StarBody):
    """Give a take a star, so that it is never cleared away; 0 takes it back."""

    take: Annotated[int, TAKE]


@request
class TagBody:
    """Give a take tags, and take others away."""

    add: Annotated[list[_TAG], Field(max_length=50, description="Tags to give it.")] = Field(
        default_factory=list
    )
    remove: Annotated[list[_TAG], Field(max_length=50, description="Tags to take away.")] = Field(
        default_factory=list
    )


@request
class TagRequest(TagBody):
    """Give a take tags, and take others away."""

    take: Annotated[int, TAKE]


@request
class PinBody:
    """Say which parameters stay as they are in whatever is made from a take."""

    pinned: Annotated[
        list[_NAME], Field(max_length=5000, description="Names of parameters; these and no others.")
    ]


@request
class PinRequest(PinBody):
    """Say which parameters stay as they are in whatever is made from a take."""

    take: Annotated[int, TAKE]


@request
class NoteBody:
    """Write a note to a take; "" for none."""

    text: Annotated[str, Field(max_length=10_000, description="In the place of what was there.")]


@request
class NoteRequest(NoteBody):
    """Write a note to a take; "" for none."""

    take: Annotated[int, TAKE]


def _vote(workspace: Workspace, asked: VoteRequest, report: Report) -> dict[str, Any]:
    before = workspace.entry(asked.take).vote
    now = VOTES[asked.vote]
    if now != before:
        workspace.bank.vote(asked.take, now)
        _heard_in_play(workspace, asked.take, now)
        said = f"voted {asked.vote} on" if asked.vote else "took the vote back of"
        report.did(f"{said} take {asked.take}", {"take": asked.take, "vote": before})
    return tell_mark(workspace, asked.take)


def _heard_in_play(workspace: Workspace, take: int, vote: int) -> None:
    """Let self-play that runs learn from a vote."""
    from patchpilot.workspace.play.plays import Plays

    workspace.part(Plays).voted(take, vote)


def _unvote(workspace: Workspace, back: Any) -> None:
    workspace.bank.vote(back["take"], back["vote"])
    _heard_in_play(workspace, back["take"], back["vote"])
    tell_mark(workspace, back["take"])


def _star(workspace: Workspace, asked: StarRequest, report: Report) -> dict[str, Any]:
    before, now = workspace.entry(asked.take).golden, asked.stars > 0
    if now != before:
        workspace.bank.star(asked.take, now)
        said = "gave a star to" if now else "took the star of"
        report.did(f"{said} take {asked.take}", {"take": asked.take, "golden": before})
    return tell_mark(workspace, asked.take)


def _unstar(workspace: Workspace, back: Any) -> None:
    workspace.bank.star(back["take"], back["golden"])
    tell_mark(workspace, back["take"])


def _tag(workspace: Workspace, asked: TagRequest, report: Report) -> dict[str, Any]:
    before = set(workspace.entry(asked.take).tags)
    workspace.bank.tag(asked.take, *asked.add)
    workspace.bank.untag(asked.take, *asked.remove)
    after = set(workspace.entry(asked.take).tags)
    if after != before:
        said = [f"+{tag}" for tag in sorted(after - before)] + [f"-{tag}" for tag in sorted(before - after)]
        back = {"take": asked.take, "add": sorted(before - after), "remove": sorted(after - before)}
        report.did(f"tagged take {asked.take}: {', '.join(said)}", back)
    return tell_mark(workspace, asked.take)


def _untag(workspace: Workspace, back: Any) -> None:
    workspace.bank.tag(back["take"], *back["add"])
    workspace.bank.untag(back["take"], *back["remove"])
    tell_mark(workspace, back["take"])


def _pin(workspace: Workspace, asked: PinRequest, report: Report) -> dict[str, Any]:
    before = list(workspace.entry(asked.take).pinned)
    workspace.bank.pin(asked.take, asked.pinned)
    if sorted(set(asked.pinned)) != before:
        back = {"take": asked.take, "pinned": before}
        report.did(f"pinned {len(set(asked.pinned))} parameters of take {asked.take}", back)
    return tell_mark(workspace, asked.take)


def _unpin(workspace: Workspace, back: Any) -> None:
    workspace.bank.pin(back["take"], back["pinned"])
    tell_mark(workspace, back["take"])


def _note(workspace: Workspace, asked: NoteRequest, report: Report) -> dict[str, Any]:
    before = workspace.entry(asked.take).note
    workspace.bank.write_note(asked.take, asked.text)
    if asked.text.strip() != before:
        report.did(f"wrote a note to take {asked.take}", {"take": asked.take, "text": before})
    return tell_mark(workspace, asked.take)


def _unnote(workspace: Workspace, back: Any) -> None:
    workspace.bank.write_note(back["take"], back["text"])
    tell_mark(workspace, back["take"])


def _says(name: str, summary: str, asked: type[Any], do: Any, undo: Any) -> Verb:
    return Verb(name, summary, asked, do, answer=TakeAnswer, undo=undo)


VERBS = (
    _says("vote", "Say yes or no to a take, or take that back.", VoteRequest, _vote, _unvote),
    _says("star", "Give a take a star: it is never cleared away.", StarRequest, _star, _unstar),
    _says("tag", "Give a take tags, or take them away.", TagRequest, _tag, _untag),
    _says("pin", "Say which parameters of a take stay as they are.", PinRequest, _pin, _unpin),
    _says("note", "Write a note to a take.", NoteRequest, _note, _unnote),
)
