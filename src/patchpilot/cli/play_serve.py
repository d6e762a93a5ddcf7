"""`patchpilot play serve`: experiments that an editor drives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from patchpilot.cli import play_run
from patchpilot.cli._play_running import options


@click.command("serve")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run; runs/NAME by default.")
@click.option("--bank", help='Bank that takes go to: a folder, or "default"; as the file says by default.')
@options
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """Run the experiments of FILE, and do what is said over a socket of this machine.

    Lines of JSON; where, and with which token, is in server.json of the run's folder. See docs/playing.md. For sliders,
    say `searcher = "slider"`.
    """
    context.invoke(play_run.command, serve=True, **given)
