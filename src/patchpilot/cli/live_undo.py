"""`patchpilot live undo`: as it was."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any

import click

from patchpilot.cli._live import FAILED, connected, json_option, live_options, show_undone


@click.command("undo")
@click.option("--all", "every", is_flag=True, help="All that can be undone, the newest first.")
@live_options
@json_option
def command(every: bool, as_json: bool, **options: Any) -> None:
    """Set the last change back, also one that was interrupted by a crash or by Live being closed.

    Places are found again by their names. What cannot be set back is told, and stays open for another undo.
    """
    from patchpilot.live.undoing import undo

    with connected(options) as live:
        reports = undo(live, place=options["journal"], every=every)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(report) for report in reports]))
        whole = not any(report.failed for report in reports)
    else:
        whole = show_undone(reports)
    if not whole:
        sys.exit(FAILED)
