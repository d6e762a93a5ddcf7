"""`patchpilot track profile review`: what was learned, in words, and what of it is not to count."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("review")
@click.argument("profile", type=click.Path(path_type=Path))
@click.option(
    "--leave-out", multiple=True, metavar="TRACK", help="Leave a track out; may be given several times."
)
@click.option(
    "--without", multiple=True, metavar="FEATURE",
    help='Do not compare a feature: "band 315", "drop/mix/width mids", or a group such as pumping or tempo.',
)  # fmt: skip
@click.option(
    "--again", multiple=True, metavar="NAME", help="Let a track or feature that was left out count again."
)
def command(
    profile: Path, leave_out: tuple[str, ...], without: tuple[str, ...], again: tuple[str, ...]
) -> None:
    """Say what a PROFILE has learned; with options, change what counts, and save it."""
    from patchpilot.tracks.profile import load_profile, review

    found = load_profile(profile)
    if leave_out or without or again:
        found = found.with_again(tracks=again, features=again).without(tracks=leave_out, features=without)
        found.save(profile)
    click.echo("\n".join(review(found)))
