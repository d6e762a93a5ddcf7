"""`patchpilot play compare`: how runs went, at equal renders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from patchpilot.experiment.ranking import Summary


@click.command("compare")
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes that render.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(runs: tuple[Path, ...], workers: int | None, as_json: bool) -> None:
    """Compare RUNS: folders of one run, or of many.

    "at" is the best score after as many patches as the shortest of them tried; "different", to how many different
    sounds the kept takes amount.
    """
    from patchpilot.experiment.queue import Queue
    from patchpilot.experiment.ranking import ranking
    from patchpilot.selfplay.provided import Provided

    folders = [place.folder for run in runs for place in Queue(run).places if place.progress is not None]
    with ranking(folders, workers=workers, providers=Provided().providers) as (ranked, _):
        if as_json:
            click.echo(json.dumps(ranked.to_json()))
            return
        _table(ranked.runs, ranked.equal_steps)


def _table(runs: tuple[Summary, ...], steps: int) -> None:
    wide = max([len(run.run) for run in runs] + [3])
    head = (
        f"{'run':<{wide}}  {'renders':>8}  {'best':>9}  {f'at {steps:,}':>9}  {'kept':>5}  {'different':>9}  "
    )
    click.echo(f"{head}{'seconds':>8}  ended")
    for run in runs:
        click.echo(
            f"{run.run:<{wide}}  {run.renders:>8,}  {_score(run.best):>9}  {_score(run.best_at):>9}  "
            f"{run.kept:>5}  {run.different:>9.1f}  {run.seconds:>8.1f}  {run.ended or 'not yet'}"
        )


def _score(score: float | None) -> str:
    return "–" if score is None else f"{score:.4g}"
