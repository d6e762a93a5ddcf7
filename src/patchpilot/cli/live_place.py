"""`patchpilot live place`: notes as a clip."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from patchpilot.cli._live import applied_json, connected, json_option, live_options, show_applied


@click.command("place")
@click.argument("file", metavar="CLIP.mid", type=click.Path(path_type=Path))
@click.option("--track", required=True, help="MIDI track that it goes to.")
@click.option(
    "--slot", type=click.IntRange(1), help="Row of the session view; the first empty one by default."
)
@live_options
@json_option
def command(file: Path, track: str, slot: int | None, as_json: bool, **options: Any) -> None:
    """Put the notes of a MIDI file into an empty clip of the session view, and read them back.

    The notes of a level are in its attempts' folders (`patchpilot level play`). Clips that are there already are never
    replaced; `patchpilot live undo` takes the clip away again.
    """
    from patchpilot.live.clips import clip_of_midi
    from patchpilot.live.transaction import apply

    clip = clip_of_midi(file, track, slot)
    with connected(options) as live:
        done = apply(live, [], clips=[clip], place=options["journal"])
    if as_json:
        click.echo(json.dumps(applied_json(done)))
    else:
        show_applied(done)
