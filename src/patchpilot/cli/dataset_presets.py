"""`patchpilot dataset presets`: collections of presets, fetched and listed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli._errors import told
from patchpilot.cli._options import JSON

if TYPE_CHECKING:
    from patchpilot.datasets.presets.fetch import Collection, Kind
    from patchpilot.space.canonical import Json

_OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, readable=False),
    help="Folder of all collections; one in your data folder by default.",
)
_INSTRUMENT = click.option(
    "--instrument", "instrument_name", default="vital", show_default=True, help="Whose presets."
)


@click.group("presets")
def command() -> None:
    """Fetch collections of presets, and list those that are here."""


@command.command("fetch")
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@_OUT
@click.option(
    "--kind",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "git", "zip"]),
    help="What the URLs are; by their names where auto.",
)
@_INSTRUMENT
@click.option("--force", is_flag=True, help="Fetch anew what is there already.")
@JSON
def fetch_command(
    urls: tuple[str, ...], out: Path | None, kind: str, instrument_name: str, force: bool, as_json: bool
) -> None:
    """Fetch presets from git repositories or zip archives, each into a folder of its own.

    Only presets, licences and readmes are kept. Whose they are and what you may do with them is in each
    collection's manifest.json as far as it could be found: read the licence before you share what you make.
    """
    from patchpilot.datasets.presets.fetch import fetch, user_collections
    from patchpilot.errors import PatchPilotError
    from patchpilot.instruments.base import instrument

    with instrument(instrument_name, workers=1) as synth:
        suffix = synth.suffix
    chosen: Kind | None = "git" if kind == "git" else "zip" if kind == "zip" else None
    rows, failed = [], False
    for url in urls:
        try:
            found = fetch(url, out or user_collections(), suffix=suffix, kind=chosen, force=force)
        except PatchPilotError as error:
            failed = True
            click.echo(f"Error: {told(error)}", err=True)
            continue
        rows.append(_said(found))
        for bank in found.left_out:
            click.echo(f"note: {bank} is left out: it is damaged, or no honest bank", err=True)
        if not as_json:
            what = "fetched" if found.is_new else "it is there already (--force fetches it anew)"
            click.echo(f"{url}: {what}", err=True)
            click.echo(_line(found))
    if as_json:
        click.echo(json.dumps(rows))
    if failed:
        sys.exit(1)


@command.command("list")
@_OUT
@_INSTRUMENT
@JSON
def list_command(out: Path | None, instrument_name: str, as_json: bool) -> None:
    """List the instrument's own preset folders, and the collections that were fetched."""
    from patchpilot.datasets.presets.fetch import collections, user_collections
    from patchpilot.datasets.presets.files import preset_files, preset_folders
    from patchpilot.instruments.base import instrument

    with instrument(instrument_name, workers=1) as synth:
        own = [
            {"folder": str(folder), "presets": len(preset_files([folder], synth.suffix))}
            for folder in preset_folders(synth)
        ]
        usual = synth.preset_folder()
    place = out or user_collections()
    fetched = collections(place)
    if as_json:
        click.echo(json.dumps({"own": own, "fetched": [_said(found) for found in fetched]}))
        return
    for row in own:
        click.echo(f"{row['presets']:>6}  {click.format_filename(str(row['folder']))}")
    for found in fetched:
        click.echo(_line(found))
    if not own:
        click.echo(f"note: no preset folders of {instrument_name}; yours would be {usual}", err=True)
    if not fetched:
        click.echo(f"note: nothing was fetched into {click.format_filename(place)} as yet", err=True)


def _said(found: Collection) -> dict[str, Json]:
    """A collection as JSON."""
    return {**found.to_json(), "folder": str(found.folder), "new": found.is_new}


def _line(found: Collection) -> str:
    """A collection on one line."""
    folder = click.format_filename(found.folder)
    return f"{found.presets:>6}  {folder}  {found.version[:12]}  licence {found.licence['said']}"
