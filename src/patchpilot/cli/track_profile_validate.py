"""`patchpilot track profile validate`: does this look like you?"""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("validate")
@click.argument("profile", type=click.Path(path_type=Path))
@click.option(
    "--others", type=click.Path(path_type=Path, exists=True),
    help="Folder of tracks that are not your taste, to be told from yours.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="Of how the collection is divided.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(profile: Path, others: Path | None, seed: int, as_json: bool) -> None:
    """Hold out parts of a PROFILE's tracks in turn: they should look like the rest, and tracks of OTHERS should not."""
    from patchpilot.cli._tracks import as_columns, heard, show_broken, sounds_in
    from patchpilot.tracks.profile import load_profile, validate

    found = load_profile(profile)
    foreign, broken = heard(sounds_in(others)) if others is not None else ([], [])
    show_broken(broken)
    done = validate(found, foreign, seed=seed)
    if as_json:
        click.echo(json.dumps({"own": done.own, "others": done.others, "auc": done.auc}))
        return
    click.echo(
        as_columns({name: f"{much:.2f}" for name, much in sorted(done.own.items(), key=lambda p: -p[1])})
    )
    if done.others:
        click.echo("others:")
        click.echo(
            as_columns({name: f"{m:.2f}" for name, m in sorted(done.others.items(), key=lambda p: -p[1])})
        )
    click.echo(done.sentence)
