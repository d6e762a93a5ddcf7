"""`patchpilot track gap`: what a track lacks beside a profile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli._gaps import compared, compared_options

if TYPE_CHECKING:
    from patchpilot.tracks.compared import Compared


@click.command("gap")
@compared_options
@click.option("--most", default=8, show_default=True, type=click.IntRange(1), help="Gaps to show.")
@click.option(
    "--snippets",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write four bars of yours and of a track of the profile for each gap, equally loud.",
)
@click.option("--force", is_flag=True, help="Replace snippets that are there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    wip: Path,
    profile: Path,
    stems: Path | None,
    all_styles: bool,
    most: int,
    snippets: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Compare the track WIP with a profile: drops with drops, at the same level, the most important gap first."""
    done = compared(wip, profile, stems, all_styles)
    shown = done.gaps[:most]
    likeness = done.profile.likeness(done.one)
    if as_json:
        click.echo(json.dumps({"likeness": likeness, "gaps": [gap.to_json() for gap in shown]}))
    else:
        n = len(done.gaps)
        click.echo(f"{wip.name}: like the profile by {likeness:.2f}; {n} gap{'s' * (n != 1)}")
        for number, gap in enumerate(shown, 1):
            click.echo(f"{number}. {gap.sentence}")
    if snippets is not None:
        _write_snippets(done, most, snippets, force)


def _write_snippets(done: Compared, most: int, folder: Path, force: bool) -> None:
    from patchpilot.audio import load, save
    from patchpilot.errors import PatchPilotError
    from patchpilot.files import check_free, make_folder
    from patchpilot.tracks import Cache, analyze
    from patchpilot.tracks.gap import reference_for, snippets

    make_folder(folder)
    for number, gap in enumerate(done.gaps[:most], 1):
        try:
            reference = reference_for(gap, done.profile)
            theirs = (analyze(reference.path, cache=Cache()), load(reference.path))
            pair = snippets(gap, (done.track, done.audio), theirs)
        except PatchPilotError as error:
            click.echo(f"no snippets of gap {number}: {error}", err=True)
            continue
        for which, audio in zip(("yours", "profile"), pair, strict=True):
            path = folder / f"gap-{number:02d}-{which}.wav"
            check_free(path, force=force)
            save(audio, path)
        click.echo(f"gap {number}: {folder}/gap-{number:02d}-yours.wav beside {reference.name}", err=True)
