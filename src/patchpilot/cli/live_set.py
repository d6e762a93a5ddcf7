"""`patchpilot live set`: one knob."""

from __future__ import annotations

import json
import re
from typing import Any

import click

from patchpilot.cli._live import applied_json, connected, json_option, live_options, show_applied


@click.command("set", context_settings={"ignore_unknown_options": True})
@click.argument("track")
@click.argument("device")
@click.argument("parameter")
@click.argument("value")
@live_options
@json_option
def command(track: str, device: str, parameter: str, value: str, as_json: bool, **options: Any) -> None:
    """Turn the PARAMETER of a DEVICE on a TRACK until its display shows a VALUE: "-2.5 dB", "2.5 kHz", "Bell".

    "0.7 raw" is the number that Live stores. DEVICE "mixer" is the track's own volume, panning, mute, solo, arm and
    "send A"; TRACK "" with DEVICE "song" has tempo, playing, metronome and loop.
    """
    from patchpilot.live.transaction import apply

    move = _move(track, device, parameter, value)
    with connected(options) as live:
        done = apply(live, [move], place=options["journal"])
    if as_json:
        click.echo(json.dumps(applied_json(done)))
    else:
        show_applied(done)


def _move(track: str, device: str, parameter: str, value: str) -> Any:
    from patchpilot.tracks.moves import UNITS, Move

    match = re.fullmatch(r"([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)\s*(\S*)", value.strip())
    units = {unit.casefold(): unit for unit in UNITS}
    if match is None or match[2].casefold() not in units:
        return Move(track, device, parameter, option=value.strip())
    return Move(track, device, parameter, float(match[1]), units[match[2].casefold()])
