"""`patchpilot dataset generate`: render patches into a file that loses no row."""

from __future__ import annotations

import dataclasses
import json
import math
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchpilot.cli import _line
from patchpilot.cli._generate_options import options

if TYPE_CHECKING:
    from patchpilot.datasets.generation import Progress
    from patchpilot.datasets.plan import Plan
    from patchpilot.datasets.samplers.base import Sampler
    from patchpilot.instruments.base import Instrument


_MOST_TOLD = 10
"""Notes of one kind; the rest are counted."""


@click.command("generate")
@options
def command(
    instrument_name: str,
    rows: int,
    out: Path,
    workers: int | None,
    cluster: str | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Render patches into one HDF5 file: labels, and what they sound like.

    The labels are exactly what the engine was told. Stopped in any way, it goes on where it was when the same
    command is given again, and the content is the same as if it had never stopped, whatever the number of
    workers. A finished file is sealed: it never changes.
    """
    from patchpilot.datasets.faults import Limits
    from patchpilot.datasets.generation import generate
    from patchpilot.instruments.base import instrument

    plan = _plan(**asked)
    limits = Limits(quietest_db=asked["quietest"], loudest_db=asked["loudest"])
    engine: dict[str, Any] = {"workers": workers} if workers else {}
    engine |= {"cluster": cluster} if cluster else {}
    with instrument(instrument_name, **engine) as synth:
        sampler = _sampler(synth, **asked)
        meter = _Meter()
        try:
            dataset = generate(
                synth,
                out,
                rows,
                tier=asked["tier"],
                seed=asked["seed"],
                sampler=sampler,
                plan=plan,
                limits=limits,
                audio=asked["audio"],
                compression=asked["compression"],
                features=tuple(name.strip() for name in asked["features"].split(",") if name.strip()),
                provenance={"command": shlex.join(["patchpilot", *sys.argv[1:]])},
                on_progress=meter.show,
            )
        except KeyboardInterrupt:
            _line.clear()
            click.echo("note: finished rows are kept; the same command goes on from there", err=True)
            raise
        finally:
            _line.clear()
        meter.tell()
    with dataset:
        said = {
            "file": str(out),
            "rows": len(dataset),
            "tried": dataset.tried,
            "rejected": dataset.rejected,
            "content_hash": dataset.content_hash,
        }
        if len(dataset) < rows:
            click.echo(
                f"note: the presets gave {len(dataset)} rows of the {rows} that were asked for", err=True
            )
    click.echo(json.dumps(said) if as_json else click.format_filename(out))


def _plan(
    *,
    notes: dict[str, Any],
    notes_per_patch: int,
    velocity: tuple[float, float],
    hold: tuple[float, float],
    length: float,
    rate: int,
    **_: Any,
) -> Plan:
    from patchpilot.datasets.plan import Plan

    return Plan(
        **notes,
        drawn=notes_per_patch,
        velocity=velocity,
        hold_s=hold if hold[0] < hold[1] else hold[0],
        length_s=length,
        sample_rate=rate,
    )


def _sampler(
    synth: Instrument,
    *,
    tier: int,
    seed: int,
    prior: str | None,
    sequence: str,
    presets: Sequence[Path],
    own_presets: bool,
    presets_only: bool,
    augment: float,
    wavetables: Path | None,
    **_: Any,
) -> Sampler:
    """Presets first, then what is drawn, and what is made of presets, by share."""
    from patchpilot.datasets.presets.files import preset_folders
    from patchpilot.datasets.samplers.augmented import Augmented
    from patchpilot.datasets.samplers.chain import Chain
    from patchpilot.datasets.samplers.drawn import Drawn
    from patchpilot.datasets.samplers.mixed import Mixed
    from patchpilot.datasets.samplers.presets import Presets
    from patchpilot.datasets.tiers import default_prior, prior_named

    if math.isnan(augment):
        raise click.UsageError("--augment: expected a share from 0 to 1, got nan")
    if own_presets:
        presets = [*presets, *preset_folders(synth)]
    if not presets and (own_presets or presets_only or augment):
        raise click.UsageError(
            f"{synth.name} has no presets of its own here: name a folder with --presets"
            if own_presets
            else "--presets-only and --augment need --presets FOLDER or --own-presets"
        )
    chosen = prior_named(synth, tier, prior) if prior else default_prior(synth, tier)
    if wavetables is not None:
        from patchpilot.datasets.presets.wavetables import Catalog, with_tables

        chosen = with_tables(chosen, Catalog.load(wavetables))
    rest: Sampler = Drawn(synth.space, chosen, tier, seed, sequence)
    if not presets:
        return rest
    ours = Presets.read(synth, presets, tier)
    for path, reason in list(ours.refused.items())[:_MOST_TOLD]:
        click.echo(f"note: {path} is left out: {reason}", err=True)
    if len(ours.refused) > _MOST_TOLD:
        click.echo(f"note: and {len(ours.refused) - _MOST_TOLD} more files that cannot be read", err=True)
    if presets_only:
        return ours
    if augment:
        rest = Mixed([(1.0 - augment, rest), (augment, Augmented(synth, ours, tier, seed))], seed)
    return Chain(ours, rest)


@dataclasses.dataclass
class _Meter:
    """One line that is rewritten on a terminal, and what is to be told at the end."""

    began: float = dataclasses.field(default_factory=time.monotonic)
    progress: Progress | None = None

    def show(self, progress: Progress) -> None:
        """Rows, rows a second, what is left, and the share that was rejected."""
        self.progress = progress
        made, seconds = progress.rows - progress.found, time.monotonic() - self.began
        rate = made / seconds if seconds > 0 else 0.0
        left = f", {_clock((progress.wanted - progress.rows) / rate)} left" if rate > 0 else ""
        left_out = sum(progress.rejected.values())
        share = f", {left_out / progress.tried:.0%} of patches left out" if progress.tried else ""
        _line.show(f"{progress.rows} of {progress.wanted} rows, {rate:.1f} a second{left}{share}")

    def tell(self) -> None:
        """What went wrong on the way; each of it is in the file too."""
        failures = self.progress.failures if self.progress else []
        for failure in failures[:_MOST_TOLD]:
            click.echo(f"note: left out, since it could not be rendered: {failure}", err=True)
        if len(failures) > _MOST_TOLD:
            click.echo(
                f"note: and {len(failures) - _MOST_TOLD} more; `dataset inspect` lists them all", err=True
            )


def _clock(seconds: float) -> str:
    """Hours, minutes and seconds as people read them."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {left} s" if minutes else f"{left} s"
