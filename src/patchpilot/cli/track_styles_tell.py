"""`patchpilot track styles tell`: which sub-style a track is of."""

from __future__ import annotations

import json
from pathlib import Path

import click

from patchpilot.cli import _line


@click.command("tell")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--with", "model", type=click.Path(path_type=Path, dir_okay=False), default=Path("styles.npz"), show_default=True,
    help="What `track styles train` has learned.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(path: Path, model: Path, as_json: bool) -> None:
    """Say which of the learned sub-styles FILE is most like, and how sure that is."""
    from patchpilot.tracks.similarity import Bars, hear
    from patchpilot.tracks.styles import load_styles

    classifier = load_styles(model)
    _line.show(f"listening to {path.name}")
    track = hear(path, Bars())
    _line.clear()
    shares = classifier(track)
    if as_json:
        click.echo(
            json.dumps({"path": str(path), "styles": {name: round(s, 4) for name, s in shares.items()}})
        )
        return
    click.echo(f"{path.name}: " + ", ".join(f"{name} {share:.0%}" for name, share in shares.items()))
