"""From names to places: which track, device and parameter of this set a move means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from patchpilot.errors import LiveError
from patchpilot.live.connection import Live
from patchpilot.live.names import CLASSES, matches, near
from patchpilot.live.parameters import ParameterState, Place, read_parameters
from patchpilot.live.session import Device, Session, TrackState
from patchpilot.live.spot import SONG as SONG_SPOTS
from patchpilot.live.spot import TRACK as TRACK_SPOTS
from patchpilot.live.spot import Spot
from patchpilot.tracks.moves import MIXER, SONG, Move

_T = TypeVar("_T")
_OUT_OF_REACH = ("main", "master", "return", "returns")
_MIXER_WORDS = {"pan": "panning", "fader": "volume", "gain": "volume", "level": "volume", "record": "arm"}


def find_track(session: Session, name: str) -> TrackState:
    """A track by its name, or "#3" for the third.

    Raises:
        LiveError: there is none, or there are several.
    """
    if number := re.fullmatch(r"#(\d+)", name.strip()):
        k = int(number[1])
        if not 1 <= k <= len(session.tracks):
            raise LiveError(f"expected a track from #1 to #{len(session.tracks)}, got {name}")
        return session.tracks[k - 1]
    found = matches(name, session.names)
    if not found:
        if name.strip().casefold().split(" ")[0] in _OUT_OF_REACH:
            raise LiveError(
                f"track {name!r}: AbletonOSC does not reach the main track and return tracks; turn it by hand, or put "
                "the devices on a group of all tracks"
            )
        listed = ", ".join(map(repr, session.names)) or "none"
        raise LiveError(f"this set has no track {name!r}{near(name, session.names)} There are: {listed}")
    if len(found) > 1:
        numbers = ", ".join(f"#{k + 1}" for k in found)
        raise LiveError(f"{len(found)} tracks are called {name!r}: say which, by its number ({numbers})")
    return session.tracks[found[0]]


def find_device(track: TrackState, name: str) -> Device:
    """A device on a track by what the user, the browser or Live's API calls it; "EQ Eight #2" for the second.

    Raises:
        LiveError: there is none, or there are several.
    """
    number = re.fullmatch(r"(.*?)\s*#(\d+)", name.strip())
    wanted = number[1] if number else name.strip()
    class_name = CLASSES.get(next((known for known in CLASSES if matches(wanted, [known])), ""), wanted)
    found = [track.devices[k] for k in matches(wanted, [d.name for d in track.devices])] if wanted else []
    # A user's "EQ Eight" that was renamed still counts, but never before what bears the name.
    found = found or [d for d in track.devices if d.class_name.casefold() == class_name.casefold()]
    if number:
        if wanted and 1 <= int(number[2]) <= len(found):
            return found[int(number[2]) - 1]
        if not wanted and 1 <= int(number[2]) <= len(track.devices):
            return track.devices[int(number[2]) - 1]
        found = []
    if len(found) == 1:
        return found[0]
    listed = ", ".join(repr(device.name) for device in track.devices) or "none"
    if not found:
        raise LiveError(
            f"track {track.name!r} has no device {name!r}; there are: {listed}. AbletonOSC cannot insert devices: drag "
            "one onto the track, then try again"
        )
    raise LiveError(f"track {track.name!r} has {len(found)} of {name!r}: say which, as in '{wanted} #2'")


def find_parameter(parameters: Sequence[ParameterState], name: str, where: str) -> ParameterState:
    """A parameter by a name that any version of Live has for it.

    Raises:
        LiveError: there is none, or there are several.
    """
    names = [parameter.name for parameter in parameters]
    found = matches(name, names)
    if len(found) == 1:
        return parameters[found[0]]
    if not found:
        raise LiveError(
            f"{where} has no parameter {name!r}{near(name, names)} Names differ between versions of Live; "
            f"`patchpilot live status --device` lists those of this one"
        )
    listed = ", ".join(repr(names[k]) for k in found)
    raise LiveError(f"{where}: {name!r} may be {listed}: write it in full")


def find_spots(live: Live, session: Session, moves: Sequence[Move]) -> list[Spot | LiveError]:
    """Where each move goes, or why it goes nowhere; parameters of all devices are read at once.

    Raises:
        LiveError: Live does not answer.
    """
    devices: list[Device | Spot | LiveError] = [_tried(partial(_place, session, move)) for move in moves]
    places: list[Place] = [(d.track, d.index) for d in devices if isinstance(d, Device)]
    known = read_parameters(live, places) if places else {}
    found: list[Spot | LiveError] = []
    for move, device in zip(moves, devices, strict=True):
        if isinstance(device, Device):
            found.append(_tried(partial(_parameter, session, known, device, move.parameter)))
        else:
            found.append(device)
    return found


def _tried(what: Callable[[], _T]) -> _T | LiveError:
    try:
        return what()
    except LiveError as error:
        return error


def _place(session: Session, move: Move) -> Device | Spot:
    if move.device == SONG:
        if move.parameter not in SONG_SPOTS:
            raise LiveError(f"the song has no {move.parameter!r}, only {', '.join(SONG_SPOTS)}")
        low, high, switch = SONG_SPOTS[move.parameter]
        return Spot("song", (), move.parameter, low=low, high=high, is_quantized=switch)
    track = find_track(session, move.track)
    return _mixer(track, move.parameter) if move.device == MIXER else find_device(track, move.device)


def _mixer(track: TrackState, name: str) -> Spot:
    said = name.strip().casefold()
    said = _MIXER_WORDS.get(said, said)
    if send := re.fullmatch(r"send ([a-l])", said):
        return Spot("send", (track.index, ord(send[1]) - ord("a")), f"send {send[1].upper()}", track.name)
    if said not in TRACK_SPOTS:
        raise LiveError(
            f"a track's mixer has no {name!r}, only {', '.join(TRACK_SPOTS)} and 'send A' to 'send L'"
        )
    low, high, switch = TRACK_SPOTS[said]
    return Spot("track", (track.index,), said, track.name, low=low, high=high, is_quantized=switch)


def _parameter(
    session: Session, known: Mapping[Place, Sequence[ParameterState]], device: Device, name: str
) -> Spot:
    track = session.tracks[device.track].name
    found = find_parameter(known[device.track, device.index], name, f"{track}, {device.name}")
    return Spot(
        "parameter",
        (device.track, device.index, found.index),
        found.name,
        track,
        device.name,
        device.class_name,
        found.low,
        found.high,
        found.is_quantized,
    )
