"""`patchpilot track profile show`: the tracks and numbers of a profile."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("show")
@click.argument("profile", type=click.Path(path_type=Path))
@click.option("--like", type=click.Path(path_type=Path), help="A track: how much it is like the profile.")
@click.option("--features", is_flag=True, help="Every feature: median, spread, number of tracks.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(profile: Path, like: Path | None, features: bool, as_json: bool) -> None:
    """Show the tracks of a PROFILE with how much each is like it, and its numbers."""
    from patchpilot.cli._tracks import as_columns
    from patchpilot.tracks import Cache, analyze
    from patchpilot.tracks.profile import load_profile
    from patchpilot.tracks.profile.kinds import amount

    found = load_profile(profile)
    if like is not None:
        much = found.likeness(analyze(like, cache=Cache()))
        click.echo(json.dumps({"likeness": much}) if as_json else f"{like}: like the profile by {much:.2f}")
        return
    if as_json:
        said = found.to_json()
        click.echo(json.dumps(said["usual"] if features else said))
        return
    if features:
        rows = {
            str(f): f"{amount(u.median, f.kind.unit)} ± {amount(u.spread, f.kind.unit)} of {u.tracks} tracks"
            for f, u in found.usual.items()
        }
    else:
        style = dict(zip((one.name for one in found.used), found.styles, strict=True))
        rows = {
            one.name: "left out" if one.name not in style
            else f"like the profile by {found.likeness(one):.2f}, sub-style {style[one.name] + 1}"
            for one in found.tracks
        }  # fmt: skip
        rows |= {name: f"broken: {reason}" for name, reason in found.broken}
    click.echo(as_columns(rows))
