"""`patchpilot live send`: a match to a prepared track."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from patchpilot.cli._live import applied_json, connected, json_option, live_options, show_applied


@click.command("send")
@click.argument("result", type=click.Path(path_type=Path))
@click.option("--rank", default=1, show_default=True, type=click.IntRange(1), help="Which of the answers.")
@click.option("--track", required=True, help="Track with a Wavetable, and the effects after it.")
@click.option("--as-shown", is_flag=True, help="Set what the displays are to show, not what Live stores.")
@click.option("--offline", is_flag=True, help="Do not ask Live: write the settings as a list.")
@click.option("--anyway", is_flag=True, help="Although an earlier change was interrupted and is not undone.")
@live_options
@json_option
def command(
    result: Path,
    rank: int,
    track: str,
    as_shown: bool,
    offline: bool,
    anyway: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Send an answer of `patchpilot match --instrument ableton-wavetable` to a track that was prepared for it.

    RESULT is result.json or its folder. Numbers are sent as they were found, in one transaction; where Live's displays
    then show something else than was meant, that is told. What OSC cannot reach is listed, to be prepared by hand.
    """
    from patchpilot.live.offline import written
    from patchpilot.live.sending import plan, send

    planned = plan(result, rank, track, as_shown=as_shown or offline)
    if offline:
        said = {"offline": [m.to_json() for m in planned.moves], "by_hand": list(planned.by_hand)}
        click.echo(json.dumps(said) if as_json else written(planned.moves))
    else:
        with connected(options) as live:
            done = send(live, planned, track, place=options["journal"], anyway=anyway)
        if as_json:
            click.echo(json.dumps({**applied_json(done), "by_hand": list(planned.by_hand)}))
        else:
            show_applied(done)
    if not as_json:
        click.echo("by hand, for OSC cannot reach it:", err=True)
        for what in planned.by_hand:
            click.echo(f"  {what}", err=True)
