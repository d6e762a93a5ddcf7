"""`patchpilot live apply`: moves of a file."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from patchpilot.cli._errors import told
from patchpilot.cli._live import FAILED, applied_json, connected, json_option, live_options, show_applied


@click.command("apply")
@click.argument("moves", type=click.Path(path_type=Path))
@click.option(
    "--offline", is_flag=True, help="Do not ask Live: write the moves as a list to work off by hand."
)
@click.option(
    "--partial", is_flag=True, help="Leave out moves that go nowhere in this set; else nothing is turned."
)
@click.option("--anyway", is_flag=True, help="Although an earlier change was interrupted and is not undone.")
@live_options
@json_option
def command(moves: Path, offline: bool, partial: bool, anyway: bool, as_json: bool, **options: Any) -> None:
    """Apply the MOVES of a JSON file in one transaction, which `patchpilot live undo` sets back.

    Values before are on the disk before anything is turned. Displays are set to what the moves say, and read back;
    where something fails, all is set back. Where Live does not answer, the moves are written as a list, and the exit
    code is 1.
    """
    from patchpilot.errors import LiveError
    from patchpilot.live.offline import written
    from patchpilot.live.transaction import apply
    from patchpilot.tracks.moves import read_moves

    wanted = read_moves(moves)
    if offline:
        click.echo(json.dumps({"offline": [m.to_json() for m in wanted]}) if as_json else written(wanted))
        return
    with ExitStack() as stack:
        try:
            live = stack.enter_context(connected(options))
        except LiveError as error:
            click.echo(json.dumps({"offline": [m.to_json() for m in wanted]}) if as_json else written(wanted))
            click.echo(f"Error: {told(error)}", err=True)
            sys.exit(FAILED)
        done = apply(live, wanted, place=options["journal"], partial=partial, anyway=anyway)
    if as_json:
        click.echo(json.dumps(applied_json(done)))
    else:
        show_applied(done)
