"""`patchpilot play report`: a page with the best and the most different takes."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--top", default=10, show_default=True, type=click.IntRange(1, 100), help="Takes in each list.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes that render.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def command(folder: Path, top: int, workers: int | None, as_json: bool) -> None:
    """Write report.html into FOLDER, of a run or of many, whether they are at their end or not."""
    from patchpilot.cli._play_page import write_report
    from patchpilot.errors import ParameterError
    from patchpilot.experiment.queue import Queue
    from patchpilot.selfplay.provided import Provided

    runs = [place.folder for place in Queue(folder).places if place.progress is not None]
    if not runs:
        raise ParameterError(f"nothing was run in {folder} yet: patchpilot play resume {folder}")
    said = write_report(folder, runs, top=top, workers=workers, providers=Provided().providers)
    click.echo(json.dumps(said) if as_json else said["report"])
