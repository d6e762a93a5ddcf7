"""One thing in Live that can be read, set and set back: a device's parameter, a track's fader, the song's tempo."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

from patchpilot.errors import LiveError
from patchpilot.live.wire import Message, Value, get, tell
from patchpilot.space.canonical import Json

Kind = Literal["parameter", "track", "send", "song"]
TRACK: dict[str, tuple[float, float, bool]] = {
    "volume": (0.0, 1.0, False),
    "panning": (-1.0, 1.0, False),
    "mute": (0.0, 1.0, True),
    "solo": (0.0, 1.0, True),
    "arm": (0.0, 1.0, True),
}
"""Of a track itself: lowest, highest, and whether it is a switch."""
SONG: dict[str, tuple[float, float, bool]] = {
    "tempo": (20.0, 999.0, False),
    "playing": (0.0, 1.0, True),
    "metronome": (0.0, 1.0, True),
    "loop": (0.0, 1.0, True),
    "loop_start": (0.0, 1e6, False),
    "loop_length": (0.0, 1e6, False),
    "current_song_time": (0.0, 1e6, False),
}
"""Of the song."""


@dataclass(frozen=True)
class Spot:
    """Where a value lies.

    Attributes:
        kind: of what it is.
        ids: track, device and parameter; track; track and send; or nothing. All from 0.
        track: name of the track, "" for the song.
        device: name of the device, "" for what is the track's own.
        class_name: of the device.
        parameter: Live's name of it.
        low: lowest number that Live stores.
        high: highest.
        is_quantized: whether only whole numbers mean something.
    """

    kind: Kind
    ids: tuple[int, ...]
    parameter: str
    track: str = ""
    device: str = ""
    class_name: str = ""
    low: float = 0.0
    high: float = 1.0
    is_quantized: bool = False

    @property
    def title(self) -> str:
        """For a user: "Lead, EQ Eight, 3 Gain A"."""
        return ", ".join(part for part in (self.track, self.device, self.parameter) if part) or "song"

    @property
    def getter(self) -> Message:
        """The question for what Live stores."""
        match self.kind:
            case "parameter":
                return get("/live/device/get/parameter/value", *self.ids)
            case "send":
                return get("/live/track/get/send", *self.ids)
            case "track":
                return get(f"/live/track/get/{self.parameter}", *self.ids)
            case _:
                return get(
                    f"/live/song/get/{'is_playing' if self.parameter == 'playing' else self.parameter}"
                )

    @property
    def texter(self) -> Message | None:
        """The question for what Live shows; only parameters of devices say that."""
        return get("/live/device/get/parameter/value_string", *self.ids) if self.kind == "parameter" else None

    def setter(self, value: float) -> Message:
        """What has Live store a number.

        Raises:
            LiveError: it is beyond the range; Live would refuse it.
        """
        if not self.low <= value <= self.high:
            raise LiveError(f"{self.title}: expected {self.low:g} to {self.high:g}, got {value:g}")
        said: Value = bool(round(value)) if self.is_quantized and self.kind in ("track", "song") else value
        match self.kind:
            case "parameter":
                return tell("/live/device/set/parameter/value", *self.ids, said)
            case "send":
                return tell("/live/track/set/send", *self.ids, said)
            case "track":
                return tell(f"/live/track/set/{self.parameter}", *self.ids, said)
            case _ if self.parameter == "playing":
                return tell("/live/song/start_playing" if said else "/live/song/stop_playing")
            case _:
                return tell(f"/live/song/set/{self.parameter}", said)

    def to_json(self) -> Json:
        """Plain JSON."""
        return {**dataclasses.asdict(self), "ids": list(self.ids)}


def spot_of(data: Json) -> Spot:
    """The inverse of `Spot.to_json`; raises `KeyError` or `TypeError` where it is damaged."""
    return Spot(**{**data, "ids": tuple(int(i) for i in data["ids"])})
