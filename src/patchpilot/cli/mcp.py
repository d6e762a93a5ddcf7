"""`patchpilot mcp`: the workspace as tools for any client of the Model Context Protocol."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from patchpilot.cli._workspace import SOUND_FOLDERS, joined, workspace_options

if TYPE_CHECKING:
    from patchpilot.assist import Opener

_WAIT_S = 45.0
"""Clients that hear nothing for a minute give up; what takes longer goes on, and is asked for again."""


@click.command("mcp")
@workspace_options
@SOUND_FOLDERS
@click.option(
    "--wait",
    "wait_s",
    default=_WAIT_S,
    show_default=True,
    type=click.FloatRange(0),
    help="Seconds that a call waits for its job, unless it says otherwise; the job goes on after that.",
)
def command(
    place: Path | None,
    bank: str | None,
    instrument_name: str,
    also: tuple[str, ...],
    folders: tuple[Path, ...],
    wait_s: float,
) -> None:
    """Serve the workspace to a language model, over standard input and output.

    This is started by a client of the Model Context Protocol, not by hand: give it the command `patchpilot mcp`. The
    workspace is opened at the first call; if a studio has it open, all is done there and shown there. See
    docs/assist.md.
    """
    from patchpilot.assist import Opener, Tools
    from patchpilot.assist.bringing import bringing
    from patchpilot.assist.mcp import serve

    opener = Opener(lambda: joined(place, bank, instrument_name, also), starts=True)
    _end_on_signals(opener)
    serve(Tools(opener, extra=[bringing(folders)] if folders else [], wait_s=wait_s))
    _end(opener, 0)


def _end_on_signals(opener: Opener) -> None:
    """The protocol's thread waits for input that may never come, so nothing but leaving ends it."""

    def end(*_: object) -> None:
        _end(opener, 130)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def _end(opener: Opener, code: int) -> NoReturn:
    """Give everything back, and leave at once: a call that nobody waits for any more is not waited for."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # clients ask to end again after two seconds
    opener.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
