"""`patchpilot play replay`: takes of a run, played again."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path

import click


@click.command("replay")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="All that was tried, and not only what was kept.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes that render.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(folder: Path, everything: bool, workers: int | None, as_json: bool) -> None:
    """Play the takes of a run again, and say whether every sample is what it was.

    That is promised for one engine, system and processor; elsewhere `patchpilot bank replay` says how far
    apart they are.
    """
    from patchpilot.experiment.building import played_by
    from patchpilot.experiment.folder import opened
    from patchpilot.experiment.replaying import again

    experiment, progress = opened(folder)
    places = range(progress.n_steps) if everything else sorted({kept["step"] for kept in progress.kept})
    with ExitStack() as stack:
        context = played_by(experiment, stack, workers=workers)
        found = {one.place: one.is_identical for one in again(folder, progress, context, places)}
        here = context.instrument.fingerprint
    differ = sorted(place for place, same in found.items() if not same)
    said = {
        "played": len(found),
        "identical": len(found) - len(differ),
        "differ": differ,
        "fingerprint": here,
        "was": progress.fingerprint,
    }
    if as_json:
        click.echo(json.dumps(said))
    else:
        click.echo(f"{len(found) - len(differ):,} of {len(found):,} takes are identical to the bit")
        if differ:
            more = " …" if len(differ) > 10 else ""
            click.echo(f"not the same: {', '.join(map(str, differ[:10]))}{more}", err=True)
        if differ and here != progress.fingerprint:
            click.echo(f"they were made on {progress.fingerprint}; this is {here}", err=True)
    sys.exit(1 if differ else 0)
