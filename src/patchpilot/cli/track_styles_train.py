"""`patchpilot track styles train`: learn sub-styles from a labelled collection."""

from __future__ import annotations

import json
from pathlib import Path

import click

from patchpilot.cli import _line


@click.command("train")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), default=Path("styles.npz"), show_default=True,
    help="The file of the classifier.",
)  # fmt: skip
@click.option(
    "--labels", "by", type=click.Choice(["folder", "tag"]), default="folder", show_default=True,
    help="What says the style: the folder that a track lies in, or its genre tag.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of all random choices.")
@click.option("--force", is_flag=True, help="Replace a classifier that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(folder: Path, out: Path, by: str, seed: int, force: bool, as_json: bool) -> None:
    """Learn sub-styles from the tracks in DIR, and in folders in it; three tracks of each at least.

    The table says how well: rows are labels, columns what was told of tracks that were not learned from. Needs
    scikit-learn (extra `train`); telling does not.
    """
    from patchpilot.cli._similar import heard_by
    from patchpilot.cli._tracks import show_broken, sounds_in
    from patchpilot.files import check_free
    from patchpilot.tracks.similarity import Bars
    from patchpilot.tracks.similarity.labels import labels_by
    from patchpilot.tracks.styles import train_styles

    check_free(out, force=force)
    tracks, broken = heard_by(Bars(), sounds_in(folder))
    show_broken(broken)
    named = labels_by(by, [track.path for track in tracks])  # type: ignore[arg-type]
    kept = [(track, label) for track, label in zip(tracks, named, strict=True) if label]
    if len(kept) < len(tracks):
        click.echo(f"left out: {len(tracks) - len(kept)} tracks without a label", err=True)
    classifier = train_styles(
        [track for track, _ in kept], [label for _, label in kept], seed=seed,
        on_fold=lambda done, of: _line.show(f"learning ({done} of {of})"),
    )  # fmt: skip
    _line.clear()
    classifier.save(out)
    report = classifier.report
    if as_json:
        click.echo(json.dumps(report.to_json()))
        return
    click.echo(
        f"{out}: {len(report.styles)} styles, {report.accuracy:.0%} of {report.tracks} tracks told right"
    )
    click.echo("  " + ", ".join(f"{name} alone {share:.0%}" for name, share in report.members.items()))
    click.echo(report.table())
