"""The options of `patchpilot train`: what is learned from, the network, and how it learns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

HEADS, ENCODERS = ("flow", "regression", "mixture", "proxy", "embedding"), ("resnet", "ast")
SIZES, DEVICES = ("tiny", "small", "base"), ("auto", "cpu", "cuda")
"""As in `estimators.networks.config` and `estimators.training.config`, which `--help` does not load."""
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def _option(*names: str, **settings: Any) -> Any:
    return click.option(*names, show_default=True, **settings)


_OPTIONS = (
    _option("--instrument", default="vital", help="What is learned."),
    click.option("--data", multiple=True, type=_FILE, help="Dataset to learn from. May be repeated."),
    click.option(
        "--live",
        default="",
        metavar="PRIOR",
        help="Instead of datasets: patches of this prior, rendered meanwhile.",
    ),
    click.option(
        "-o",
        "--out",
        required=True,
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder for all of it.",
    ),
    _option(
        "--head",
        default="flow",
        type=click.Choice(HEADS),
        help="How patches are told; or the proxy that finetuning needs, or the embedding of libraries.",
    ),
    _option(
        "--encoder",
        default="resnet",
        metavar=f"[{'|'.join(ENCODERS)}|NAME]",
        help="How sounds are heard; NAME is a folder with a network that stays as it is, as MERT.",
    ),
    _option("--size", default="small", type=click.Choice(SIZES), help="Of the network; small is what ships."),
    _option(
        "--shape",
        default="",
        metavar="NAME=N,…",
        help="Sizes that are others, as depth=3,width=96; --search finds good ones.",
    ),
    _option(
        "--search",
        default=0,
        metavar="TRIALS",
        type=click.IntRange(0),
        help="Try so many shapes of the network instead, and say which learned best.",
    ),
    _option("--epochs", default=20, type=click.IntRange(1), help="How often each row is seen."),
    _option("--batch", default=64, type=click.IntRange(2), help="Rows in a step."),
    click.option(
        "--rows",
        default=0,
        type=click.IntRange(0),
        help="How many rows, the first ones; all by default. With --live: of an epoch, 2048 by default.",
    ),
    _option("--seed", default=0, type=click.IntRange(0), help="Of all random choices."),
    click.option(
        "--minutes", type=click.FloatRange(0.0), help="Stop after so long; the same command goes on later."
    ),
    _option("--lr", default=1e-3, help="Highest learning rate."),
    _option("--warm-up", default=0.03, help="Share of the steps in which it rises."),
    _option("--weight-decay", default=0.02, help="How strongly weights are drawn to zero."),
    _option("--clip", default=1.0, help="Norm that a gradient is cut to; 0 for never."),
    _option("--ema", default=0.999, help="Decay of the mean weights, which are what is exported."),
    _option("--held-out", default=0.02, help="Share of the patches that is never trained on."),
    click.option(
        "--curriculum",
        default="",
        metavar="STAGES",
        help="From easy to hard, as dry:2,effects:2,all: no effects for two epochs, then at most one, then all rows.",
    ),
    click.option(
        "--effects",
        default="",
        metavar="NAME,…",
        help="Switches that are effects, where the instrument does not say it.",
    ),
    _option(
        "--patience",
        default=0,
        type=click.IntRange(0),
        help="Epochs without a gain before it stops; 0 for never.",
    ),
    click.option(
        "--importance", type=_FILE, help="How much each parameter matters: what `dataset importance` wrote."
    ),
    click.option(
        "--proxy",
        type=_FILE,
        help="Proxy that judges what is drawn, and for --spectral: what --head proxy has made of the same rows.",
    ),
    click.option(
        "--steps",
        "n_steps",
        default=8,
        show_default=True,
        type=click.IntRange(1, 8),
        help="Steps from noise to a patch, of a flow: fewer are quicker. It may be changed afterwards.",
    ),
    click.option(
        "--embedding",
        default="",
        metavar="NAME",
        help="With --head proxy: an embedding that the rows hold (as clap), which the proxy learns to say too; "
        "--spectral then counts it as well.",
    ),
    _option("--spectral", default=0.0, metavar="WEIGHT", help="How much it counts how patches would sound."),
    _option(
        "--regular",
        default=0.0,
        metavar="WEIGHT",
        help="Price of values beyond their ranges, with --head flow.",
    ),
    click.option(
        "--start",
        type=click.Path(path_type=Path, exists=True),
        help="Checkpoint, or folder of a training, whose weights are the first ones: learning goes on with other data.",
    ),
    _option("--device", default="auto", type=click.Choice(DEVICES), help="Where it is trained."),
    click.option("--workers", type=click.IntRange(1, 1024), help="Processes that render, with --live."),
    click.option("--mlflow", is_flag=True, help="Track it with MLflow too, in a SQLite file in the folder."),
    click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON."),
)


def options(function: Callable[..., Any]) -> Callable[..., Any]:
    """All of them, in their order."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
