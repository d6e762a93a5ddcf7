"""`patchpilot play prime`: what the golden set says before the first render."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchpilot.cli import _line

if TYPE_CHECKING:
    from patchpilot.instruments.base import Instrument
    from patchpilot.selfplay.prime import Primed


@click.command("prime")
@click.option(
    "--golden", "place", type=click.Path(path_type=Path, readable=False), help="Folder of the golden set."
)
@click.option(
    "--library", "library_name", metavar="NAME|FILE", help="To look into; the largest that fits by default."
)
@click.option("--instrument", "instrument_name", default="vital", show_default=True, help="Whose patches.")
@click.option(
    "-n", "--patches", default=64, show_default=True, type=click.IntRange(1, 10_000), help="How many."
)
@click.option(
    "--kind",
    default="hit",
    show_default=True,
    type=click.Choice(["hit", "beat", "bar", "whole"]),
    help="Of parts.",
)
@click.option(
    "--bank",
    is_flag=False,
    flag_value="",
    metavar="[PATH]",
    help="Takes with a star count as golden, too; your default bank where no path is said.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write the patches into, as presets.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all random choices.")
@click.option("--force", is_flag=True, help="Replace presets that are there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    place: Path | None,
    library_name: str | None,
    instrument_name: str,
    patches: int,
    kind: Any,
    bank: str | None,
    out: Path | None,
    seed: int,
    force: bool,
    as_json: bool,
) -> None:
    """Find patches to begin with: those of a library that are nearest to your golden sounds.

    Nothing is rendered. The golden sounds take turns, so that each has its patches.
    """
    from patchpilot.bank import Bank
    from patchpilot.instruments.base import instrument
    from patchpilot.retrieval.places import find, opened
    from patchpilot.selfplay.golden.golden_set import GoldenSet
    from patchpilot.selfplay.prime import prime

    golden = GoldenSet.open(place)
    library = opened(find(library_name)) if library_name is not None else None
    _line.show("looking the golden sounds up")
    with ExitStack() as stack:
        synth = stack.enter_context(instrument(instrument_name))
        here = stack.enter_context(Bank.open(bank or None, create=False)) if bank is not None else None
        try:
            primed = prime(golden, synth, library=library, bank=here, n=patches, kind=kind, seed=seed)
        finally:
            _line.clear()
        presets = (
            _written(primed, synth, out, force=force) if out is not None else [None] * len(primed.population)
        )
    rows = [
        {
            "preset": preset,
            "patch": start.patch.sha256,
            "row": start.row,
            "like": start.like,
            "distance": start.distance,
        }
        for start, preset in zip(primed.population, presets, strict=True)
    ]
    if as_json:
        click.echo(json.dumps({"library": primed.library, "golden": str(golden.path), "patches": rows}))
        return
    for row in rows:
        click.echo(
            f"{row['distance']:8.3f}  row {row['row']:>6}  like {row['like']}  {row['preset'] or ''}".rstrip()
        )
    click.echo(f"{len(rows)} patches of {primed.library}", err=True)


def _written(primed: Primed, synth: Instrument, out: Path, *, force: bool) -> list[str | None]:
    """Presets of the patches, named by their place; raises `OutputError` before the first where one is there."""
    from patchpilot.files import check_free, make_folder

    places = [out / f"{i:03d}{synth.suffix}" for i in range(1, len(primed.population) + 1)]
    for path in places:
        check_free(path, force=force)
    make_folder(out)
    for path, start in zip(places, primed.population, strict=True):
        synth.export(start.patch, path)
    return [str(path) for path in places]
