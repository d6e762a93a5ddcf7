"""`patchpilot listening results`: what came out of a test."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("results")
@click.argument("test", metavar="TEST", type=click.Path(path_type=Path))
@click.argument(
    "votes",
    metavar="VOTES.csv…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV file; results.csv in TEST by default.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(test: Path, votes: tuple[Path, ...], out: Path | None, force: bool, as_json: bool) -> None:
    """Evaluate the VOTES on TEST, a folder of `listening make`, and write all numbers as a CSV table.

    Ratings (MUSHRA): means with 95 % intervals over the participants that are left after screening. Pairs: shares with
    Wilson's interval, and the exact sign test. A folder of votes is taken as all CSV files in it.
    """
    from patchpilot.files import check_free, write_text
    from patchpilot.listening import evaluated, read_test, read_votes
    from patchpilot.listening.table import lines

    known = read_test(test)
    place = out or (test if test.is_dir() else test.parent) / "results.csv"
    check_free(place, force=force)
    results = evaluated(known, read_votes(_files(votes), known))
    write_text(place, results.csv())
    if as_json:
        click.echo(json.dumps(results.to_json()))
    else:
        click.echo("\n".join(lines(results)))
    click.echo(str(place), err=True)


def _files(votes: tuple[Path, ...]) -> list[Path]:
    return [path for place in votes for path in (sorted(place.glob("*.csv")) if place.is_dir() else [place])]
