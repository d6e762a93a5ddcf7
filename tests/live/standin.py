"""A stand-in for AbletonOSC: its address space, its look ten times a second, its silence, its errors, its limits.

    with StandIn(demo()) as server:
        live = connect(port=server.port, reply_port=server.reply_port)

What it copies of the real one: replies go to one fixed port, whoever asks; setters and methods say nothing; a failing
message tells "/live/error" without saying which it was, and puts off all that waits behind it to the next look; an
unknown address is told and puts off nothing; a reply too long for the system is an error; values are not clamped.
Written from how the real one behaves; it shares no code with what it tests but the bytes of OSC messages.
"""

from __future__ import annotations

import contextlib
import json
import random
import re
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from tests.live import addresses
from tests.live.liveset import LiveSet, Note

Params = Sequence[Any]
Handler = Callable[[Params], tuple[Any, ...] | None]
TICK_S = 0.1
LINUX_LIMIT = 65_507
MAC_LIMIT = 9_216


class StandIn:
    """A Live with one set, in a thread.

    Args:
        song: what is open.
        port: where it listens; the system chooses one for 0.
        reply_port: where it answers to; the system chooses a free one for 0.
        tick_s: time between looks.
        drop: share of the datagrams that are lost, each way.
        limit: longest reply in bytes.
        seed: of what is lost.
        echoes: whether questions about the song repeat what comes with them, as the real one does.
    """

    def __init__(
        self,
        song: LiveSet,
        *,
        port: int = 0,
        reply_port: int = 0,
        tick_s: float = TICK_S,
        drop: float = 0.0,
        limit: int = LINUX_LIMIT,
        seed: int = 0,
        echoes: bool = True,
    ) -> None:
        self.song, self.tick_s, self.drop, self.limit, self.echoes = song, tick_s, drop, limit, echoes
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self.socket.bind(("127.0.0.1", port))
        except OSError:  # a second Live on this machine: its AbletonOSC stays silent
            self.socket.close()
            raise
        self.socket.setblocking(False)
        self.port: int = self.socket.getsockname()[1]
        self.reply_port = reply_port or _free_port()
        self.received: list[tuple[str, tuple[Any, ...]]] = []
        self.before_message: Callable[[str, Params], None] = lambda _address, _params: None
        self.in_bundle = False
        self._dice = random.Random(seed)
        self._client = "127.0.0.1"
        self._handlers = self._made()
        self._listening: dict[tuple[str, tuple[Any, ...]], Any] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """As when Live is closed: silence, and a free port."""
        self._stop.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()
        self.socket.close()

    @property
    def addresses(self) -> set[str]:
        return set(self._handlers)

    def _run(self) -> None:
        while not self._stop.wait(self.tick_s):
            self.tick()

    def tick(self) -> None:
        """One look at what waits, until nothing does or something fails."""
        try:
            while not self._stop.is_set():
                data, sender = self.socket.recvfrom(65_536)
                self._client = sender[0]
                if self._dice.random() >= self.drop:
                    self._parse(data)
        except BlockingIOError:
            pass
        except OSError as error:
            self._error(f"Socket error: {error}")
        except Exception as error:
            self._error(f"Error handling OSC message: {error}")

    def _parse(self, data: bytes) -> None:
        try:
            is_bundle = OscBundle.dgram_is_bundle(data)
            messages = [item.dgram for item in OscBundle(data)] if is_bundle else [data]
            parsed = [OscMessage(message) for message in messages]
        except Exception as error:  # the real one logs a traceback
            self._error(f"Error parsing OSC message: {error}")
            return
        self.in_bundle = is_bundle
        for message in parsed:
            self._process(message.address, list(message.params))

    def _process(self, address: str, params: Params) -> None:
        self.received.append((address, tuple(params)))
        self.before_message(address, params)
        if address in self._handlers:
            made = self._handlers[address](params)
            self._push()
            if made is not None:
                self.send(address, made)
        elif "*" in address:
            pattern = re.compile(address.replace("*", "[^/]+"))
            for known, handler in self._handlers.items():
                if pattern.match(known):
                    try:
                        made = handler(params)
                    except (ValueError, AttributeError):
                        continue
                    if made is not None:
                        self.send(known, made)
        else:
            self._error(f"Unknown OSC address: {address}")

    def send(self, address: str, values: Sequence[Any]) -> None:
        """A reply, to whoever asked last."""
        builder = OscMessageBuilder(address)
        for value in values:
            builder.add_arg(value)
        data = builder.build().dgram
        if len(data) > self.limit:
            raise OSError(90, "Message too long")
        if self._dice.random() >= self.drop:
            self.socket.sendto(data, (self._client, self.reply_port))

    def _error(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self.send("/live/error", (text,))

    def _push(self) -> None:
        """Listeners hear of what changed."""
        for (address, ids), last in list(self._listening.items()):
            try:
                now = self._handlers[address](list(ids))
            except Exception:
                continue
            if now is not None and now != last:
                self._listening[address, ids] = now
                self.send(address, now)
                if address == "/live/device/get/parameter/value":
                    self.send(f"{address}_string", self._handlers[f"{address}_string"](ids) or ())

    # What it answers

    def _made(self) -> dict[str, Handler]:
        found: dict[str, Handler] = dict.fromkeys(addresses.ALL, self._nothing)
        found |= {
            f"/live/song/get/{n}": partial(self._song_get, n) for n in addresses.SONG_RW + addresses.SONG_R
        }
        found |= {f"/live/song/set/{n}": partial(self._set, self._song, n) for n in addresses.SONG_RW}
        kinds: dict[str, tuple[Callable[[Params], Any], int, list[str], list[str]]] = {
            "track": (self._track, 1, addresses.TRACK_R, addresses.TRACK_RW),
            "clip": (self._clip, 2, addresses.CLIP_R, addresses.CLIP_RW),
            "clip_slot": (self._slot, 2, addresses.SLOT_R, addresses.SLOT_RW),
            "device": (self._device, 2, ["name", "class_name", "type"], []),
        }
        for kind, (find, n, readable, writable) in kinds.items():
            for name in readable + writable:
                found[f"/live/{kind}/get/{name}"] = partial(self._get, find, n, name)
            found |= {f"/live/{kind}/set/{name}": partial(self._set, find, name) for name in writable}
        for name in ("name", "value", "min", "max", "is_quantized"):
            found[f"/live/device/get/parameters/{name}"] = partial(self._all, name)
        for verb, handler in (("start_listen", self._listen), ("stop_listen", self._unlisten)):
            for address in (a for a in list(found) if f"/{verb}/" in a):
                found[address] = partial(handler, address.replace(f"/{verb}/", "/get/"))
        return found | self._own()

    def _own(self) -> dict[str, Handler]:
        song = self.song
        return {
            "/live/test": lambda _: self.send("/live/test", ("ok",)),
            "/live/application/get/version": lambda _: song.version,
            "/live/song/get/num_tracks": lambda _: (len(song.tracks),),
            "/live/song/get/num_scenes": lambda _: (song.scenes,),
            "/live/song/get/track_names": self._track_names,
            "/live/song/get/track_data": self._track_data,
            "/live/song/export/structure": self._export,
            "/live/song/start_playing": lambda _: setattr(song, "is_playing", True),
            "/live/song/continue_playing": lambda _: setattr(song, "is_playing", True),
            "/live/song/stop_playing": lambda _: setattr(song, "is_playing", False),
            "/live/song/delete_track": lambda p: song.tracks.__delitem__(int(p[0])),
            "/live/track/get/volume": partial(self._mixer_get, "volume"),
            "/live/track/get/panning": partial(self._mixer_get, "panning"),
            "/live/track/set/volume": partial(self._mixer_set, "volume"),
            "/live/track/set/panning": partial(self._mixer_set, "panning"),
            "/live/track/get/send": lambda p: (int(p[0]), p[1], self._track(p).sends[p[1]].value),
            "/live/track/set/send": lambda p: setattr(self._track(p).sends[p[1]], "value", p[2]),
            "/live/track/get/num_devices": lambda p: (int(p[0]), len(self._track(p).devices)),
            **{
                f"/live/track/get/devices/{name}": partial(self._devices, name)
                for name in ("name", "class_name", "type", "can_have_chains")
            },
            "/live/track/get/clips/name": lambda p: (
                int(p[0]),
                *(slot.clip.name if slot.clip else None for slot in self._track(p).clip_slots),
            ),
            "/live/device/get/num_parameters": lambda p: (*_ids(p, 2), len(self._device(p).parameters)),
            "/live/device/set/parameters/value": self._set_all,
            "/live/device/get/parameter/name": lambda p: (*_ids(p, 3), self._parameter(p).name),
            "/live/device/get/parameter/value": lambda p: (*_ids(p, 3), self._parameter(p).value),
            "/live/device/get/parameter/value_string": lambda p: (
                *_ids(p, 3),
                self._parameter(p).str_for_value(self._parameter(p).value),
            ),
            "/live/device/set/parameter/value": lambda p: setattr(self._parameter(p), "value", p[3]),
            "/live/clip_slot/create_clip": lambda p: self._slot(p).create_clip(*p[2:]),
            "/live/clip_slot/delete_clip": lambda p: self._slot(p).delete_clip(),
            "/live/clip/get/notes": self._notes,
            "/live/clip/add/notes": self._add_notes,
            "/live/clip/remove/notes": lambda p: self._clip(p).notes.clear(),
        }

    def _nothing(self, _params: Params) -> None:
        """A method that changes nothing which anybody looks at here."""

    def _song(self, _params: Params) -> LiveSet:
        return self.song

    def _song_get(self, name: str, params: Params) -> tuple[Any, ...]:
        value = getattr(self.song, name, 0)
        return (value, *params) if self.echoes else (value,)

    def _track(self, params: Params) -> Any:
        return self.song.tracks[int(params[0])]

    def _device(self, params: Params) -> Any:
        return self._track(params).devices[int(params[1])]

    def _parameter(self, params: Params) -> Any:
        return self._device(params).parameters[int(params[2])]

    def _slot(self, params: Params) -> Any:
        return self._track(params).clip_slots[int(params[1])]

    def _clip(self, params: Params) -> Any:
        return self._slot(params).clip

    def _get(self, find: Callable[[Params], Any], n: int, name: str, params: Params) -> tuple[Any, ...]:
        try:
            value = getattr(find(params), name)
        except RuntimeError:
            value = None
        return (*_ids(params, n), value, *params[n:])

    def _set(self, find: Callable[[Params], Any], name: str, params: Params) -> None:
        found = find(params)
        getattr(found, name)
        setattr(found, name, params[-1])

    def _mixer_get(self, name: str, params: Params) -> tuple[Any, ...]:
        return int(params[0]), getattr(self._track(params), name).value

    def _mixer_set(self, name: str, params: Params) -> None:
        getattr(self._track(params), name).value = params[1]

    def _devices(self, name: str, params: Params) -> tuple[Any, ...]:
        return (int(params[0]), *(getattr(device, name) for device in self._track(params).devices))

    def _all(self, name: str, params: Params) -> tuple[Any, ...]:
        return (*_ids(params, 2), *(getattr(p, name) for p in self._device(params).parameters))

    def _set_all(self, params: Params) -> None:
        for k, value in enumerate(params[2:]):
            self._device(params).parameters[k].value = value

    def _track_names(self, params: Params) -> tuple[Any, ...]:
        first, last = params if params else (0, len(self.song.tracks))
        return tuple(
            self.song.tracks[k].name for k in range(first, len(self.song.tracks) if last == -1 else last)
        )

    def _track_data(self, params: Params) -> tuple[Any, ...]:
        first, last, *names = params
        found: list[Any] = []
        for track in self.song.tracks[int(first) : len(self.song.tracks) if last == -1 else int(last)]:
            for kind, name in (said.split(".") for said in names):
                if kind == "track":
                    found.append(getattr(track, name))
                elif kind == "device":
                    found += [getattr(device, name) for device in track.devices]
                elif kind == "clip":
                    found += [getattr(slot.clip, name) if slot.clip else None for slot in track.clip_slots]
        return tuple(found)

    def _export(self, _params: Params) -> tuple[Any, ...]:
        tracks = [
            {
                "index": k,
                "name": track.name,
                "devices": [
                    {
                        "class_name": device.class_name,
                        "type": device.type,
                        "name": device.name,
                        "parameters": [
                            {
                                "name": p.name,
                                "value": p.value,
                                "min": p.min,
                                "max": p.max,
                                "is_quantized": p.is_quantized,
                            }
                            for p in device.parameters
                        ],
                    }
                    for device in track.devices
                ],
            }
            for k, track in enumerate(self.song.tracks)
        ]
        path = Path(tempfile.gettempdir()) / "abletonosc-song-structure.json"
        path.write_text(json.dumps({"tracks": tracks}))
        return (1,)

    def _notes(self, params: Params) -> tuple[Any, ...]:
        pitch, span, start, length = params[2:] or (0, 127, -8192, 16_384)
        found: list[Any] = []
        for note in self._clip(params).notes:
            if pitch <= note.pitch < pitch + span and start <= note.start_time < start + length:
                found += [note.pitch, note.start_time, note.duration, note.velocity, note.mute]
        return (*_ids(params, 2), *found)

    def _add_notes(self, params: Params) -> None:
        clip = self._clip(params)
        for k in range(2, len(params), 5):
            pitch, start, duration, velocity, mute = params[k : k + 5]
            same = [note for note in clip.notes if (note.pitch, note.start_time) == (pitch, start)]
            for note in same:  # Live keeps the newer of two notes in one place
                clip.notes.remove(note)
            clip.notes.append(Note(pitch, start, duration, velocity, mute))

    def _listen(self, address: str, params: Params) -> None:
        now = self._handlers[address](params)
        self._listening[address, tuple(params)] = now
        if now is not None:
            self.send(address, now)

    def _unlisten(self, address: str, params: Params) -> None:
        self._listening.pop((address, tuple(params)), None)


def _ids(params: Params, n: int) -> tuple[int, ...]:
    return tuple(int(value) for value in params[:n])


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def wait_for(what: Callable[[], bool], seconds: float = 5.0) -> None:
    """Until something is so; fails after some time."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.005)
