"""What commands that work with a workspace share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
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
