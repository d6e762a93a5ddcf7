"""`patchpilot play run`: the experiments of a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from patchpilot.cli._play_running import Options, options


@click.command("run")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run; runs/NAME by default.")
@click.option("--bank", help='Bank that takes go to: a folder, or "default"; as the file says by default.')
@click.option("--serve", is_flag=True, help="Answer an editor over a local socket (`play send`).")
@options
def command(file: Path, out: Path | None, bank: str | None, serve: bool, **given: Any) -> None:
    """Run the experiments of FILE, one after another.

    Started again, it goes on where it was stopped, and comes to the same result. Ctrl-C ends it after a few renders.
    The best and the most different takes are in report.html, and in the bank, if the file names one.
    """
    from patchpilot.cli._play_running import run
    from patchpilot.experiment.document import load_all
    from patchpilot.experiment.queue import Queue

    experiments = load_all(file)
    if bank is not None:
        experiments = tuple(one.with_bank(bank, Path.cwd()) for one in experiments)
    queue = Queue.make(experiments, out or Path("runs") / file.stem)
    sys.exit(run(queue, Options(serve=serve, **given)))
