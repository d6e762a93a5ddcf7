"""`patchpilot bank reindex|collect|check|backup|restore|merge`: keeping a bank in order."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import click

from patchpilot.cli import _line
from patchpilot.cli._bank import BANK, JSON, filters, opened, query_of, size

_FOLDER = click.Path(path_type=Path, readable=False)


@click.command("reindex", short_help="Hear takes that were not heard yet, or all with another embedding.")
@click.option("--embedding", metavar="NAME|FOLDER", help="How sounds are compared from now on.")
@BANK
@JSON
def reindex_command(embedding: str | None, place: Path | None, as_json: bool) -> None:
    """Hear takes that were not heard yet; with another embedding all of them, which is the bank's from then on.

    Stopped, it goes on where it was; until it is done, the bank compares sounds as before.
    """
    with opened(place) as bank:
        try:
            done = bank.reindex(embedding, on_heard=lambda n, of: _line.show(f"{n} of {of} takes heard"))
        finally:
            _line.clear()
        name = bank.hearing.embedding.name
    if as_json:
        click.echo(json.dumps({"embedding": name, "heard": done.heard, "unheard": list(done.unheard)}))
        return
    click.echo(f"{done.heard} takes heard with {name}")
    if done.unheard:
        click.echo(
            f"note: {len(done.unheard)} takes have no audio: `patchpilot bank repair --cleared` renders it",
            err=True,
        )


@click.command("collect", short_help="Make room; takes of which you said something are never touched.")
@click.option("--takes", "remove_takes", is_flag=True, help="Remove takes, and not only their audio.")
@click.option(
    "--keep-best", default=0, show_default=True, type=click.IntRange(0), help="So many stay, by their scores."
)
@click.option("--apply", is_flag=True, help="Do it; else it is only said what would be done.")
@filters
@BANK
@JSON
def collect_command(
    remove_takes: bool, keep_best: int, apply: bool, place: Path | None, as_json: bool, **chosen: Any
) -> None:
    """Clear away the audio of takes of which you said nothing, and files that belong to no take.

    Takes with a vote, a star, a tag, a pin or a note are never touched, nor, with --takes, those that one of them was
    made from. Audio comes back with `bank replay` or `bank repair --cleared`; removed takes only from a backup.
    """
    with opened(place) as bank:
        done = bank.collect(query_of(**chosen), remove_takes=remove_takes, keep_best=keep_best, apply=apply)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(done)))
        return
    click.echo(
        f"{'cleared away' if apply else 'would clear away'}: audio of {done.audio} sounds, {done.assets} assets, "
        f"{done.takes} takes; {size(done.n_bytes)}. {done.kept} takes stay as they are."
    )
    if not apply:
        click.echo("note: nothing was changed; --apply does it", err=True)


@click.command("check", short_help="Say whether a bank is whole.")
@click.option("--listen", is_flag=True, help="Read every preview, too.")
@BANK
@JSON
def check_command(listen: bool, place: Path | None, as_json: bool) -> None:
    """Say whether the database and all files are there and whole, and what to do where not. Exit code 1 where not."""
    with opened(place) as bank:
        found = list(bank.check(listen=listen))
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(problem) for problem in found]))
    else:
        for problem in found:
            where = f"take {problem.number}: " if problem.number else ""
            click.echo(f"{problem.kind}: {where}{problem.text} → {problem.cure}")
        click.echo("whole" if not found else f"{len(found)} problems")
    if found:
        sys.exit(1)


@click.command("backup", short_help="Copy a bank as it is now.")
@click.argument("folder", type=_FOLDER)
@BANK
@JSON
def backup_command(folder: Path, place: Path | None, as_json: bool) -> None:
    """Copy a bank as it is now into a new FOLDER, which is a bank itself; others may write meanwhile."""
    with opened(place) as bank:
        n_bytes = bank.backup(folder)
    click.echo(
        json.dumps({"folder": str(folder), "bytes": n_bytes}) if as_json else f"{folder}: {size(n_bytes)}"
    )


@click.command("restore", short_help="Put a backup back.")
@click.argument("backup", type=_FOLDER)
@click.option(
    "--replace", is_flag=True, help="Where a bank is there already, keep it beside, and replace it."
)
@BANK
@JSON
def restore_command(backup: Path, replace: bool, place: Path | None, as_json: bool) -> None:
    """Put a copy of a BACKUP where the bank is to be."""
    from patchpilot.bank import Bank

    aside = Bank.restore(backup, place, replace=replace)
    target = Bank.default_path() if place is None else place
    if as_json:
        click.echo(json.dumps({"bank": str(target), "before": None if aside is None else str(aside)}))
        return
    click.echo(f"{target} is what {backup} was")
    if aside is not None:
        click.echo(f"note: what was there is in {aside}", err=True)


@click.command("merge", short_help="Take all of another bank in.")
@click.argument("other", type=_FOLDER)
@BANK
@JSON
def merge_command(other: Path, place: Path | None, as_json: bool) -> None:
    """Take all takes of an OTHER bank in, with what was said of them there; a second time changes nothing."""
    with opened(place) as bank:
        try:
            done = bank.merge(other, on_take=lambda n, of: _line.show(f"{n} of {of} takes"))
        finally:
            _line.clear()
    click.echo(
        json.dumps(dataclasses.asdict(done))
        if as_json
        else f"{done.added} takes are new, {done.known} were here already"
    )
