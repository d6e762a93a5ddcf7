"""`patchpilot track profile build`: a profile of a folder of tracks."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("build")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), default=Path("profile.json"), show_default=True,
    help="The file of the profile.",
)  # fmt: skip
@click.option(
    "--stems", type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with a folder NAME for each track, with its stems (bass.wav, lead.wav, …): they are learned, too.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a profile that is there.")
def command(folder: Path, out: Path, stems: Path | None, force: bool) -> None:
    """Learn what the tracks in DIR, and in folders in it, have in common.

    Files that cannot be analysed are left out and told. Analyses are kept, so one that was interrupted goes on where
    it was, and adding tracks later takes little time.
    """
    from patchpilot.cli._tracks import heard, show_broken, sounds_in
    from patchpilot.files import check_free
    from patchpilot.tracks.profile import Profile

    check_free(out, force=force)
    found, broken = heard(sounds_in(folder), stems)
    show_broken(broken)
    profile = Profile.build(found, broken=broken)
    profile.save(out)
    styles = len(set(profile.styles))
    said = [
        f"{len(profile.tracks)} track{'s' * (len(profile.tracks) != 1)}",
        f"{styles} sub-styles" * (styles > 1),
    ]
    said.append(f"{len(broken)} files left out" * bool(broken))
    click.echo(f"{out}: {', '.join(part for part in said if part)}")
    click.echo(f"see what was learned: patchpilot track profile review {out}", err=True)
