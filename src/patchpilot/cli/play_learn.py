"""`patchpilot play learn`: a bank becomes what Patch Pilot knows."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import click

from patchpilot.cli import _line

WHAT = ("embedding", "estimator")


@click.command("learn")
@click.option(
    "--bank", type=click.Path(path_type=Path), help="That is learned from; your default bank by default."
)
@click.option("--instrument", "instrument_name", default="vital", show_default=True, help="Whose takes.")
@click.option(
    "--what", multiple=True, type=click.Choice(WHAT), help="Only this; all by default. May be repeated."
)
@click.option(
    "--data",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Dataset that is learned from as well. May be repeated.",
)
@click.option(
    "--start", type=click.Path(path_type=Path, exists=True), help="Training that the estimator goes on from."
)
@click.option(
    "--size",
    default="small",
    show_default=True,
    type=click.Choice(("tiny", "small", "base")),
    help="Of a new estimator.",
)
@click.option(
    "--takes", default=0, type=click.IntRange(0), help="At most how many, the newest; all by default."
)
@click.option("--epochs", default=20, show_default=True, type=click.IntRange(1), help="Of each training.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all random choices.")
@click.option("--roll-back", is_flag=True, help="Learn nothing: put back what was in use before.")
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
def command(
    bank: Path | None,
    instrument_name: str,
    what: tuple[str, ...],
    data: tuple[Path, ...],
    start: Path | None,
    size: str,
    takes: int,
    epochs: int,
    seed: int,
    roll_back: bool,
    as_json: bool,
) -> None:
    """Learn from a bank: its takes and votes become a better embedding and a better estimator.

    A tenth of the patches is never learned from. What does better on those than what is in use is put into use by
    itself; --roll-back takes that back. What you like is learned after every vote anyway.
    """
    from patchpilot.bank import Bank
    from patchpilot.instruments.base import instrument
    from patchpilot.selfplay.learning.learn import FOLDER, learn
    from patchpilot.selfplay.learning.learners import EmbeddingLearner, EstimatorLearner, Learner

    with Bank.open(bank, create=False) as here, instrument(instrument_name) as synth:
        known: dict[str, Learner] = {
            "embedding": EmbeddingLearner(),
            "estimator": EstimatorLearner(synth, start, size),
        }
        chosen = [known[name] for name in what or WHAT]
        if roll_back:
            back = {one.name: one.versions(here.path / FOLDER / one.name).roll_back() for one in chosen}
            for one in chosen:
                one.adopt(here)
            click.echo(json.dumps(back) if as_json else "\n".join(_rolled(*one) for one in back.items()))
            return
        try:
            found = learn(
                here, synth, chosen, data=data, most=takes, epochs=epochs, seed=seed, tell=_line.show
            )
        finally:
            _line.clear()
    if as_json:
        plain = [dataclasses.asdict(verdict) for verdict in found]
        click.echo(
            json.dumps(
                [{**one, "before": one["before"] if math.isfinite(one["before"]) else None} for one in plain]
            )
        )
        return
    for verdict in found:
        fate = "in use now" if verdict.is_promoted else "not better, so what was in use stays"
        click.echo(
            f"{verdict.learner} {verdict.version}: {verdict.unit} {verdict.before:.3f} before, "
            f"{verdict.after:.3f} now; {fate}"
        )


def _rolled(name: str, number: int) -> str:
    return f"{name}: {f'version {number}' if number else 'what comes with Patch Pilot'} is in use"
