"""`patchpilot bank vote|star|tag|untag|pin|note`: what is said of takes."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from patchpilot.cli._bank import BANK, JSON, TAKE, TAKES, number_of, opened, print_changed

_SAID = {"yes": 1, "y": 1, "+1": 1, "1": 1, "no": -1, "n": -1, "-1": -1, "none": 0, "0": 0}


@click.command(
    "vote", short_help="Say yes or no to a take.", context_settings={"ignore_unknown_options": True}
)
@TAKE
@click.argument("vote", metavar="yes|no|none", type=click.Choice(list(_SAID)))
@BANK
@JSON
def vote_command(take: str, vote: str, place: Path | None, as_json: bool) -> None:
    """Say yes or no to a TAKE (+1 and -1 do, too), or none: nothing any more. The last vote counts; all are kept."""
    with opened(place) as bank:
        number = number_of(bank, take)
        bank.vote(number, _SAID[vote])
        print_changed(bank, [number], as_json=as_json)


@click.command("star", short_help="Give takes a star: golden moments.")
@TAKES
@click.option("--off", is_flag=True, help="Take it away.")
@BANK
@JSON
def star_command(takes: tuple[str, ...], off: bool, place: Path | None, as_json: bool) -> None:
    """Give each TAKE a star: a golden moment, which is never cleared away."""
    with opened(place) as bank:
        numbers = [number_of(bank, take) for take in takes]
        for number in numbers:
            bank.star(number, not off)
        print_changed(bank, numbers, as_json=as_json)


@click.command("tag", short_help="Give a take tags.")
@TAKE
@click.argument("tags", nargs=-1, required=True, metavar="TAG...")
@BANK
@JSON
def tag_command(take: str, tags: tuple[str, ...], place: Path | None, as_json: bool) -> None:
    """Give a TAKE one TAG or more; `bank list --tag TAG` finds it."""
    with opened(place) as bank:
        number = number_of(bank, take)
        bank.tag(number, *tags)
        print_changed(bank, [number], as_json=as_json)


@click.command("untag", short_help="Take tags away from a take.")
@TAKE
@click.argument("tags", nargs=-1, required=True, metavar="TAG...")
@BANK
@JSON
def untag_command(take: str, tags: tuple[str, ...], place: Path | None, as_json: bool) -> None:
    """Take one TAG or more away from a TAKE."""
    with opened(place) as bank:
        number = number_of(bank, take)
        bank.untag(number, *tags)
        print_changed(bank, [number], as_json=as_json)


@click.command("pin", short_help="Say which parameters of a take are to stay as they are.")
@TAKE
@click.argument("parameters", nargs=-1, metavar="[PARAMETER]...")
@click.option("--off", is_flag=True, help="Let go of these; of all where none is named.")
@BANK
@JSON
def pin_command(take: str, parameters: tuple[str, ...], off: bool, place: Path | None, as_json: bool) -> None:
    """Say which PARAMETERs of a TAKE are to stay as they are in whatever is made from it."""
    if not parameters and not off:
        raise click.UsageError("name the parameters to pin, or say --off")
    with opened(place) as bank:
        number = number_of(bank, take)
        pinned = set(bank[number].pinned)
        if off:
            bank.pin(number, pinned - set(parameters) if parameters else ())
        else:
            bank.pin(number, pinned | set(parameters))
        print_changed(bank, [number], as_json=as_json)


@click.command("note", short_help="Write a note about a take.")
@TAKE
@click.argument("text", required=False)
@BANK
@JSON
def note_command(take: str, text: str | None, place: Path | None, as_json: bool) -> None:
    """Write a note about a TAKE, in the place of what was there; "" for none. Without TEXT it is read from a pipe."""
    if text is None:
        text = sys.stdin.read()
    with opened(place) as bank:
        number = number_of(bank, take)
        bank.write_note(number, text)
        print_changed(bank, [number], as_json=as_json)
