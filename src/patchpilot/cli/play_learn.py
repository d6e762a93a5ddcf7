"""`patchpilot play learn`: a bank becomes what Patch Pilot knows."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchpilot.cli import _line

if TYPE_CHECKING:
    from patchpilot.bank import Bank
    from patchpilot.selfplay.learning.learn import Verdict
    from patchpilot.selfplay.learning.learners import Learner

WHAT = ("embedding", "library", "proxy", "estimator", "votes")
"""In the order in which they are learned: a library is heard by the embedding, an estimator judged by the proxy."""


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
    help="Of a new estimator, and of the proxy.",
)
@click.option("--rows", default=5000, show_default=True, type=click.IntRange(1), help="Of the library.")
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
    rows: int,
    takes: int,
    epochs: int,
    seed: int,
    roll_back: bool,
    as_json: bool,
) -> None:
    """Learn from a bank: its takes and votes become a better embedding, library, proxy, estimator and vote model.

    A tenth of the patches is never learned from. What does better on those than what is in use is put into use by
    itself; --roll-back takes that back. Stopped, the same command goes on; what was learned already from the same
    takes is not learned again. What you like is learned after every vote anyway.
    """
    from patchpilot.bank import Bank
    from patchpilot.instruments.base import instrument
    from patchpilot.selfplay.learning.estimator_learner import EstimatorLearner
    from patchpilot.selfplay.learning.learn import learn
    from patchpilot.selfplay.learning.learners import EmbeddingLearner
    from patchpilot.selfplay.learning.library_learner import LibraryLearner
    from patchpilot.selfplay.learning.proxy_learner import ProxyLearner
    from patchpilot.selfplay.learning.vote_learner import VoteLearner

    with Bank.open(bank, create=False) as here, instrument(instrument_name) as synth:
        known: dict[str, Learner] = {
            "embedding": EmbeddingLearner(),
            "library": LibraryLearner(synth, rows),
            "estimator": EstimatorLearner(synth, start, size),
            "proxy": ProxyLearner(synth, size, start),
            "votes": VoteLearner(here),
        }
        chosen = [known[name] for name in WHAT if name in (what or WHAT)]
        if roll_back:
            _roll_back(here, chosen, as_json=as_json)
            return
        try:
            found = learn(
                here, synth, chosen, data=data, most=takes, epochs=epochs, seed=seed, tell=_line.show
            )
        except KeyboardInterrupt:
            _line.clear()
            click.echo("note: what is finished is kept; the same command goes on from there", err=True)
            raise
        finally:
            _line.clear()
    if as_json:
        click.echo(json.dumps([_plain(verdict) for verdict in found]))
        return
    for verdict in found:
        click.echo(_told(verdict))


def _roll_back(bank: Bank, chosen: Sequence[Learner], *, as_json: bool) -> None:
    """All that was ever put into use is as it was before; it is an error only where nothing was."""
    from patchpilot.errors import ParameterError
    from patchpilot.selfplay.learning.learn import FOLDER

    back: dict[str, int] = {}
    for one in chosen:
        versions = one.versions(bank.path / FOLDER / one.name)
        if versions.in_use:
            back[one.name] = versions.roll_back()
            one.adopt(bank)
    if not back:
        raise ParameterError(
            f"nothing that {bank.path} taught is in use ({', '.join(one.name for one in chosen)}), so there is nothing "
            "to roll back"
        )
    click.echo(json.dumps(back) if as_json else "\n".join(_rolled(*one) for one in back.items()))


def _plain(verdict: Verdict) -> dict[str, Any]:
    said = dataclasses.asdict(verdict)
    return {
        **said,
        **{key: said[key] if math.isfinite(said[key]) else None for key in ("before", "after")},
    }


def _told(verdict: Verdict) -> str:
    if verdict.reason:
        return f"{verdict.learner}: not learned: {verdict.reason}"
    before = f"{verdict.before:.3f} before" if math.isfinite(verdict.before) else "nothing before"
    fate = "in use now" if verdict.is_promoted else "not better, so what was in use stays"
    return (
        f"{verdict.learner} {verdict.version}: {before}, {verdict.after:.3f} now; {fate}\n"
        f"  ({verdict.unit}; lower is better)"
    )


def _rolled(name: str, number: int) -> str:
    return f"{name}: {f'version {number}' if number else 'what comes with Patch Pilot'} is in use"
