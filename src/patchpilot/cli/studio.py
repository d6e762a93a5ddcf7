"""`patchpilot studio`: the web page, and its HTTP interface."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli._workspace import opened, workspace_options

if TYPE_CHECKING:
    from patchpilot.workspace import Workspace

PATIENCE_S = 10.0
"""How long its end may take: what is to be kept is on the disk, and jobs in the middle go on with the next start."""


@click.command("studio")
@click.argument("experiment", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--port", default=8137, show_default=True, type=click.IntRange(0, 65535), help="0: any free one."
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@workspace_options
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Of `track profile build`, to compare tracks with. May be repeated.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0: all.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Whose content everybody must know; needed where others reach the address.",
)
def command(
    experiment: Path | None,
    port: int,
    no_browser: bool,
    place: Path | None,
    bank: str | None,
    instrument_name: str,
    also: tuple[str, ...],
    profiles: tuple[Path, ...],
    host: str,
    token_file: Path | None,
) -> None:
    """Open the studio in the browser: match sounds, turn knobs, vote, look at everything that was made.

    With EXPERIMENT, a file of Python or TOML, it opens at that experiment. The address with its token is printed on one
    line; whoever has it can do what you can. See docs/studio.md.
    """
    from patchpilot.instruments.remote.serving import read_token
    from patchpilot.studio.serving import Studio

    token = None if token_file is None else read_token(token_file)
    workspace = opened(place, bank, instrument_name, also, profiles)
    try:
        with Studio(workspace, host=host, port=port, token=token) as studio, suppress(KeyboardInterrupt):
            url = studio.url(
                "" if experiment is None else f"experiments/{_experiment(workspace, experiment)}"
            )
            click.echo(url)
            click.echo(f"workspace: {workspace.path}; Ctrl-C ends it", err=True)
            workspace.start()
            if not no_browser:
                click.launch(url)
            studio.run()
    finally:
        at_last = threading.Timer(PATIENCE_S, os._exit, (0,))
        at_last.daemon = True
        at_last.start()
        has_ended = workspace.close()
        at_last.cancel()
    if not has_ended:
        sys.stdout.flush()
        os._exit(0)  # something computes that cannot be told to end; all that is to be kept is on the disk


def _experiment(workspace: Workspace, file: Path) -> str:
    """The id of an experiment's file in the workspace."""
    from patchpilot.workspace.experiments import opened as opened_file

    return opened_file(workspace, file)
