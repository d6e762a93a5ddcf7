"""`patchpilot play resume`: go on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from patchpilot.cli._play_running import Options, options


@click.command("resume")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--serve", is_flag=True, help="Answer an editor over a local socket (`play send`).")
@options
def command(folder: Path, serve: bool, **given: Any) -> None:
    """Go on with the experiments of FOLDER; what is finished is left as it is."""
    from patchpilot.cli._play_running import run
    from patchpilot.experiment.queue import Queue

    sys.exit(run(Queue(folder), Options(serve=serve, **given)))
