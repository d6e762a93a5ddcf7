"""What commands that work with a workspace share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from patchpilot.assist.desk import Desk
    from patchpilot.workspace import Workspace

_OPTIONS = (
    click.option(
        "--workspace",
        "place",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of sounds, jobs and the bank; your own by default.",
    ),
    click.option(
        "--bank",
        is_flag=False,
        flag_value="",
        metavar="[PATH]",
        help="Work with this bank, not one of the workspace; your default bank where no path is said.",
    ),
    click.option(
        "--instrument", "instrument_name", default="vital", show_default=True, help="What plays by default."
    ),
    click.option(
        "--also",
        multiple=True,
        metavar="NAME",
        help="May be played, too, as rack:FILE or plugin:PATH. May be repeated.",
    ),
)
SOUND_FOLDERS = click.option(
    "--sounds",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder that the model may bring sound files from. May be repeated.",
)
"""Of commands that let a language model work; the argument is `folders`."""


def workspace_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that `opened` takes."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def opened(
    place: Path | None,
    bank: str | None,
    instrument_name: str,
    also: tuple[str, ...],
    profiles: tuple[Path, ...] = (),
) -> Workspace:
    """The workspace that the options name; raises as `Workspace` does."""
    from patchpilot.bank.bank import Bank
    from patchpilot.workspace import Workspace

    chosen = None if bank is None else Path(bank) if bank else Bank.default_path()
    return Workspace(place, bank=chosen, instruments=also, instrument=instrument_name, profiles=profiles)


def joined(place: Path | None, bank: str | None, instrument_name: str, also: tuple[str, ...]) -> Desk:
    """The workspace that the options name, as a guest of the studio that has it open if one has; raises as `opened`.

    Raises:
        ConflictError: a studio has it open, and the options want another bank or instruments than it may have.
    """
    from patchpilot.assist.remote import RemoteWorkspace
    from patchpilot.assist.remote import joined as joined_at
    from patchpilot.workspace import ConflictError, Workspace

    found = joined_at(place or Workspace.default_path(), lambda: opened(place, bank, instrument_name, also))
    if isinstance(found, RemoteWorkspace) and (bank is not None or also):
        raise ConflictError(
            f"{found.path} is open in a studio, which has its own bank and instruments: give --bank and --also to "
            "`patchpilot studio`, or name another folder with --workspace"
        )
    return found
