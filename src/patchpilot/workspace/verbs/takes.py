"""Verbs about takes of the bank: found, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.bank.lineage import Relative, lineage_of
from patchpilot.bank.query import Query
from patchpilot.errors import BankError
from patchpilot.workspace.errors import ConflictError
from patchpilot.workspace.takes import TakeAnswer, listed, shown
from patchpilot.workspace.verbs.base import Verb, request

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace

TAKE = Field(ge=1, le=2**53, description="Number of a take of the bank.")
_TAG = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
_NAMES = Annotated[str, Field(max_length=200)]
VOTES = {"yes": 1, "no": -1, None: 0, "none": 0}
_MOST_RELATIVES = 500


class TakeList(TypedDict):
    """Takes, the newest first; `next` is the `before` of the next page, null where that was all."""

    takes: list[TakeAnswer]
    next: int | None
    count: int


class Kin(TypedDict):
    """A take that another was made from, or that was made from it: `depth` generations away."""

    depth: int
    number: int | None
    take_id: str
    is_repeated: bool


class LineageAnswer(TypedDict):
    """What a take was made from, and what was made from it; what is beyond a take follows it."""

    number: int
    ancestors: list[Kin]
    descendants: list[Kin]


class Alike(TypedDict):
    """A take that sounds like another, `distance` away."""

    take: TakeAnswer
    distance: float


class AlikeList(TypedDict):
    """Takes that sound like one, nearest first."""

    takes: list[Alike]


def _text(description: str) -> Any:
    return Field(max_length=200, description=description)


@request
class TakesRequest:
    """Ask which takes there are, the newest first."""

    query: Annotated[str, _text("Words, all of which are in names, tags, notes or searchers.")] = ""
    tag: Annotated[str | None, _text("Only those with this tag.")] = None
    vote: Annotated[
        Literal["yes", "no", "none"] | None, Field(description="Only those with this vote; null: any.")
    ] = None
    starred: Annotated[bool | None, Field(description="Only those with a star, or without; null: any.")] = (
        None
    )
    experiment: Annotated[str | None, _text("Only those made in it, by its `name`.")] = None
    instrument: Annotated[str | None, _text("Only those that it played.")] = None
    searcher: Annotated[str | None, _text('Only those that it found; "by hand" for those of drafts.')] = None
    limit: Annotated[int, Field(ge=1, le=1000, description="At most so many.")] = 50
    before: Annotated[
        int | None, Field(ge=1, le=2**53, description="Only numbers below this: `next` of the page before.")
    ] = None


@request
class TakeRequest:
    """Ask what is known of a take."""

    take: Annotated[int, TAKE]


@request
class SimilarRequest:
    """Ask which takes sound like one."""

    take: Annotated[int, TAKE]
    limit: Annotated[int, Field(ge=1, le=200, description="At most so many.")] = 10


def _takes(workspace: Workspace, asked: TakesRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    where = Query(
        words=asked.query,
        tags=() if asked.tag is None else (asked.tag,),
        golden=asked.starred,
        vote=None if asked.vote is None else VOTES[asked.vote],
        experiment=asked.experiment,
        instrument=asked.instrument,
        searcher=asked.searcher,
    )
    return listed(workspace, where, limit=asked.limit, before=asked.before)


def _take(workspace: Workspace, asked: TakeRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    return shown(workspace, workspace.entry(asked.take))


def _lineage(workspace: Workspace, asked: TakeRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    found = lineage_of(workspace.bank.database, workspace.entry(asked.take).number)
    return {
        "number": found.number,
        "ancestors": [_kin(one) for one in found.ancestors[:_MOST_RELATIVES]],
        "descendants": [_kin(one) for one in found.descendants[:_MOST_RELATIVES]],
    }


def _kin(one: Relative) -> dict[str, Any]:
    return {"depth": one.depth, "number": one.number, "take_id": one.id, "is_repeated": one.is_repeated}


def _similar(workspace: Workspace, asked: SimilarRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    number = workspace.entry(asked.take).number
    try:
        near = workspace.bank.like(number, asked.limit)
    except BankError as error:
        if "not heard" in str(error):
            raise ConflictError(
                f"take {number} was not heard yet: `patchpilot bank reindex` hears it"
            ) from None
        raise
    return {
        "takes": [{"take": shown(workspace, entry), "distance": float(distance)} for entry, distance in near]
    }


def _reads(name: str, summary: str, asked: type[Any], do: Any, answer: Any) -> Verb:
    return Verb(name, summary, asked, do, answer=answer, is_read_only=True)


VERBS = (
    _reads(
        "takes", "Takes of the bank, the newest first, by words, tag, vote.", TakesRequest, _takes, TakeList
    ),
    _reads("take", "What is known of a take.", TakeRequest, _take, TakeAnswer),
    _reads("lineage", "What a take was made from, and what from it.", TakeRequest, _lineage, LineageAnswer),
    _reads("similar", "Takes that sound like one.", SimilarRequest, _similar, AlikeList),
)
