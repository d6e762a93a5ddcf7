"""`patchpilot train --search N`: which shape of the network learns best."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchpilot.cli import _line

if TYPE_CHECKING:
    from patchpilot.estimators.training.config import TrainConfig
    from patchpilot.estimators.training.progress import Progress
    from patchpilot.estimators.training.shape_trials import Trial
    from patchpilot.estimators.training.source import Source
    from patchpilot.instruments.base import Instrument


def check_searchable(asked: Mapping[str, Any], *others: object) -> None:
    """Refuse what no search can do: other heads, renders, and options (`others`) that are about one training."""
    if asked["head"] in ("embedding", "proxy") or asked["live"] or asked["shape"] or any(others):
        raise click.UsageError(
            "--search tries shapes of estimators on datasets: leave out --live, --shape, --proxy, --start, --minutes, "
            "--mlflow, and --head proxy or embedding"
        )


def searched(
    config: TrainConfig, source: Source, synth: Instrument, out: Path, trials: int, *, as_json: bool
) -> None:
    """Search, and print the trials and how to train the best."""
    from patchpilot.estimators.training.shapes import search_shapes

    def shown(number: int, progress: Progress) -> None:
        _line.show(
            f"trial {number + 1} of {trials}: epoch {progress.epoch} of {progress.epochs}, {progress.left_s:.0f} s left"
        )

    try:
        found = search_shapes(config, source, synth, out, trials, on_progress=shown)
    except KeyboardInterrupt:
        _line.clear()
        click.echo("note: the trials that are done are kept; the same command goes on from there", err=True)
        raise
    finally:
        _line.clear()
    best = found[0] if found[0].ended != "failed" else None
    if as_json:
        said = {"folder": str(out), "shape": best.shape if best else None}
        click.echo(
            json.dumps(
                {**said, "trials": [{**dataclasses.asdict(one), "best": _finite(one)} for one in found]}
            )
        )
        return
    click.echo(f"{'trial':>5} {'loss':>8} {'epochs':>6} {'weights':>11} {'seconds':>8}  shape")
    for one in found:
        ended = "" if one.ended == "finished" else f"  {one.ended}"
        click.echo(
            f"{one.number:>5} {one.best:>8.4f} {len(one.losses):>6} {one.weights:>11,} {one.seconds:>8.0f}  "
            f"{one.shape}{ended}"
        )
    if best:
        click.echo(f"train it with: --shape {best.shape}")


def _finite(one: Trial) -> float | None:
    return one.best if one.losses else None
