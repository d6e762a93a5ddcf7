"""`patchpilot bank like|far|lineage`: how takes are to one another."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli._bank import BANK, JSON, TAKE, called, number_of, opened, print_takes, said_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patchpilot.bank import Bank
    from patchpilot.bank.lineage import Relative

_MOST = click.option(
    "-n", "--most", default=10, show_default=True, type=click.IntRange(1), help="At most so many."
)


@click.command("like", short_help="Takes that sound like a take, or like a file.")
@click.argument("sound", metavar="TAKE|FILE")
@_MOST
@BANK
@JSON
def like_command(sound: str, most: int, place: Path | None, as_json: bool) -> None:
    """List the takes that sound most like a TAKE, or like the first sound of a FILE, the nearest first."""
    from patchpilot.audio import load

    with opened(place) as bank:
        if Path(sound).suffix or Path(sound).is_file():
            found = bank.near(load(sound, seconds=30.0), most)
        else:
            found = bank.like(number_of(bank, sound), most)
        print_takes(bank, found, as_json=as_json)


@click.command("far", short_help="Takes that sound like nothing else.")
@_MOST
@BANK
@JSON
def far_command(most: int, place: Path | None, as_json: bool) -> None:
    """List the takes that are farthest from whatever is nearest to them, the farthest first."""
    with opened(place) as bank:
        print_takes(bank, bank.far(most), as_json=as_json)


@click.command("lineage", short_help="From which takes a take was made, and which from it.")
@TAKE
@click.option(
    "--depth", default=100, show_default=True, type=click.IntRange(1), help="Generations that are followed."
)
@BANK
@JSON
def lineage_command(take: str, depth: int, place: Path | None, as_json: bool) -> None:
    """Draw the takes from which a TAKE was made, and those that were made from it, as two trees."""
    with opened(place) as bank:
        entry = bank[number_of(bank, take)]
        tree = bank.lineage(entry.number, depth=depth)
        if as_json:
            ancestors, descendants = (
                [dataclasses.asdict(relative) for relative in side]
                for side in (tree.ancestors, tree.descendants)
            )
            said = {**said_of(bank, entry), "ancestors": ancestors, "descendants": descendants}
            click.echo(json.dumps(said))
            return
        click.echo(f"{entry.number}  {called(entry)}  {entry.searcher}".rstrip())
        _draw(bank, "made from", tree.ancestors)
        _draw(bank, "from it came", tree.descendants)


def _draw(bank: Bank, title: str, relatives: Sequence[Relative]) -> None:
    click.echo(f"{title}: nothing" if not relatives else f"{title}:")
    for relative in relatives:
        what = f"(not here) {relative.id[:12]}"
        if relative.number is not None:
            entry = bank[relative.number]
            what = f"{entry.number}  {called(entry)}  {entry.searcher}".rstrip()
        click.echo("  " * relative.depth + what + ("  (above)" if relative.is_repeated else ""))
