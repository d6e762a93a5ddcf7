"""`patchpilot reinforce`: an estimator learns from sounds that nobody made a patch for."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line
from patchpilot.cli._learned import learned_instrument
from patchpilot.files import SOUNDS

if TYPE_CHECKING:
    from patchpilot.estimators.training.reinforcement import Update

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("reinforce")
@click.argument("start", metavar="TRAINING", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("sounds", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for all of it.",
)
@click.option(
    "--data", multiple=True, type=_FILE, help="Dataset of the instrument's own sounds, not to forget them."
)
@click.option(
    "--updates", default=200, show_default=True, type=click.IntRange(1), help="How often it learns."
)
@click.option(
    "--minutes", type=click.FloatRange(0.0), help="Stop after so long; the same command goes on later."
)
@click.option("--sounds-at-once", default=4, show_default=True, type=click.IntRange(1), help="Of an update.")
@click.option(
    "--samples",
    default=8,
    show_default=True,
    type=click.IntRange(2),
    help="Patches that are played for each.",
)
@click.option("--lr", default=3e-5, show_default=True, help="Learning rate.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all random choices.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes that render.")
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
def command(
    start: Path,
    sounds: tuple[Path, ...],
    out: Path,
    data: tuple[Path, ...],
    updates: int,
    minutes: float | None,
    sounds_at_once: int,
    samples: int,
    lr: float,
    seed: int,
    workers: int | None,
    as_json: bool,
) -> None:
    """Have an estimator play what it proposes for SOUNDS, and learn from what came closer.

    TRAINING is the folder of `patchpilot train --head flow`; SOUNDS are files or folders of recordings or of other
    synthesizers, which need no labels. Stopped in any way, it goes on when the same command is given again.
    """
    from patchpilot.estimators.own_assets import keep_assets
    from patchpilot.estimators.training.checkpoint import read_checkpoint
    from patchpilot.estimators.training.reinforced import reinforce, targets_of
    from patchpilot.estimators.training.reinforcement import Reinforcement

    codec = read_checkpoint(start).codec
    targets, refused = targets_of(_files(sounds))
    for path, reason in refused.items():
        click.echo(f"note: {path} is left out: {reason}", err=True)
    config = Reinforcement(sounds=sounds_at_once, samples=samples, lr=lr, seed=seed)
    with learned_instrument(start, codec.instrument, workers) as synth:
        try:
            made = reinforce(
                start, out, targets, synth, config, updates=updates, minutes=minutes, data=data,
                facts={"command": shlex.join(["patchpilot", *sys.argv[1:]])}, on_update=_show,
            )  # fmt: skip
        finally:
            _line.clear()
        keep_assets(out, codec, synth, datasets=data, start=start)
    _export(out, made, as_json=as_json)


def _files(sounds: tuple[Path, ...]) -> list[Path]:
    """Files as they are, and those in folders in the order of their names."""
    found = []
    for path in sounds:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [file for file in inside if file.suffix.lower() in SOUNDS or file == path]
    return found


def _export(out: Path, made: int, *, as_json: bool) -> None:
    from patchpilot.estimators.export import export
    from patchpilot.estimators.training.checkpoint import read_checkpoint

    found = read_checkpoint(out)
    exported = export(found.network(), found.codec, out, trained=found.trained, force=True)
    said = {"folder": str(out), "updates": made, "bytes": exported.n_bytes, "parity": exported.difference}
    click.echo(json.dumps(said) if as_json else click.format_filename(out))


def _show(update: Update) -> None:
    """Where it stands, in one line."""
    _line.show(
        f"update {update.number}: distance {update.distance:.3f}, closest of each {update.best:.3f}, "
        f"gone {update.divergence:.4f} nats"
    )
