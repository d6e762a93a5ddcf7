"""`patchpilot level add`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from patchpilot.cli._level import folder_of, json_option, levels_option


@click.command("add")
@click.argument("loop", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--name", default="", help="Of the level; the file's by default.")
@click.option(
    "--tempo", type=click.FloatRange(20.0, 300.0), help="Beats a minute, where it is heard wrongly."
)
@click.option("--key", default="", help='As "A minor", where it is heard wrongly.')
@levels_option
@json_option
def command(loop: Path, name: str, tempo: float | None, key: str, levels: Path | None, as_json: bool) -> None:
    """Make a loop a level: its tempo, key, onsets and sounds are heard, and its pattern."""
    from patchpilot.selfplay.levels.level import add
    from patchpilot.selfplay.levels.names import part_names

    level, taken = add(loop, folder_of(levels), name=name, tempo_bpm=tempo, key=key)
    counts = {
        part: sum(hit.part == number for hit in taken.hits) for number, part in enumerate(part_names(taken))
    }
    if as_json:
        said = {"level": level.name, "tempo_bpm": taken.tempo_bpm, "key": taken.key, "hits": len(taken.hits)}
        click.echo(json.dumps({**said, "parts": counts, "folder": str(level.folder)}))
        return
    heard = ", ".join(f"{part} × {count}" for part, count in counts.items())
    in_key = f", {taken.key}" if taken.key else ""
    click.echo(f"{level.name}: {taken.material}{in_key}; {len(taken.hits)} hits: {heard}")
