"""`patchpilot train`: a network learns an instrument from what it sounds like."""

from __future__ import annotations

import json
import math
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchpilot.cli import _line
from patchpilot.cli._train_options import options
from patchpilot.cli._train_rows import source_of
from patchpilot.cli._train_search import check_searchable, searched

if TYPE_CHECKING:
    from patchpilot.estimators.export import Exported
    from patchpilot.estimators.training.config import TrainConfig
    from patchpilot.estimators.training.progress import Outcome, Progress
    from patchpilot.estimators.training.source import Source
    from patchpilot.estimators.training.starting import Start
    from patchpilot.instruments.base import Instrument


@click.command("train")
@options
def command(
    data: tuple[Path, ...],
    out: Path,
    minutes: float | None,
    importance: Path | None,
    proxy: Path | None,
    n_steps: int,
    start: Path | None,
    mlflow: bool,
    workers: int | None,
    search: int,
    as_json: bool,
    **asked: Any,
) -> None:
    """Train an estimator: it hears a sound, and proposes patches that make it.

    It learns from datasets that were made with `dataset generate --features front_end`, or with --live from patches
    that are rendered meanwhile. Stopped in any way, it goes on where it was when the same command is given again,
    and ends with the same weights as if it had never stopped. What is exported at the end runs without PyTorch.
    """
    if bool(data) == bool(asked["live"]):
        raise click.UsageError("expected datasets (--data FILE) or a prior (--live PRIOR), one of them")
    from patchpilot.estimators.hearing import frozen_named
    from patchpilot.estimators.networks.config import ENCODERS, FROZEN
    from patchpilot.estimators.own_assets import keep_assets
    from patchpilot.estimators.training.config import PROXY, TrainConfig
    from patchpilot.estimators.training.folder import check_alone, check_same  # says where PyTorch is missing
    from patchpilot.estimators.training.loss import digest_of, embedding_of
    from patchpilot.estimators.training.starting import read_start
    from patchpilot.estimators.training.tracking import MlFlow
    from patchpilot.files import make_folder
    from patchpilot.instruments.base import instrument

    if search:
        check_searchable(asked, proxy, start, minutes, mlflow)
    if asked["head"] == PROXY and proxy:
        raise click.UsageError("a proxy is trained on sounds alone: leave out --proxy and --spectral")
    if asked["head"] == "embedding":
        if proxy or start or asked["spectral"] or asked["regular"] or asked["embedding"]:
            raise click.UsageError(
                "an embedding says no patches: leave out --proxy, --spectral, --regular, --embedding and --start"
            )
        _embedding(data, out, minutes, asked, as_json=as_json)
        return
    asked["effects"] = tuple(name.strip() for name in asked["effects"].split(",") if name.strip())
    if asked["encoder"] not in ENCODERS:
        asked |= {"encoder": FROZEN, "frozen": frozen_named(asked["encoder"])}
    first = read_start(start) if start else None
    config = TrainConfig(
        **asked,
        proxy=digest_of(proxy) if proxy and asked["spectral"] else "",
        start=first.sha256 if first else "",
    )
    if first:
        first.check(config)
    check_alone(make_folder(out))
    check_same(out, config)
    trackers = [MlFlow(out)] if mlflow else []
    engine: dict[str, Any] = {"workers": workers} if workers else {}
    with (
        instrument(config.instrument, **engine) as synth,
        source_of(config, synth, data, importance, first, embedding_of(config, proxy)) as source,
    ):
        if search:
            searched(config, source, synth, out, search, as_json=as_json)
            return
        keep_assets(out, source.codec, synth, datasets=data, start=first.folder if first else None)
        if config.head == PROXY:
            _proxy(config, source, synth, out, minutes, as_json=as_json)
            return
        outcome, exported = _trained(config, source, synth, out, trackers, minutes, proxy, n_steps, first)
    _tell(outcome, exported, out, as_json=as_json)


def _proxy(
    config: TrainConfig, source: Source, synth: Instrument, out: Path, minutes: float | None, *, as_json: bool
) -> None:
    """The proxy that finetuning descends on."""
    from patchpilot.estimators.training.curriculum import stages
    from patchpilot.estimators.training.proxy import train_proxy

    try:
        path = train_proxy(
            config,
            source,
            stages(config.curriculum, config.epochs, source.codec, synth.space, config.effects),
            out,
            minutes=minutes,
            on_progress=_show,
            facts=_facts(synth),
        )
    finally:
        _line.clear()
    click.echo(json.dumps({"proxy": str(path)}) if as_json else click.format_filename(path))


def _facts(synth: Instrument) -> dict[str, Any]:
    return {"command": shlex.join(["patchpilot", *sys.argv[1:]]), "engine": synth.fingerprint}


def _embedding(
    data: tuple[Path, ...], out: Path, minutes: float | None, asked: dict[str, Any], *, as_json: bool
) -> None:
    """The retrieval embedding, which has no use for patches' values."""
    from patchpilot.estimators.embedding.training import EmbeddingProgress, train_embedding

    def show(progress: EmbeddingProgress) -> None:
        _line.show(
            f"epoch {progress.epoch} of {progress.epochs}, loss {progress.loss:.3f}, "
            f"found first {progress.top_1:.1%}, among ten {progress.top_10:.1%}"
        )

    if not data:
        raise click.UsageError("an embedding is learned from datasets: name them with --data FILE")
    try:
        said = train_embedding(
            data, out, seed=asked["seed"], epochs=asked["epochs"], batch=4 * asked["batch"], minutes=minutes,
            command=shlex.join(["patchpilot", *sys.argv[1:]]), on_progress=show,
        )  # fmt: skip
    finally:
        _line.clear()
    click.echo(json.dumps(said) if as_json else click.format_filename(out))


def _trained(
    config: TrainConfig,
    source: Source,
    synth: Instrument,
    out: Path,
    trackers: list[Any],
    minutes: float | None,
    proxy: Path | None,
    n_steps: int,
    first: Start | None,
) -> tuple[Outcome, Exported | None]:
    from patchpilot.estimators.training.estimators import train_estimator

    def remark(text: str) -> None:
        click.echo(f"note: {text}", err=True)

    try:
        return train_estimator(
            config,
            source,
            synth,
            out,
            first=first,
            proxy=proxy,
            n_steps=n_steps,
            trackers=trackers,
            minutes=minutes,
            facts=_facts(synth),
            on_remark=remark,
            on_progress=_show,
        )
    except KeyboardInterrupt:
        _line.clear()
        click.echo("note: what was learned is kept; the same command goes on from there", err=True)
        raise
    finally:
        _line.clear()


def _tell(outcome: Outcome, exported: Exported | None, out: Path, *, as_json: bool) -> None:
    """Say what came of it."""
    for remark in outcome.remarks:
        click.echo(f"note: {remark}", err=True)
    if outcome.reason == "time":
        click.echo(
            f"note: time is over after {outcome.epochs} epochs; the same command goes on from there", err=True
        )
    if outcome.reason == "early":
        click.echo(f"note: no better since epoch {outcome.best_epoch}, so it stopped early", err=True)
    said: dict[str, Any] = {"folder": str(out), **vars(outcome), "exported": exported is not None}
    if exported is not None:
        said |= {"bytes": exported.n_bytes, "parity": exported.difference}
    said["best"] = outcome.best if math.isfinite(outcome.best) else None
    click.echo(json.dumps(said) if as_json else click.format_filename(out))


def _show(progress: Progress) -> None:
    """Where it stands, in one line."""
    loss = "" if math.isnan(progress.loss) else f", loss {progress.loss:.3f}"
    held = "" if math.isinf(progress.held_out) else f", held out {progress.held_out:.3f}"
    skipped = f", {progress.skipped} steps skipped" if progress.skipped else ""
    minutes = progress.left_s / 60.0
    left = f"{minutes / 60.0:.1f} h" if minutes >= 90.0 else f"{minutes:.0f} min"
    stage = "" if progress.stage == "all" else f" ({progress.stage})"
    _line.show(
        f"epoch {progress.epoch} of {progress.epochs}{stage}, step {progress.at} of {progress.steps}{loss}{held}, "
        f"{progress.rows_per_s:.0f} rows a second, {left} left{skipped}"
    )
