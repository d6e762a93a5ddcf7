"""`patchpilot track score`: how much a track has of what trance is made of."""

from __future__ import annotations

import json
from pathlib import Path

import click

from patchpilot.cli import _line


@click.command("score")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--weights",
    type=click.Path(path_type=Path, dir_okay=False),
    help="TOML file with other weights of the nine parts.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(path: Path, weights: Path | None, as_json: bool) -> None:
    """Score a track from 0 to 100, and say why, part by part."""
    from patchpilot.errors import AudioError
    from patchpilot.tracks import Cache, analyze
    from patchpilot.tracks.score import TranceScore, read_weights

    chosen = read_weights(weights)
    _line.show(f"listening to {path.name}")
    track = analyze(path, cache=Cache())
    _line.clear()
    if track.score is None:
        raise AudioError(f"{path}: expected a track with a beat, but none was found, so there is no score.")
    score = TranceScore.from_json(track.score).weighted(chosen)
    if as_json:
        click.echo(json.dumps(score.to_json()))
        return
    click.echo(f"{path}: trance score {100.0 * score.total:.0f} of 100")
    for part in score.parts:
        click.echo(
            f"  {part.name:20} {100.0 * part.weight * part.value:5.1f} of {100.0 * part.weight:4.1f}  {part.sentence}"
        )
