"""Verbs that draw the bank on a plane."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from patchpilot.workspace.map import Map
from patchpilot.workspace.verbs.base import Verb, request

if TYPE_CHECKING:
    from patchpilot.workspace.jobs.report import Report
    from patchpilot.workspace.workspace import Workspace


class MapAnswer(TypedDict):
    """Takes on a plane: an entry of each array for each take.

    `x`, `y`: 0..1; `vote`: -1, 0 or 1; `stars`: 0 or 1; `tag`, `searcher`: places in `tags` and `searchers`, -1 for
    none; `age_s`: seconds. `is_drawn`: false of a map that has to be drawn first (`map_draw`); `is_old`: most takes
    came since it was. `why` says why there are none.
    """

    method: str
    is_drawn: bool
    is_old: bool
    count: int
    numbers: list[int]
    x: list[float]
    y: list[float]
    vote: list[int]
    stars: list[int]
    tag: list[int]
    tags: list[str]
    searcher: list[int]
    searchers: list[str]
    age_s: list[int]
    why: str


@request
class MapRequest:
    """Ask where the takes of the bank lie, those that sound alike together."""

    method: Annotated[
        Literal["pca", "umap"],
        Field(description="umap keeps neighbours together; it is drawn by `map_draw`."),
    ] = "pca"


@request
class DrawMapRequest:
    """Lay the bank out on a plane; a map by UMAP takes about a minute, and is kept."""

    method: Annotated[Literal["pca", "umap"], Field(description="By which method.")] = "umap"
    afresh: Annotated[
        bool, Field(description="Anew of all takes; else new takes are put on the map that is there.")
    ] = False


def _draw(workspace: Workspace, asked: DrawMapRequest, report: Report) -> dict[str, Any]:
    return {
        "method": asked.method,
        "takes": workspace.part(Map).draw(report, asked.method, afresh=asked.afresh),
    }


def _map(workspace: Workspace, asked: MapRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
    drawn: dict[str, Any] = json.loads(workspace.part(Map).text(asked.method))
    return drawn


VERBS = (
    Verb("map", "The takes of the bank on a plane.", MapRequest, _map, answer=MapAnswer, is_read_only=True),
    Verb("map_draw", "Lay the bank out on a plane: a job.", DrawMapRequest, _draw, kind="job", lane="map",
         check=lambda workspace, asked: workspace.part(Map).check(asked.method)),
)  # fmt: skip
