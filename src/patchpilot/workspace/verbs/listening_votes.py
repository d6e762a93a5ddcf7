"""Verbs about what became of a listening test: votes come in and go, and the test is put away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from patchpilot.workspace.listening import ListeningTests
from patchpilot.workspace.listening_answers import ListeningAnswer, ListeningList, answer, listed
from patchpilot.workspace.verbs.base import Verb, request
from patchpilot.workspace.verbs.listening import TEST

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

VOTES = Field(pattern=r"^[0-9a-f]{16}$", description="Id of a file of votes, as `listening_test` lists them.")


@request
class AddVotes:
    """Take in a file of votes that somebody sent back."""

    test: Annotated[str, TEST]
    text: Annotated[str, Field(max_length=3_000_000, description="The CSV file that the page saved.")]
    name: Annotated[str, Field(max_length=300, description="What the file is called.")] = "votes.csv"


@request
class RemoveVotes:
    """Take a file of votes out again."""

    test: Annotated[str, TEST]
    votes: Annotated[str, VOTES]


@request
class RemoveListeningTest:
    """Put a listening test away, with its votes."""

    test: Annotated[str, TEST]


def _add_votes(workspace: Workspace, asked: AddVotes, report: Report) -> dict[str, Any]:
    said = workspace.part(ListeningTests).add_votes(asked.test, asked.text, asked.name)
    who = ", ".join(said["participants"][:3])
    report.did(f"took in the votes of {who}", {"test": asked.test, "votes": said["id"]})
    return answer(workspace, asked.test)


def _unadd(workspace: Workspace, back: Any) -> None:
    workspace.part(ListeningTests).remove_votes(back["test"], back["votes"])


def _remove_votes(workspace: Workspace, asked: RemoveVotes, report: Report) -> dict[str, Any]:
    said = workspace.part(ListeningTests).remove_votes(asked.test, asked.votes)
    report.did(f"took {said['name']} out", {"test": asked.test, "votes": asked.votes})
    return answer(workspace, asked.test)


def _unremove_votes(workspace: Workspace, back: Any) -> None:
    workspace.part(ListeningTests).restore_votes(back["test"], back["votes"])


def _remove(workspace: Workspace, asked: RemoveListeningTest, report: Report) -> dict[str, Any]:
    kept = workspace.part(ListeningTests)
    name = kept.test(asked.test).name
    kept.remove(asked.test)
    report.did(f"put the listening test {name} away", {"test": asked.test})
    return listed(workspace)


def _unremove(workspace: Workspace, back: Any) -> None:
    workspace.part(ListeningTests).restore(back["test"])


VERBS = (
    Verb("add_votes", "Take in votes that somebody sent back, and say what came out.", AddVotes, _add_votes,
         answer=ListeningAnswer, undo=_unadd),
    Verb("remove_votes", "Take a file of votes out of a listening test.", RemoveVotes, _remove_votes,
         answer=ListeningAnswer, undo=_unremove_votes),
    Verb("remove_listening_test", "Put a listening test away, with its votes.", RemoveListeningTest, _remove,
         answer=ListeningList, undo=_unremove),
)  # fmt: skip
