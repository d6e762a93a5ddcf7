"""`patchpilot dataset importance`: how much each parameter moves the sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line

if TYPE_CHECKING:
    from patchpilot.datasets.inspection.effects import Importance
    from patchpilot.datasets.inspection.importance import Progress

_SHOWN = 20


@click.command("importance", short_help="Measure how much each parameter moves the sound.")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path, readable=False), help="JSON file to write."
)
@click.option(
    "-n", "--bases", default=30, show_default=True, type=click.IntRange(1), help="Patches that are heard."
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of which ones those are.")
@click.option(
    "--parameters", metavar="VIEW|NAME,…", help="core, tier1, …, or names; those of the dataset by default."
)
@click.option(
    "--step",
    default=0.1,
    show_default=True,
    type=click.FloatRange(0, 0.5, min_open=True),
    help="Share of its range by which a parameter is moved.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the JSON instead of a table.")
@click.option("--force", is_flag=True, help="Replace an earlier file, and another unfinished measurement.")
def command(
    file: Path,
    out: Path,
    bases: int,
    seed: int,
    parameters: str | None,
    step: float,
    as_json: bool,
    force: bool,
) -> None:
    """Play patches of a dataset FILE with each parameter moved, and say how far the sound goes.

    Each parameter gets a mean distance with 95 % confidence, the share of patches in which it is heard at all, and
    a weight (1 on average) for a training loss. Two renders for each parameter and patch: minutes for one voice,
    an hour for all parameters. Stopped, it goes on where it was when the same command is given again.
    """
    from patchpilot.datasets.inspection.importance import importance, parameters_of
    from patchpilot.datasets.storage.reader import Dataset
    from patchpilot.files import check_free, write_text
    from patchpilot.instruments.base import instrument

    check_free(out, force=force)
    kept = out.with_name(f"{out.name}.bases")
    with Dataset(file) as dataset, instrument(dataset.recipe.instrument) as synth:
        try:
            measured = importance(
                synth,
                dataset,
                parameters=None if parameters is None else parameters_of(synth.space, parameters),
                n_bases=bases,
                seed=seed,
                step=step,
                kept=kept,
                force=force,
                on_progress=_show,
            )
        except KeyboardInterrupt:
            _line.clear()
            click.echo("note: patches that were done are kept; the same command goes on from there", err=True)
            raise
        finally:
            _line.clear()
    text = json.dumps(measured.to_json(), indent=1)
    write_text(out, f"{text}\n")
    kept.unlink(missing_ok=True)
    click.echo(text if as_json else _table(measured))
    if measured.failed:
        click.echo(f"note: {measured.failed} renders failed and are left out", err=True)


def _table(measured: Importance) -> str:
    """The most important parameters, a line each."""
    lines = [
        f"{len(measured.rows)} patches of {measured.instrument}, {len(measured.effects)} parameters, each moved by "
        f"{measured.step:.0%} of its range",
        "",
        f"{'parameter':<32} {'distance':>8}  {'95 %':<13} {'heard':>5}  {'if heard':>8} {'level':>8} {'weight':>7}",
    ]
    for name, effect in list(measured.effects.items())[:_SHOWN]:
        sounding = f"{effect.sounding[0]:8.3f}" if effect.sounding else f"{'–':>8}"
        lines.append(
            f"{name:<32} {effect.mean:8.3f}  {effect.low:.3f}–{effect.high:<6.3f} {effect.heard:>6.0%}  {sounding} "
            f"{effect.level_db:5.1f} dB {effect.weight:7.2f}"
        )
    if len(measured.effects) > _SHOWN:
        silent = sum(effect.heard == 0.0 for effect in measured.effects.values())
        lines.append(f"… {len(measured.effects) - _SHOWN} more, of which {silent} are never heard")
    if measured.floors:
        floor = sum(measured.floors) / len(measured.floors)
        lines.append(
            f"{len(measured.floors)} of the patches draw from the engine's dice: two seeds are {floor:.3f} apart"
        )
    return "\n".join(lines)


def _show(state: Progress) -> None:
    renders = f", {state.renders} of {state.n_renders} renders of the next" if state.n_renders else ""
    _line.show(f"{state.bases} of {state.n_bases} patches{renders}")
