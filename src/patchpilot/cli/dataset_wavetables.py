"""`patchpilot dataset wavetables`: the wavetables of presets as a catalog that patches are drawn with."""

from __future__ import annotations

import json
from pathlib import Path

import click

_SHOWN = 10
"""How many files that cannot be read are told one by one."""


@click.command("wavetables")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path, readable=False), metavar="[DIR]...")
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, readable=False),
    help="Folder of the catalog; what is there already is kept and added to.",
)
@click.option("--instrument", "instrument_name", default="vital", show_default=True, help="Whose presets.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(folders: tuple[Path, ...], out: Path, instrument_name: str, as_json: bool) -> None:
    """Collect the wavetables of all presets below each DIR into a catalog, each once.

    Without DIR, the instrument's own preset folders. `dataset generate --wavetables CATALOG` draws from it.
    """
    from patchpilot.datasets.presets.files import preset_folders
    from patchpilot.datasets.presets.wavetables import Catalog
    from patchpilot.errors import PatchError
    from patchpilot.instruments.base import instrument

    with instrument(instrument_name) as synth:
        places = list(folders) or preset_folders(synth)
        if not places:
            raise PatchError(f"{synth.name} has no preset folders on this machine; name some folders")
        catalog = Catalog.collect(out, synth, places)
    if as_json:
        refused = {str(path): reason for path, reason in catalog.refused.items()}
        said = {**catalog.to_json(), "catalog": str(out), "presets": catalog.n_presets, "refused": refused}
        click.echo(json.dumps(said))
        return
    for table in catalog.tables:
        uses = "1 preset" if table.count == 1 else f"{table.count} presets"
        click.echo(f"{table.name:<40} {table.frames:>4} frames  {table.sha256[:12]}  {uses}")
    for path, reason in list(catalog.refused.items())[:_SHOWN]:
        click.echo(f"note: {click.format_filename(path)} is left out: {reason}", err=True)
    if len(catalog.refused) > _SHOWN:
        click.echo(f"note: and {len(catalog.refused) - _SHOWN} more; --json lists them all", err=True)
    click.echo(
        f"{len(catalog)} wavetables in {click.format_filename(out)}; {catalog.n_presets} presets read",
        err=True,
    )
