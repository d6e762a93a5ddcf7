"""`patchpilot live meter`: what the tracks' meters show."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import click

from patchpilot.cli._live import connected, json_option, live_options


@click.command("meter")
@click.option(
    "--seconds", default=1.0, show_default=True, type=click.FloatRange(0.0, 3600.0), help="How long to look."
)
@live_options
@json_option
def command(seconds: float, as_json: bool, **options: Any) -> None:
    """Show the highest that each track's output meter reached (0 to 1, as Live draws it, not dB).

    It is all that AbletonOSC hears, and Live moves meters only while they are to be seen.
    """
    from patchpilot.live.meters import read_meters
    from patchpilot.live.session import read_session

    with connected(options) as live:
        meters = read_meters(live, read_session(live), seconds)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(meter) for meter in meters]))
        return
    for meter in meters:
        level = (
            "no meter"
            if meter.level is None
            else f"{meter.level:.3f} {'▮' * round(40 * min(meter.level, 1.0))}"
        )
        click.echo(f"{meter.track:<24} {level}".rstrip())
