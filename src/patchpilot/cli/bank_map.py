"""`patchpilot bank map`: the takes of a bank on a plane."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchpilot.cli._bank import BANK, JSON, filters, opened, query_of

if TYPE_CHECKING:
    from patchpilot.bank import Entry
    from patchpilot.bank.map_picture import By
    from patchpilot.bank.projection import Method
    from patchpilot.bank.sound_map import SoundMap

METHODS, BY = ("pca", "umap"), ("vote", "tag", "searcher", "experiment", "age")
"""As in `bank.projection` and `bank.map_picture`, which `--help` does not load."""
_SUFFIXES = (".html", ".svg")


@click.command("map", short_help="Draw takes on a plane, where what sounds alike lies together.")
@click.option(
    "--method",
    default="pca",
    show_default=True,
    type=click.Choice(METHODS),
    help="pca: the two main directions; umap: neighbours together.",
)
@click.option("--by", default="vote", show_default=True, type=click.Choice(BY), help="What the colours say.")
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0), help="Of umap's random numbers."
)
@click.option("--afresh", is_flag=True, help="Make the map anew of all takes.")
@click.option(
    "-o",
    "--out",
    default=Path("bank-map.html"),
    show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The picture: a page (.html), or .svg.",
)
@click.option("--force", is_flag=True, help="Replace a picture that is there.")
@filters
@BANK
@JSON
def map_command(
    method: Method,
    by: By,
    seed: int,
    afresh: bool,
    out: Path,
    force: bool,
    place: Path | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Draw the takes of a bank on a plane, and write the picture; --json prints where each of them lies.

    The map is kept: takes that come later are put on it, and no other take moves. The other options say which takes
    are drawn.
    """
    from patchpilot.bank.entry import entries_of
    from patchpilot.bank.sound_map import map_of
    from patchpilot.files import check_free

    if out.suffix.lower() not in _SUFFIXES:
        raise click.UsageError(f"expected a picture that ends in {' or '.join(_SUFFIXES)}, got {out}")
    check_free(out, force=force)
    with opened(place) as bank:
        drawn = map_of(bank, method, seed=seed, afresh=afresh)
        wanted = set(bank.numbers(query_of(**chosen)))
        rows = {number: row for row, number in enumerate(drawn.numbers.tolist()) if number in wanted}
        takes = entries_of(bank.database, _few(list(rows)))
        _write(out, drawn, [rows[take.number] for take in takes], takes, by)
    if drawn.is_old:
        click.echo(
            f"note: the map was made of {drawn.n_fitted:,} of {len(drawn.numbers):,} takes; --afresh makes it of all",
            err=True,
        )
    if not as_json:
        click.echo(f"{click.format_filename(out)}: {len(takes):,} takes, {drawn.n_new:,} of them new")
        return
    said = {
        "method": method,
        "embedding": drawn.embedding,
        "seed": seed,
        "fitted": drawn.n_fitted,
        "new": drawn.n_new,
    }
    places = [
        {"number": number, "x": float(drawn.places[row, 0]), "y": float(drawn.places[row, 1])}
        for number, row in rows.items()
    ]
    click.echo(json.dumps({**said, "picture": str(out), "takes": places}))


def _few(numbers: list[int]) -> list[int]:
    """As many as can be drawn, evenly spaced."""
    from patchpilot.bank.map_picture import MOST_DRAWN

    every = -(-len(numbers) // MOST_DRAWN) or 1
    return numbers[::every]


def _write(out: Path, drawn: SoundMap, rows: list[int], takes: list[Entry], by: By) -> None:
    from patchpilot.bank.map_picture import page, svg
    from patchpilot.files import write_text

    places = drawn.places[rows]
    if out.suffix.lower() == ".svg":
        write_text(out, svg(takes, places, by))
        return
    ear = drawn.embedding.split()[0]
    remark = (
        f"{len(takes):,} takes by {drawn.method}, as the embedding {ear} hears them; ringed ones are golden"
    )
    write_text(out, page("Map of the bank", takes, places, by, remark=remark))
