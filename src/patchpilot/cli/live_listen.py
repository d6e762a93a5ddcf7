"""`patchpilot live listen`: spectra, and what an EQ might do."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line
from patchpilot.cli._live import json_option

if TYPE_CHECKING:
    from patchpilot.live.spectrum.receiver import Receiver


@click.command("listen")
@click.option(
    "--port", default=11_010, show_default=True, type=click.IntRange(0, 65_535), help="Devices send to it."
)
@click.option(
    "--seconds", default=10.0, show_default=True, type=click.FloatRange(0.1, 86_400.0), help="How long."
)
@click.option("--like", type=click.Path(path_type=Path), help="A sound whose spectrum is liked.")
@click.option("--moves", type=click.Path(path_type=Path), help="Write the hints as moves for `live apply`.")
@click.option("--beyond", is_flag=True, help="Let other machines send, too.")
@click.option(
    "--device", type=click.Path(path_type=Path), help="Write the Max for Live device (untried) to a folder."
)
@click.option("--measure", is_flag=True, help="Measure how long the software takes, instead.")
@json_option
def command(
    port: int,
    seconds: float,
    like: Path | None,
    moves: Path | None,
    beyond: bool,
    device: Path | None,
    measure: bool,
    as_json: bool,
) -> None:
    """Receive spectra of an optional Max for Live device over UDP, and say what an EQ might do.

    Without --like only what sticks out of its own neighbourhood is named. The protocol is in docs/live.md; the device
    that --device writes was never opened in Max.
    """
    from patchpilot.live.spectrum import device as files
    from patchpilot.live.spectrum.latency import measure as measured
    from patchpilot.live.spectrum.receiver import Receiver

    if device is not None:
        for path in files.write(device):
            click.echo(str(path))
        click.echo("note: untried: nobody opened these files in Max yet", err=True)
    elif measure:
        found = dataclasses.asdict(measured())
        click.echo(json.dumps(found) if as_json else " ".join(f"{k} {v:.3g}" for k, v in found.items()))
    else:
        with Receiver(port, beyond=beyond) as receiver:
            for frame in receiver.frames(seconds):
                _line.show(f"{frame.name}: {receiver.senders[frame.name].frames} spectra")
            _line.clear()
            _report(receiver, like, moves, as_json)


def _report(receiver: Receiver, like: Path | None, out: Path | None, as_json: bool) -> None:
    from patchpilot.audio import load
    from patchpilot.errors import LiveError
    from patchpilot.live.spectrum.bands import CENTRES_HZ, bands_of
    from patchpilot.live.spectrum.guidance import hints, moves
    from patchpilot.tracks.moves import write_moves

    if not receiver.senders:
        ignored = f" ({receiver.garbage} datagrams were no spectra)" if receiver.garbage else ""
        raise LiveError(
            f"no spectrum arrived on port {receiver.port}{ignored}: is the Max for Live device on a track, and Live "
            "playing? `patchpilot live listen --device FOLDER` writes the device"
        )
    reference = None if like is None else bands_of(load(like))
    said, all_moves = [], []
    for name, sender in receiver.senders.items():
        found = hints(sender.levels_db, reference)
        all_moves += moves(found, name)
        levels = [round(float(level), 2) for level in sender.levels_db]
        said.append(
            {
                "name": name,
                "frames": sender.frames,
                "lost": sender.lost,
                "bands_hz": [round(c, 2) for c in CENTRES_HZ],
                "levels_db": levels,
                "hints": [{**dataclasses.asdict(hint), "text": hint.text} for hint in found],
            }
        )
    if out is not None:
        write_moves(all_moves, out)
    if as_json:
        click.echo(json.dumps(said))
        return
    for one in said:
        click.echo(f"{one['name']}: {one['frames']} spectra, {one['lost']} lost")
        for hint in one["hints"]:  # type: ignore[attr-defined]
            click.echo(f"  {hint['text']}")
        if not one["hints"]:
            click.echo("  nothing stands out")
