"""`patchpilot level list`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from patchpilot.cli._level import folder_of, json_option, levels_option


@click.command("list")
@levels_option
@json_option
def command(levels: Path | None, as_json: bool) -> None:
    """All levels, with how many attempts there were and the best of them."""
    from patchpilot.selfplay.levels.level import names, opened

    folder = folder_of(levels)
    rows = []
    for name in names(folder):
        level = opened(name, folder)
        done = level.attempts()
        best = done[0]["total"] if done else None
        rows.append(
            {
                "level": name,
                "tempo_bpm": level.tempo_bpm,
                "key": level.key,
                "attempts": len(done),
                "best": best,
            }
        )
    if as_json:
        click.echo(json.dumps(rows))
        return
    if not rows:
        click.echo("No levels yet: `patchpilot level add LOOP` makes one.")
    for row in rows:
        best = "not tried" if row["best"] is None else f"best {row['best']:.3f} of {row['attempts']}"
        click.echo(f"{row['level']:24}  {row['tempo_bpm']:6.1f} BPM  {row['key'] or 'no key':10}  {best}")
