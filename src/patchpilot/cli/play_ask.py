"""`patchpilot play ask`: which takes to vote on."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import click

from patchpilot.cli._bank import BANK, JSON, filters, opened, query_of


@click.command("ask")
@click.option("-n", "--most", default=5, show_default=True, type=click.IntRange(1), help="How many.")
@filters
@BANK
@JSON
def command(most: int, place: Path | None, as_json: bool, **chosen: Any) -> None:
    """Name the takes whose votes would tell most about your taste, the most telling first.

    They are those of which what you would say is least known, and they differ from one another. Hear them, and say
    `patchpilot play vote NUMBER yes` or no.
    """
    from patchpilot.selfplay.preference.unvoted import questions

    with opened(place) as bank:
        found = questions(bank, most, where=query_of(**chosen))
        entries = {question.number: bank[question.number] for question in found}
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(question) for question in found]))
        return
    if not found:
        click.echo("there is no take that you said nothing of")
    for question in found:
        name = entries[question.number].name or entries[question.number].searcher
        click.echo(f"{question.number}  {name}  liked {question.likely:.0%} ± {question.unsure:.0%}")
