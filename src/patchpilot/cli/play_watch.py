"""`patchpilot play watch`: a file is played whenever it is saved."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli._errors import told

if TYPE_CHECKING:
    from patchpilot.bank import Bank
    from patchpilot.instruments.take import Take


@click.command("watch")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--bank", type=click.Path(path_type=Path), help="Folder of the bank; your own by default.")
@click.option(
    "--instrument", "played_by", default="", help="What plays a preset; told by its ending by default."
)
@click.option("--out", type=click.Path(path_type=Path), help="WAV file that is written anew each time.")
@click.option("--listen", is_flag=True, help="Hear it.")
@click.option("--once", is_flag=True, help="Play it once, and do not wait for more.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON each time.")
def command(
    file: Path,
    bank: Path | None,
    played_by: str,
    out: Path | None,
    listen: bool,
    once: bool,
    as_json: bool,
) -> None:
    """Play FILE now and whenever it is saved, and bank what comes out; each take knows the one before it.

    A patch in TOML, a rack in TOML or JSON, a Python program that leaves its `rack` or `instrument` (and a `patch` and
    a `performance`), or a preset. A mistake in it is told, and the next save tried. Ctrl-C ends it.
    """
    from patchpilot.bank import Bank
    from patchpilot.cli.preview.player import Player
    from patchpilot.experiment.watching import saves

    before: Take | None = None
    with ExitStack() as stack:
        opened = stack.enter_context(Bank.open(bank))
        player = Player() if listen else None
        if player is not None:
            stack.callback(player.close)
        for _ in saves(file) if not once else [b""]:
            try:
                before = _played(file, opened, played_by, before, out, as_json=as_json)
                if player is not None:
                    player.play(before.audio)
            except Exception as error:  # it is being written
                if once:
                    raise
                click.echo(f"Error: {told(error)}", err=True)


def _played(
    file: Path, bank: Bank, played_by: str, before: Take | None, out: Path | None, *, as_json: bool
) -> Take:
    from patchpilot.audio import db, rms, save
    from patchpilot.experiment.watching import written

    with ExitStack() as stack:
        take = written(file, stack, played_by=played_by).take(file, before)
    number = bank.append(take, experiment=f"watch {file.name}", tags=("watch",))
    bank.flush()
    if out is not None:
        save(take.audio, out)
    if as_json:
        click.echo(json.dumps({"take": number, "id": take.id, "seconds": take.audio.duration_s}))
    else:
        click.echo(f"take {number}: {file.name}, {take.audio.duration_s:.1f} s, {db(rms(take.audio)):.0f} dB")
    return take
