"""What a set holds, asked for in bulk: tracks, their mixer, their devices; and parameters of devices when needed.

Questions go by track and device, never for the whole set in one: such a reply may be longer than a datagram, and one
track that lacks a property loses the whole of it.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from patchpilot.errors import LiveError
from patchpilot.live.connection import Live
from patchpilot.live.link import Answer, Link, Refusal
from patchpilot.live.wire import get

_TRACK = ("name", "volume", "panning", "mute", "solo", "has_midi_input")
_LISTS = ("devices/name", "devices/class_name", "devices/type")
_SONG = ("tempo", "is_playing", "num_tracks", "num_scenes", "signature_numerator", "signature_denominator")
_BULK = ("name", "value", "min", "max", "is_quantized")
KINDS = {1: "effect", 2: "instrument", 4: "MIDI effect"}
"""Live's types of devices."""
Place = tuple[int, int]
"""Track and device, from 0."""


@dataclass(frozen=True)
class Device:
    """A device on a track.

    Attributes:
        track: of the track, from 0.
        index: on the track, from 0.
        name: as the user sees it, and may change it.
        class_name: "Eq8", "InstrumentVector": the same whatever it is called.
        kind: "effect", "instrument" or "MIDI effect", "" where Live says something else.
    """

    track: int
    index: int
    name: str
    class_name: str
    kind: str = ""


@dataclass(frozen=True)
class TrackState:
    """A track as it is.

    Attributes:
        index: from 0.
        name: as the user sees it.
        volume: 0..1, 0.85 is 0 dB; None where it has none.
        panning: -1..1.
        mute: whether it is off.
        solo: whether it is soloed.
        takes_midi: whether clips on it hold notes.
        devices: in order.
    """

    index: int
    name: str
    volume: float | None = None
    panning: float | None = None
    mute: bool = False
    solo: bool = False
    takes_midi: bool = False
    devices: tuple[Device, ...] = ()


@dataclass(frozen=True)
class Session:
    """A set as it is.

    Attributes:
        version: of Live.
        tempo_bpm: beats a minute.
        is_playing: whether the transport runs.
        n_scenes: rows of clips.
        signature: beats of a bar, and of what note.
        tracks: in order; the main and return tracks are out of reach.
    """

    version: tuple[int, int]
    tempo_bpm: float
    is_playing: bool
    n_scenes: int
    signature: tuple[int, int]
    tracks: tuple[TrackState, ...] = field(default=())

    @property
    def names(self) -> tuple[str, ...]:
        """Of the tracks."""
        return tuple(track.name for track in self.tracks)


@dataclass(frozen=True)
class ParameterState:
    """A parameter of a device.

    Attributes:
        index: on the device, from 0, where "Device On" is.
        name: Live's.
        value: what Live stores.
        low: lowest that it stores.
        high: highest.
        is_quantized: whether only whole numbers mean something.
    """

    index: int
    name: str
    value: float
    low: float
    high: float
    is_quantized: bool


def read_session(live: Live) -> Session:
    """Everything about a set but the parameters of its devices.

    Raises:
        LiveError: Live does not answer, or says something that makes no set.
    """
    song = dict(zip(_SONG, live.link.ask([get(f"/live/song/get/{name}") for name in _SONG]), strict=True))
    n_tracks = int(_one(song["num_tracks"], "the number of tracks"))
    names = [*_TRACK, *_LISTS]
    questions = [get(f"/live/track/get/{name}", k) for k in range(n_tracks) for name in names]
    answers = live.link.ask(questions)
    tracks = tuple(
        _track(k, dict(zip(names, answers[k * len(names) : (k + 1) * len(names)], strict=True)))
        for k in range(n_tracks)
    )
    return Session(
        version=live.version,
        tempo_bpm=float(_one(song["tempo"], "the tempo")),
        is_playing=bool(_one(song["is_playing"], "whether it plays")),
        n_scenes=int(_one(song["num_scenes"], "the number of scenes")),
        signature=(int(_or(song["signature_numerator"], 4)), int(_or(song["signature_denominator"], 4))),
        tracks=tracks,
    )


def track_names(link: Link) -> tuple[str, ...]:
    """Of all tracks, to tell one set from another; raises `LiveError`."""
    (count,) = link.ask([get("/live/song/get/num_tracks")])
    n = int(_one(count, "the number of tracks"))
    return tuple(str(_or(a, "")) for a in link.ask([get("/live/track/get/name", k) for k in range(n)]))


def read_parameters(live: Live, places: Iterable[Place]) -> Mapping[Place, tuple[ParameterState, ...]]:
    """All parameters of some devices.

    A list that is too long for a datagram is asked for one by one; ranges, which cannot be, are then taken from the
    description of the set that Live writes to a file, where that is this machine.

    Raises:
        LiveError: Live does not answer, or there is no such device.
    """
    wanted = list(dict.fromkeys(places))
    questions = [get(f"/live/device/get/parameters/{name}", *place) for place in wanted for name in _BULK]
    answers = live.link.ask(questions)
    found = {}
    for k, place in enumerate(wanted):
        whole = _whole(live, place, dict(zip(_BULK, answers[k * len(_BULK) :], strict=False)))
        if len({len(values) for values in whole.values()}) != 1:
            raise LiveError(
                f"device {place[1] + 1} of track {place[0] + 1} says different numbers of parameters: it was changed "
                "while it was read; try again"
            )
        found[place] = tuple(
            ParameterState(i, str(n), float(v), float(lo), float(hi), bool(q))
            for i, (n, v, lo, hi, q) in enumerate(zip(*(whole[name] for name in _BULK), strict=True))
        )
    return found


def _whole(live: Live, place: Place, bulk: Mapping[str, Answer]) -> dict[str, Sequence[Any]]:
    """Lists that came, and in place of those that did not their items one by one."""
    whole: dict[str, Sequence[Any]] = {n: a for n, a in bulk.items() if not isinstance(a, Refusal)}
    if len(whole) == len(bulk):
        return whole
    (count,) = live.link.ask([get("/live/device/get/num_parameters", *place)])
    if isinstance(count, Refusal):
        raise LiveError(
            f"there is no device {place[1] + 1} on track {place[0] + 1} any more"
            + (f" ({count.text})" if count.text else "")
        )
    n = int(count[0])
    for name in bulk:
        if name in whole:
            continue
        if name in ("name", "value"):
            address = f"/live/device/get/parameter/{name}"
            single = live.link.ask([get(address, *place, i) for i in range(n)])
            whole[name] = [_one(a, f"parameter {i} of a device") for i, a in enumerate(single)]
        else:
            whole[name] = [said[name] for said in _written(live, place)]
    return whole


def _written(live: Live, place: Place) -> list[dict[str, Any]]:
    """Parameters of a device from the file that Live writes about its set."""
    path = Path(tempfile.gettempdir()) / "abletonosc-song-structure.json"
    before = time.time()
    (answer,) = live.link.ask([get("/live/song/export/structure")])
    try:
        if isinstance(answer, Refusal) or path.stat().st_mtime < before - 2.0:
            raise ValueError("it was not written here")
        tracks = json.loads(path.read_text(encoding="utf-8"))["tracks"]
        parameters: list[dict[str, Any]] = tracks[place[0]]["devices"][place[1]]["parameters"]
        return parameters
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise LiveError(
            f"device {place[1] + 1} of track {place[0] + 1} has too many parameters for a reply of AbletonOSC, and the "
            f"file {path} that it writes instead cannot be used ({error})"
        ) from None


def _track(index: int, said: Mapping[str, Answer]) -> TrackState:
    names, classes, types = (() if isinstance(said[name], Refusal) else said[name] for name in _LISTS)
    devices = tuple(
        Device(index, k, str(name), str(kind), KINDS.get(type_, ""))
        for k, (name, kind, type_) in enumerate(zip(names, classes, types, strict=False))  # type: ignore[arg-type]
    )
    volume, panning = _or(said["volume"], None), _or(said["panning"], None)
    return TrackState(
        index=index,
        name=str(_one(said["name"], f"the name of track {index + 1}")),
        volume=None if volume is None else float(volume),
        panning=None if panning is None else float(panning),
        mute=bool(_or(said["mute"], False)),
        solo=bool(_or(said["solo"], False)),
        takes_midi=bool(_or(said["has_midi_input"], False)),
        devices=devices,
    )


def _one(answer: Answer, what: str) -> Any:
    if isinstance(answer, Refusal) or not answer:
        reason = f": {answer.text}" if isinstance(answer, Refusal) and answer.text else ""
        raise LiveError(
            f"Live does not say {what}{reason}; the set may have changed while it was read: try again"
        )
    return answer[0]


def _or(answer: Answer, default: Any) -> Any:
    """The first value, the default where there is none."""
    if isinstance(answer, Refusal) or not answer or answer[0] is None:
        return default
    return answer[0]
