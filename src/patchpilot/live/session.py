"""What a set holds, asked for in bulk: tracks, their mixer, and their devices (for those, see `parameters`).

Questions go by track and device, never for the whole set in one: such a reply may be longer than a datagram, and one
track that lacks a property loses the whole of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from patchpilot.live.answers import Answer, Refusal, one, one_or
from patchpilot.live.connection import Live
from patchpilot.live.link import Link
from patchpilot.live.wire import get

_TRACK = ("name", "volume", "panning", "mute", "solo", "has_midi_input")
_LISTS = ("devices/name", "devices/class_name", "devices/type")
_SONG = ("tempo", "is_playing", "num_tracks", "num_scenes", "signature_numerator", "signature_denominator")
KINDS = {1: "effect", 2: "instrument", 4: "MIDI effect"}
"""Live's types of devices."""


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


def read_session(live: Live) -> Session:
    """Everything about a set but the parameters of its devices.

    Raises:
        LiveError: Live does not answer, or says something that makes no set.
    """
    song = dict(zip(_SONG, live.link.ask([get(f"/live/song/get/{name}") for name in _SONG]), strict=True))
    n_tracks = int(one(song["num_tracks"], "the number of tracks"))
    names = [*_TRACK, *_LISTS]
    questions = [get(f"/live/track/get/{name}", k) for k in range(n_tracks) for name in names]
    answers = live.link.ask(questions)
    tracks = tuple(
        _track(k, dict(zip(names, answers[k * len(names) : (k + 1) * len(names)], strict=True)))
        for k in range(n_tracks)
    )
    return Session(
        version=live.version,
        tempo_bpm=float(one(song["tempo"], "the tempo")),
        is_playing=bool(one(song["is_playing"], "whether it plays")),
        n_scenes=int(one(song["num_scenes"], "the number of scenes")),
        signature=(
            int(one_or(song["signature_numerator"], 4)),
            int(one_or(song["signature_denominator"], 4)),
        ),
        tracks=tracks,
    )


def track_names(link: Link) -> tuple[str, ...]:
    """Of all tracks, to tell one set from another; raises `LiveError`."""
    (count,) = link.ask([get("/live/song/get/num_tracks")])
    n = int(one(count, "the number of tracks"))
    return tuple(str(one_or(a, "")) for a in link.ask([get("/live/track/get/name", k) for k in range(n)]))


def _track(index: int, said: Mapping[str, Answer]) -> TrackState:
    names, classes, types = (() if isinstance(said[name], Refusal) else said[name] for name in _LISTS)
    devices = tuple(
        Device(index, k, str(name), str(kind), KINDS.get(type_, ""))
        for k, (name, kind, type_) in enumerate(zip(names, classes, types, strict=False))  # type: ignore[arg-type]
    )
    volume, panning = one_or(said["volume"], None), one_or(said["panning"], None)
    return TrackState(
        index=index,
        name=str(one(said["name"], f"the name of track {index + 1}")),
        volume=None if volume is None else float(volume),
        panning=None if panning is None else float(panning),
        mute=bool(one_or(said["mute"], False)),
        solo=bool(one_or(said["solo"], False)),
        takes_midi=bool(one_or(said["has_midi_input"], False)),
        devices=devices,
    )
