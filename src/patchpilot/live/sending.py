"""A match found with "ableton-wavetable", sent to a track that was prepared: a Wavetable and effects after it.

What Live stores is sent as it was found, options by their names. Afterwards Live's displays are compared with what the
stand-in took the same numbers for: where they differ, Live's curve is another one than was assumed, which is told; with
`as_shown` what the stand-in's display showed is looked for on Live's instead.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchpilot.errors import LiveError, ParameterError
from patchpilot.live.connection import Live
from patchpilot.live.finding import find_device, find_track
from patchpilot.live.journal import Entry
from patchpilot.live.session import Device, TrackState, read_session
from patchpilot.live.shown import read, told
from patchpilot.live.transaction import Applied, apply
from patchpilot.tracks.moves import RAW, UNITS, Move

_TOLERANCE = 0.03
"""Of a display's number, that is no other curve."""
_UNITS = {"degrees": "°", ": 1": ""}


@dataclass(frozen=True)
class Plan:
    """What is to be sent.

    Attributes:
        moves: for devices that are on: all that was found; for others the switch.
        meant: by device and parameter, what the stand-in's display showed, and its unit.
        devices: names of the devices that are on, in their order.
        off: names of those that are off.
        by_hand: what cannot be sent.
    """

    moves: tuple[Move, ...]
    meant: Mapping[tuple[str, str], tuple[float, str]]
    devices: tuple[str, ...]
    off: tuple[str, ...]
    by_hand: tuple[str, ...]


def plan(result: Path | str, rank: int, track: str, *, as_shown: bool = False) -> Plan:
    """The moves for one of the answers of `patchpilot match --instrument ableton-wavetable`.

    Args:
        result: `result.json`, or the folder that it is in.
        rank: of the answer, from 1.
        track: name of the prepared track.
        as_shown: whether displays are to agree, rather than stored numbers.

    Raises:
        ParameterError: it is no such result, or has no such answer.
        PluginError: the extra "racks" is not installed.
    """
    from patchpilot.instruments.rack.ableton import SYNTH
    from patchpilot.modules.collection.live_devices import BIG_8
    from patchpilot.modules.collection.live_wavetable import UNREACHABLE
    from patchpilot.modules.live_device import ON, live, shown

    values = _values(Path(result), rank)
    moves: list[Move] = []
    meant: dict[tuple[str, str], tuple[float, str]] = {}
    on: list[str] = []
    off: list[str] = []
    for node in (SYNTH, *BIG_8):
        module = live("live_voice" if node == SYNTH else node)
        device = module.device.name
        is_on = bool(round(values.get(f"{node}_{ON}", 0.0)))
        (on if is_on else off).append(device)
        switch = "On" if is_on else "Off"
        moves.append(
            Move(track, device, ON, option=switch) if as_shown else Move(track, device, ON, float(is_on), RAW)
        )
        for p, ours in zip(module.parameters[1:], module.device.parameters, strict=True) if is_on else ():
            value = values.get(f"{node}_{p.name}", p.default)
            if p.options:
                moves.append(Move(track, device, p.name, option=p.options[round(value - p.minimum)]))
                continue
            unit = _UNITS.get(ours.unit, ours.unit)
            number = shown(ours, value)
            meant[device, p.name] = number, unit
            raw = not as_shown or unit not in UNITS
            moves.append(Move(track, device, p.name, value if raw else number, RAW if raw else unit))
    return Plan(tuple(moves), meant, tuple(on), tuple(off), UNREACHABLE)


def send(
    live: Live, planned: Plan, track: str, *, place: Path | None = None, anyway: bool = False
) -> Applied:
    """Send a plan to its track, in one transaction.

    Parameters that this Live does not have are left out and told; a device that is off there and missing is no loss.

    Raises:
        LiveError: there is no such track, a device that is needed is not on it, or Live does not answer.
    """
    found = find_track(read_session(live), track)
    there = {name: device for name in (*planned.devices, *planned.off) if (device := _device(found, name))}
    missing = [name for name in planned.devices if name not in there]
    if missing:
        raise LiveError(
            f"track {found.name!r} is not prepared: it lacks {', '.join(missing)}. AbletonOSC cannot insert devices: "
            f"put on it, in this order, {', '.join(planned.devices)}, then send again"
        )
    moves = [move for move in planned.moves if move.device in there]
    done = apply(live, moves, place=place, partial=True, anyway=anyway)
    remarks = [*done.remarks, *_order(planned, there), *_curves(planned, done.journal.entries)]
    return Applied(done.journal, done.skipped, tuple(remarks))


def _values(path: Path, rank: int) -> dict[str, float]:
    file = path / "result.json" if path.is_dir() else path
    try:
        data: Any = json.loads(file.read_text(encoding="utf-8"))
        if data["instrument"] != "ableton_wavetable":
            raise ParameterError(
                f"{file} is of the instrument {data['instrument']!r}: expected a match with --instrument "
                "ableton-wavetable"
            )
        answers = {int(said["rank"]): said for said in data["matches"]}
        if rank not in answers:
            raise ParameterError(f"{file} has no answer of rank {rank}, only {', '.join(map(str, answers))}")
        return {str(said["name"]): float(said["value"]) for said in answers[rank]["parameters"]}
    except OSError as error:
        raise ParameterError(f"cannot read {file}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, ParameterError):
            raise
        raise ParameterError(f"{file} is no result of `patchpilot match`: {error!r}") from None


def _device(track: TrackState, name: str) -> Device | None:
    try:
        return find_device(track, name)
    except LiveError as error:
        if "has no device" in str(error):
            return None
        raise


def _order(planned: Plan, there: Mapping[str, Device]) -> list[str]:
    places = [there[name].index for name in planned.devices]
    if places == sorted(places):
        return []
    now = " → ".join(sorted(planned.devices, key=lambda name: there[name].index))
    return [f"the devices stand as {now}; the match means {' → '.join(planned.devices)}: move them by hand"]


def _curves(planned: Plan, entries: Sequence[Entry]) -> list[str]:
    """Displays that show something else than the stand-in took the same number for."""
    meant = {(device.casefold(), name): value for (device, name), value in planned.meant.items()}
    asked = {(move.device.casefold(), move.parameter): move for move in planned.moves}
    odd: list[str] = []
    for key, (number, unit) in meant.items():
        move = asked[key]
        entry = next((e for e in entries if not e.is_side and _is_of(e, move)), None)
        if entry is None or not entry.after_text:
            continue
        shown = read(entry.after_text)
        goal, base = told(number, unit)
        if shown.number is None or (base and shown.unit and base != shown.unit):
            continue
        close = max(shown.step, _TOLERANCE * abs(goal), 0.5 if unit in ("dB", "%") else 0.0)
        if not math.isfinite(shown.number) or abs(shown.number - goal) > close:
            odd.append(
                f"{move.device}, {move.parameter}: Live shows {entry.after_text}, meant was {number:.4g} {unit}"
            )
    if not odd:
        return []
    return [
        f"{len(odd)} knobs have another curve in this Live than was assumed; --as-shown sets what was meant:",
        *(f"  {text}" for text in odd),
    ]


def _is_of(entry: Entry, move: Move) -> bool:
    from patchpilot.live.names import CLASSES, matches

    is_device = CLASSES.get(move.device) == entry.spot.class_name
    return is_device and bool(matches(move.parameter, [entry.spot.parameter]))
