"""What verbs about listening tests answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from patchpilot.workspace.listening import ListeningTests

if TYPE_CHECKING:
    from patchpilot.workspace.workspace import Workspace


class VotesFile(TypedDict):
    """Votes that were sent back, and whose they are."""

    id: str
    name: str
    participants: list[str]
    added: str


class ListeningSummary(TypedDict):
    """A listening test; `guest` is the key that opens its page, and nothing else, without a session."""

    id: str
    name: str
    question: str
    kind: str
    conditions: list[str]
    trials: int
    participants: int
    created: str
    guest: str


class ListeningList(TypedDict):
    """Listening tests, the newest first."""

    tests: list[ListeningSummary]


class Compared(TypedDict):
    """A condition of a trial, and where its sound came from."""

    condition: str
    detail: str


class ListeningTrial(TypedDict):
    """What is judged at one time."""

    name: str
    has_reference: bool
    stimuli: list[Compared]


class ListeningAnswer(ListeningSummary):
    """A listening test with its trials, its votes, and what came out: tables and sentences; null without votes."""

    listing: list[ListeningTrial]
    no_difference: bool
    remarks: list[str]
    votes: list[VotesFile]
    results: dict[str, Any] | None


def listed(workspace: Workspace) -> dict[str, Any]:
    """All tests as their verbs answer them: `ListeningList`."""
    kept = workspace.part(ListeningTests)
    return {"tests": [kept.summary(one) for one in kept.ids()]}


def answer(workspace: Workspace, test_id: str) -> dict[str, Any]:
    """A test as its verbs answer it: `ListeningAnswer`; raises `MissingError`."""
    kept = workspace.part(ListeningTests)
    test, results = kept.test(test_id), kept.results(test_id)
    return {
        **kept.summary(test_id),
        "listing": [
            {
                "name": trial.name,
                "has_reference": trial.reference is not None,
                "stimuli": [{"condition": one.condition, "detail": one.detail} for one in trial.stimuli],
            }
            for trial in test.trials
        ],
        "no_difference": test.no_difference,
        "remarks": list(test.remarks),
        "votes": kept.votes(test_id),
        "results": None if results is None else results.to_json(),
    }
