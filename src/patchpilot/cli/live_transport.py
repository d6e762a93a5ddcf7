"""`patchpilot live transport`: the song."""

from __future__ import annotations

from typing import Any

import click

from patchpilot.cli._live import connected, live_options, show_applied

_VERBS = {
    "play": ("playing", 1.0),
    "stop": ("playing", 0.0),
    "click-on": ("metronome", 1.0),
    "click-off": ("metronome", 0.0),
}


@click.command("transport")
@click.argument("verb", type=click.Choice([*_VERBS, "tempo"]))
@click.argument("bpm", type=click.FloatRange(20.0, 999.0), required=False)
@live_options
def command(verb: str, bpm: float | None, **options: Any) -> None:
    """Play, stop, switch the metronome, or set the tempo: `patchpilot live transport tempo 138`."""
    from patchpilot.live.transaction import apply
    from patchpilot.tracks.moves import SONG, Move

    if (verb == "tempo") != (bpm is not None):
        raise click.UsageError("expected beats a minute after tempo, and after nothing else")
    parameter, value = ("tempo", bpm) if bpm is not None else _VERBS[verb]
    with connected(options) as live:
        show_applied(apply(live, [Move("", SONG, parameter, value)], place=options["journal"]))
