"""`patchpilot bank list|search|show|info`: what is in a bank."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchpilot.cli._bank import (
    BANK,
    JSON,
    TAKE,
    filters,
    number_of,
    opened,
    print_takes,
    query_of,
    said_of,
    size,
)

if TYPE_CHECKING:
    from patchpilot.bank.query import Order
    from patchpilot.space.canonical import Json

_MOST = click.option(
    "-n", "--most", default=50, show_default=True, type=click.IntRange(1), help="At most so many."
)
_ORDER = click.option(
    "--order",
    default="newest",
    show_default=True,
    type=click.Choice(["newest", "oldest", "best"]),
    help="Which come first; best: by the sum of their scores.",
)


@click.command("list", short_help="List takes.")
@filters
@_MOST
@_ORDER
@BANK
@JSON
def list_command(most: int, order: Order, place: Path | None, as_json: bool, **chosen: Any) -> None:
    """List takes, the newest first. ★: golden, +: you said yes, −: no."""
    _found((), most, order, place, as_json, chosen)


@click.command("search", short_help="Find takes by words.")
@click.argument("words", nargs=-1, required=True)
@filters
@_MOST
@_ORDER
@BANK
@JSON
def search_command(
    words: tuple[str, ...], most: int, order: Order, place: Path | None, as_json: bool, **chosen: Any
) -> None:
    """Find takes in which all WORDS occur: in names, comments, authors, searchers, tags or notes.

    The beginning of a word is enough; case and accents do not matter.
    """
    _found(words, most, order, place, as_json, chosen)


@click.command("show", short_help="Say everything about a take.")
@TAKE
@BANK
@JSON
def show_command(take: str, place: Path | None, as_json: bool) -> None:
    """Say everything about a TAKE; with --json its patch, performance and all votes, too."""
    with opened(place) as bank:
        entry = bank[number_of(bank, take)]
        said = said_of(bank, entry)
        votes = [{"vote": vote, "at": at.isoformat()} for _, vote, at in bank.votes(entry.number)]
        if as_json:
            click.echo(json.dumps({**said, "votes": votes, "record": entry.json}))
            return
        notes = entry.json["performance"]["notes"]
        played = f"{len(notes)} notes" if len(notes) > 1 else f"note {notes[0]['pitch']}"
        said["played"] = f"{played}, {entry.json['performance']['length_s']:g} s"
        said["votes"] = ", ".join(f"{each['vote']:+d}" for each in votes)
        for name, value in said.items():
            if text := _text(value):
                click.echo(f"{name.replace('_', ' '):<13} {text}")


@click.command("info", short_help="Say what a bank holds, and where it is.")
@BANK
@JSON
def info_command(place: Path | None, as_json: bool) -> None:
    """Say what a bank holds, and where it is."""
    with opened(place) as bank:
        said = bank.info()
    if as_json:
        click.echo(json.dumps(said))
        return
    votes, files = said["votes"], said["bytes"]
    heard = said["embedding"]
    lines = {
        "takes": f"{said['takes']:,}, {said['golden']:,} golden; yes to {votes['yes']:,}, no to {votes['no']:,}",
        "experiments": _counted(said["experiments"]),
        "searchers": _counted(said["searchers"]),
        "instruments": _counted(said["instruments"]),
        "tags": _counted(said["tags"]),
        "heard with": f"{heard['name']} {heard['version']}, {heard['vectors']:,} takes"
        if heard
        else "nothing yet",
        "files": ", ".join(f"{size(files[name])} {name}" for name in files),
    }
    click.echo(said["path"])
    for name, text in lines.items():
        if text:
            click.echo(f"  {name:<12} {text}")


def _found(
    words: tuple[str, ...],
    most: int,
    order: Order,
    place: Path | None,
    as_json: bool,
    chosen: dict[str, Any],
) -> None:
    query = query_of(words, **chosen)
    with opened(place) as bank:
        entries = bank.entries(query, limit=most, order=order)
        print_takes(bank, [(entry, None) for entry in entries], as_json=as_json)
        if len(entries) == most and (more := bank.count(query) - most) > 0:
            click.echo(f"note: {more:,} more; -n shows more of them", err=True)


def _counted(counts: dict[str, int], most: int = 8) -> str:
    named = [f"{name} {n:,}" for name, n in counts.items() if name]
    return ", ".join(named[:most]) + (", …" if len(named) > most else "")


def _text(value: Json) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number:g}" for name, number in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)
