"""`patchpilot live status`: what this Live holds."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import click

from patchpilot.cli._live import connected, json_option, live_options

if TYPE_CHECKING:
    from patchpilot.live.parameters import ParameterState
    from patchpilot.live.session import Session


@click.command("status")
@click.option("--track", help="List the parameters of a track's devices, too.")
@click.option("--device", help="Of one of its devices only.")
@live_options
@json_option
def command(track: str | None, device: str | None, as_json: bool, **options: Any) -> None:
    """Say what is in the set that is open, what can be undone, and what AbletonOSC cannot do.

    With --track and --device it lists parameters by Live's names, with what Live stores and its range: the names that
    moves use.
    """
    from patchpilot.live import journal
    from patchpilot.live.finding import find_device, find_track
    from patchpilot.live.offline import limits
    from patchpilot.live.parameters import read_parameters
    from patchpilot.live.session import read_session

    with connected(options) as live:
        session = read_session(live)
        known: dict[str, tuple[ParameterState, ...]] = {}
        if track is not None:
            found = find_track(session, track)
            wanted = found.devices if device is None else (find_device(found, device),)
            places = read_parameters(live, [(d.track, d.index) for d in wanted])
            known = {f"{found.name}, {d.name}": places[d.track, d.index] for d in wanted}
        open_ = journal.unfinished(journal.folder(options["journal"]))
        if as_json:
            said = {
                "live": list(live.version),
                "session": dataclasses.asdict(session),
                "parameters": {name: [dataclasses.asdict(p) for p in all_] for name, all_ in known.items()},
                "undo": [{"transaction": j.number, "state": j.state, "moves": len(j.moves)} for j in open_],
                "cannot": list(live.cannot),
                "extras": list(live.extras),
            }
            click.echo(json.dumps(said))
            return
        _show(session)
        for name, parameters in known.items():
            click.echo(name)
            for p in parameters:
                kind = " (whole)" if p.is_quantized else ""
                click.echo(f"  {p.name:<32} {p.value:<12g} {p.low:g} to {p.high:g}{kind}")
        for one in open_:
            click.echo(f"can be undone: transaction {one.number}, {len(one.moves)} moves, {one.state}")
        if not known:
            click.echo(limits())
        if live.extras:
            click.echo(f"this AbletonOSC also says that it can {', '.join(live.extras)}; that is not used")


def _show(session: Session) -> None:
    major, minor = session.version
    state = "playing" if session.is_playing else "stopped"
    beats, note = session.signature
    click.echo(
        f"Live {major}.{minor}, {session.tempo_bpm:g} BPM, {beats}/{note}, {state}, {session.n_scenes} scenes"
    )
    for track in session.tracks:
        marks = "".join(mark for mark, on in ((" muted", track.mute), (" solo", track.solo)) if on)
        volume = "" if track.volume is None else f" volume {track.volume:.2f}"
        click.echo(f"#{track.index + 1} {track.name}{volume}{marks}")
        for device in track.devices:
            click.echo(f"    {device.name} ({device.class_name})")
