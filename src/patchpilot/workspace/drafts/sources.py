"""Where drafts come from: a take, a match of a job, an instrument's init patch, an experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patchpilot.errors import PatchError
from patchpilot.workspace.drafts.draft import Draft
from patchpilot.workspace.drafts.drafts import Drafts
from patchpilot.workspace.drafts.history import Banked
from patchpilot.workspace.errors import ConflictError, MissingError
from patchpilot.workspace.takes import name_of

if TYPE_CHECKING:
    from patchpilot.workspace.workspace import Workspace


def from_take(workspace: Workspace, number: int, origin: dict[str, int | str] | None = None) -> Draft:
    """A draft of a take of the bank.

    Raises:
        ConflictError: a part of its patch is gone.
        MissingError: there is no such take, or its instrument is not here.
    """
    entry, assets = workspace.entry(number), workspace.bank.assets
    try:
        patch, performance = entry.record.patch(assets), entry.record.performance(assets)
    except PatchError as error:
        raise ConflictError(f"take {number} cannot be edited: {error}") from None
    return workspace.part(Drafts).begin(
        name_of(workspace, entry),
        patch,
        performance,
        origin=origin or {"take": number},
        label=f"take {number}",
        banked=Banked(number, entry.id, patch.sha256),
        pinned=entry.pinned,
    )


def from_match(workspace: Workspace, job: str, rank: int) -> Draft:
    """A draft of a match that a job found.

    Raises:
        ConflictError: the job has no matches yet.
        MissingError: there is no such job, or no match of that rank.
    """
    found = (workspace.jobs.get(job)["result"] or {}).get("matches")
    if found is None:
        raise ConflictError(f"job {job} has no matches; wait until it has ended")
    take = next((match["take"] for match in found if match["rank"] == rank), None)
    if take is None:
        raise MissingError(f"job {job} has no match of rank {rank}; it has {len(found)}")
    return from_take(workspace, take, {"take": take, "job": job, "rank": rank})


def from_init(workspace: Workspace, instrument: str) -> Draft:
    """A draft of an instrument's init patch; raises `MissingError` where it is not here."""
    return workspace.part(Drafts).begin(
        instrument, origin={"init": instrument}, label=f"init patch of {instrument}"
    )
