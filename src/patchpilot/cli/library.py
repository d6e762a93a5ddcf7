"""`patchpilot library`: libraries of patches to look sounds up in."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line
from patchpilot.cli._errors import told
from patchpilot.cli._options import JSON

if TYPE_CHECKING:
    from patchpilot.retrieval.build import Built
    from patchpilot.retrieval.library import Library
    from patchpilot.space.canonical import Json

_INSTRUMENT = click.option(
    "--instrument", "instrument_name", default="vital", show_default=True, help="Whose patches."
)


@click.group("library")
def command() -> None:
    """Build and look at libraries of patches, in which `match` looks sounds up."""


@command.command("build")
@click.option(
    "-n", "--rows", default=50_000, show_default=True, type=click.IntRange(1, 10_000_000), help="How many."
)
@click.option("--prior", help="What patches are drawn from; the instrument's first prior by default.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all random choices.")
@click.option(
    "--embedding",
    default="spectral",
    show_default=True,
    metavar="NAME|FOLDER",
    help="How sounds are compared.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, readable=False),
    help="File to write; one in your libraries folder by default.",
)
@_INSTRUMENT
@click.option("--force", is_flag=True, help="Replace an earlier file, and another unfinished build.")
def build_command(
    rows: int,
    prior: str | None,
    seed: int,
    embedding: str,
    out: Path | None,
    instrument_name: str,
    force: bool,
) -> None:
    """Render patches and keep what they sound like.

    About 14 patches of Vital a second on two cores. Stopped, it goes on where it was when the same command is given
    again; the same arguments give the same bytes.
    """
    from patchpilot.instruments.base import instrument
    from patchpilot.retrieval.build import build, name_of
    from patchpilot.retrieval.index import Index, kind_of
    from patchpilot.retrieval.library import embedding_of
    from patchpilot.retrieval.local import folder_of, is_found
    from patchpilot.retrieval.local import user_folder as embeddings_folder
    from patchpilot.retrieval.places import SUFFIX, user_folder
    from patchpilot.retrieval.recipe import Recipe, first_prior

    listener = embedding_of(embedding)
    with instrument(instrument_name) as synth:
        prior = prior or first_prior(synth).name
        name = name_of(Recipe.of(synth, prior, listener, seed=seed))
        path = out or user_folder() / f"{name}-{rows}{SUFFIX}"
        try:
            library = build(
                synth, prior, listener, rows, path=path, seed=seed, force=force, on_progress=_show
            )
        except KeyboardInterrupt:
            _line.clear()
            click.echo("note: finished blocks are kept; the same command goes on from there", err=True)
            raise
        finally:
            _line.clear()
    if kind_of(len(library)) == "hnsw":
        click.echo("note: making the index, which takes minutes the first time", err=True)
        Index(library)
    if folder_of(embedding) is not None and not is_found(listener.name):
        place = embeddings_folder() / listener.name
        click.echo(f"note: `match` will look for the embedding in {place}: keep its folder there", err=True)
    click.echo(click.format_filename(path))


@command.command("list", short_help="List the libraries that are here.")
@JSON
def list_command(as_json: bool) -> None:
    """List the libraries that are here: those that come with Patch Pilot, and yours."""
    from patchpilot.errors import LibraryError
    from patchpilot.retrieval.library import Library
    from patchpilot.retrieval.places import SHIPPED, library_files

    rows, failed = [], False
    for path in library_files():
        try:
            library = Library.load(path)
        except LibraryError as error:
            failed = True
            click.echo(f"Error: {told(error)}", err=True)
            continue
        rows.append({**_said(library, path), "shipped": path.parent == SHIPPED})
    if as_json:
        click.echo(json.dumps(rows))
    else:
        for row in rows:
            whose = "shipped" if row["shipped"] else row["file"]
            click.echo(
                f"{Path(row['file']).stem:<24} {row['rows']:>8}  {row['instrument']} {row['engine']}  "
                f"{row['prior']}  {row['embedding']}  {whose}"
            )
    if failed:
        sys.exit(1)


@command.command("info", short_help="Say what a library holds, and whether it fits.")
@click.argument("name", metavar="NAME|FILE")
@click.option(
    "--instrument",
    "instrument_name",
    help="Whose engine it is compared with, where the library's own word for it does not find it: rack:FILE.",
)
@JSON
def info_command(name: str, instrument_name: str | None, as_json: bool) -> None:
    """Say what a library holds, and whether it fits the engine that is here."""
    from patchpilot.errors import PluginError
    from patchpilot.instruments.base import instrument
    from patchpilot.retrieval.index import kind_of
    from patchpilot.retrieval.library import Library
    from patchpilot.retrieval.places import find

    path = find(name)
    library = Library.load(path)
    try:
        with instrument(instrument_name or library.recipe.instrument) as synth:
            differences = library.differences(synth)
    except PluginError as error:
        differences = [told(error)]
    said = {
        **_said(library, path),
        "index": kind_of(len(library)),
        "fits": not differences,
        "differences": differences,
    }
    click.echo(json.dumps(said) if as_json else _page(said))


@command.command("prior", short_help="Print a prior.")
@click.argument("name", required=False)
@_INSTRUMENT
def prior_command(name: str | None, instrument_name: str) -> None:
    """Print a prior: what is drawn, from which distribution, and the digest that libraries know it by."""
    from patchpilot.instruments.base import instrument
    from patchpilot.retrieval.recipe import first_prior, prior_of

    with instrument(instrument_name) as synth:
        prior = first_prior(synth) if name is None else prior_of(synth, name)
        click.echo(prior.text)
        click.echo(f"sha256 {prior.sha256}")


def _said(library: Library, path: Path) -> dict[str, Json]:
    """What a library says of itself, and its file."""
    return {**library.header(), "file": str(path), "bytes": path.stat().st_size}


def _page(said: dict[str, Json]) -> str:
    """What `info` prints for people."""
    rejected = ", ".join(f"{count} {reason}" for reason, count in said["rejected"].items()) or "none"
    (note,) = said["performance"]["notes"]
    lines = {
        "file": f"{said['file']} ({said['bytes'] / 1e6:.1f} MB)",
        "rows": f"{said['rows']} of {said['tried']} patches that were tried; left out: {rejected}",
        "prior": f"{said['prior']}, seed {said['seed']}, sha256 {said['prior_sha256']}",
        "played": f"note {note['pitch']}, velocity {note['velocity']:g}, held {note['hold_s']:g} s of "
        f"{said['performance']['length_s']:g} s",
        "engine": f"{said['instrument']} {said['engine']}",
        "embedding": f"{said['embedding']} {said['embedding_version']}, {said['size']} × int8",
        "index": said["index"],
        "fits": "yes" if said["fits"] else f"no: {'; '.join(said['differences'])}",
    }
    return "\n".join([said["name"], *(f"  {name:<10} {text}" for name, text in lines.items())])


def _show(built: Built) -> None:
    # The last block may have more than are wanted.
    rows, left_out = min(built.rows, built.wanted), built.tried - built.rows
    _line.show(f"{rows} of {built.wanted} rows, {left_out} patches left out")
