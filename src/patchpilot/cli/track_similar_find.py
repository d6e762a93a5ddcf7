"""`patchpilot track similar find`: the tracks of a collection that are most like one."""

from __future__ import annotations

import json
from pathlib import Path

import click

from patchpilot.cli._similar import base_of, clap_option, heard_by

_LABELS = ("intro", "breakdown", "buildup", "drop", "outro")


@click.command("find")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--in", "folder", required=True, metavar="DIR", type=click.Path(path_type=Path, exists=True),
    help="Folder of the collection.",
)  # fmt: skip
@click.option("--section", type=click.Choice(_LABELS), help="Compare only such sections, drops with drops.")
@click.option(
    "--head", type=click.Path(path_type=Path, dir_okay=False), metavar="HEAD",
    help="What `track similar train` has learned.",
)  # fmt: skip
@click.option("--top", default=10, show_default=True, type=click.IntRange(1), help="How many tracks.")
@clap_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    path: Path,
    folder: Path,
    section: str | None,
    head: Path | None,
    top: int,
    clap: Path | None,
    as_json: bool,
) -> None:
    """Find the tracks in DIR, and in folders in it, that sound most like FILE.

    Without --head, tracks are compared by what was heard of them as it is. What was heard is kept by content.
    """
    import numpy as np

    from patchpilot.cli._tracks import show_broken, sounds_in
    from patchpilot.errors import AudioError
    from patchpilot.tracks.report import clock
    from patchpilot.tracks.similarity import Collection, Head, hear, untrained

    base = base_of(clap)
    learned = Head.load(head) if head is not None else None
    if learned is not None:
        learned.check(base)
    asked = hear(path, base)
    tracks, broken = heard_by(base, sounds_in(folder))
    show_broken(broken)
    if not [track for track in tracks if track.sha256 != asked.sha256]:
        raise AudioError(f"expected other tracks than {path.name} in {folder}, got none that can be heard.")
    chosen = learned or untrained(base, np.concatenate([one.rows[0] for one in tracks]))
    found = Collection(tracks, chosen, section).similar(asked, top)
    if as_json:
        rows = [
            {"path": str(one.path), "similarity": round(one.similarity, 4), "spans_s": one.sections}
            for one in found
        ]
        click.echo(json.dumps({"path": str(path), "section": section, "similar": rows}))
        return
    click.echo(f"{path.name}: {f'its {section}s are' if section else 'is'} most like")
    for number, one in enumerate(found, 1):
        where = f"  {section} at {clock(one.sections[0][0])}" if section else ""
        click.echo(f"{number:3}  {one.similarity:5.2f}  {one.path}{where}")
