"""What may be chosen for self-play."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from patchpilot.workspace.verbs.base import Verb, request

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

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
        "golden": golden_counts(workspace),
        "renders": {"default": RENDERS, "most": MOST_RENDERS},
    }


def golden_counts(workspace: Workspace) -> dict[str, int]:
    """How many sounds are loved: brought as `sounds`, and by `stars`."""
    from patchpilot.bank.query import Query
    from patchpilot.selfplay.golden.golden_set import GoldenSet

    return {"sounds": len(GoldenSet.open()), "stars": workspace.bank.count(Query(golden=True))}


VERBS = (
    Verb(
        "play_options",
        "What may be chosen for self-play.",
        PlayOptionsRequest,
        _options,
        answer=PlayOptions,
        is_read_only=True,
    ),
)
