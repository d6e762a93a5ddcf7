"""`patchpilot evaluate`: how close an estimator comes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line
from patchpilot.cli._learned import learned_instrument

if TYPE_CHECKING:
    from patchpilot.estimators.estimator import Estimator
    from patchpilot.estimators.evaluation import Evaluation, Sound
    from patchpilot.instruments.base import Instrument

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("evaluate")
@click.argument("name", metavar="ESTIMATOR")
@click.option(
    "--data", type=_FILE, help="Dataset; those of its patches are played that no training learns from."
)
@click.option("--prior", help="Instead of a dataset: a prior to draw patches from.")
@click.option(
    "-n", "--n", "n", default=20, show_default=True, type=click.IntRange(1), help="How many patches."
)
@click.option(
    "--seed",
    default=990_000,
    show_default=True,
    type=click.IntRange(0),
    help="Of what is drawn; another than that of the data.",
)
@click.option(
    "--proposed",
    default=16,
    show_default=True,
    type=click.IntRange(5, 256),
    help="Patches that are proposed for a sound; the five likeliest are played.",
)
@click.option(
    "--train",
    "trained_on",
    multiple=True,
    type=_FILE,
    help="What it learned from: adds the mean patch and the nearest row. May be repeated.",
)
@click.option(
    "--rows", default=0, type=click.IntRange(0), help="How many rows of --train, the first; all by default."
)
@click.option(
    "--as-heard",
    is_flag=True,
    help="Tell it nothing but the sound: key, hold and velocity are listened for, as of a user's file.",
)
@click.option(
    "--instrument",
    "played_by",
    metavar="NAME",
    help="What it has learned, where that goes by no name: rack:FILE.",
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes that render.")
@click.option("--json", "as_json", is_flag=True, help="Print everything that was measured as JSON.")
def command(
    name: str,
    data: Path | None,
    prior: str | None,
    n: int,
    seed: int,
    proposed: int,
    trained_on: tuple[Path, ...],
    rows: int,
    as_heard: bool,
    played_by: str | None,
    workers: int | None,
    as_json: bool,
) -> None:
    """Say how close what an estimator proposes comes, on the real engine.

    ESTIMATOR is a name or a folder. Patches that it never learned from are played, it hears them and is told their
    notes, and what it proposes is played and compared: the first, and the closest of the five likeliest. With
    --as-heard it is told no note, as in a match: all patches, the true one among them, are then played with the
    note that was heard, so the row of the same patch says what mishearing costs by itself.
    """
    from patchpilot.estimators.baselines import of_rows
    from patchpilot.estimators.estimator import Estimator
    from patchpilot.estimators.evaluation import evaluate

    if (data is None) == (prior is None):
        raise click.UsageError("expected a dataset (--data FILE) or a prior (--prior NAME), one of them")
    estimator = Estimator.load(name)
    share = _share(estimator)
    with learned_instrument(estimator.name, played_by or estimator.about.instrument, workers) as synth:
        estimator = estimator.bound(synth)
        try:
            sounds = _sounds(synth, data, prior, n, seed, share)
            _line.show("reading rows…")
            others = (
                of_rows(trained_on, synth, estimator.about.codec, held_out=share, rows=rows)
                if trained_on
                else {}
            )
            measured = evaluate(
                estimator, synth, sounds, proposed=proposed, seed=seed, as_heard=as_heard, baselines=others,
                on_progress=_show,
            )  # fmt: skip
        finally:
            _line.clear()
    _tell(estimator, measured, len(sounds), n, proposed, as_heard=as_heard, as_json=as_json)


def _tell(
    estimator: Estimator,
    measured: Evaluation,
    found: int,
    wanted: int,
    proposed: int,
    *,
    as_heard: bool,
    as_json: bool,
) -> None:
    """Say what was measured."""
    if found < wanted:
        click.echo(f"note: {found} patches of the {wanted} that were asked for", err=True)
    if measured.failed:
        click.echo(f"note: {measured.failed} renders failed and are left out", err=True)
    if measured.unheard:
        click.echo(f"note: {measured.unheard} sounds cannot be listened to and are left out", err=True)
    head, numbers = estimator.about.head, measured.to_json()
    if as_json:
        click.echo(json.dumps({"estimator": estimator.name, "head": head, "as_heard": as_heard, **numbers}))
        return
    click.echo(
        f"{estimator.name} ({head}), {numbers['sounds']} sounds, {proposed} patches proposed in "
        f"{numbers['propose_s']:.2f} s each time"
    )
    if as_heard:
        click.echo(
            f"as heard: the right key for {measured.right_keys} of {numbers['sounds']}, the hold "
            f"{measured.hold_error_s:.2f} s off (median)"
        )
    click.echo(f"\n{measured.table()}")


def _share(estimator: Estimator) -> float:
    """The share of patches that it never learned from."""
    from patchpilot.estimators.training.config import TrainConfig

    config = estimator.about.trained.get("config")
    said = config.get("held_out") if isinstance(config, dict) else None
    return float(said) if isinstance(said, int | float) else TrainConfig.held_out


def _sounds(
    synth: Instrument, data: Path | None, prior: str | None, n: int, seed: int, share: float
) -> list[Sound]:
    from patchpilot.datasets import Dataset
    from patchpilot.datasets.tiers import prior_named
    from patchpilot.estimators.evaluation import drawn, held_out
    from patchpilot.estimators.training.rows import check

    if data is not None:
        with Dataset(data) as dataset:
            check(dataset, synth.space)
            return held_out(dataset, n, share=share)
    assert prior is not None
    return list(drawn(synth, prior_named(synth, 3, prior), n, seed=seed))


def _show(done: int, wanted: int) -> None:
    _line.show(f"{done} of {wanted} sounds")
