"""`patchpilot level show`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from patchpilot.cli._level import folder_of, json_option, levels_option


@click.command("show")
@click.argument("name")
@levels_option
@json_option
def command(name: str, levels: Path | None, as_json: bool) -> None:
    """What was heard in a level, and a leaderboard of its attempts."""
    from patchpilot.selfplay.levels.level import opened
    from patchpilot.selfplay.levels.names import part_names
    from patchpilot.selfplay.levels.pattern import STEPS_PER_BEAT, on_grid, score_of

    level = opened(name, folder_of(levels))
    taken = level.taken()
    score = score_of(taken, part_names(taken))
    done = level.attempts()
    if as_json:
        parts = {part.name: [strike.beat for strike in part.strikes] for part in score.parts}
        said = {"level": name, "tempo_bpm": taken.tempo_bpm, "key": taken.key, "bars": score.bars}
        click.echo(json.dumps({**said, "parts": parts, "attempts": done}))
        return
    click.echo(f"{name}: {taken.material}, {taken.key or 'no key'}, {score.bars} bars")
    steps = score.bars * 4 * STEPS_PER_BEAT
    for part in score.parts:
        struck = {on_grid(strike.beat) for strike in part.strikes}
        row = "".join(
            "x" if step in struck else "|" if step % 16 == 0 else "." for step in range(min(steps, 64))
        )
        click.echo(f"  {part.name:10} {row}{'…' if steps > 64 else ''}")
    for place, said in enumerate(done, start=1):
        chroma = "" if said["chroma"] is None else f", chroma {said['chroma']:.2f}"
        click.echo(
            f"  {place}. {said['total']:.3f}  {said['name']}: onsets {said['onset_f']:.2f}{chroma}, "
            f"timbre {said['timbre']:.2f}, {said['n_renders']} renders"
        )
