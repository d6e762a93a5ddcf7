"""Receiving spectra: only from this machine unless asked otherwise, each sender for itself, with what was lost."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from patchpilot.live.port import listening
from patchpilot.live.spectrum.bands import Bands
from patchpilot.live.spectrum.protocol import PORT, Frame, decoded

_BUFFER = 2**20
_MEMORY_S = 3.0


@dataclass
class Sender:
    """What one device sent.

    Attributes:
        name: of it.
        frames: how many came.
        lost: how many did not.
        mean: power of the bands, forgotten within seconds.
        last: the newest frame.
    """

    name: str
    frames: int = 0
    lost: int = 0
    mean: Bands | None = None
    last: Frame | None = None
    _at: float = field(default=0.0, repr=False)

    def take(self, frame: Frame, now: float) -> None:
        """One more; late and doubled ones are passed over."""
        if self.last is not None and 0 < self.last.sequence - frame.sequence < 100:
            return
        if self.last is not None and frame.sequence == self.last.sequence:
            return
        if self.last is not None and frame.sequence > self.last.sequence:
            self.lost += frame.sequence - self.last.sequence - 1
        power = 10.0 ** (np.array(frame.levels_db) / 10.0)
        kept = 0.0 if self.mean is None else float(np.exp(-(now - self._at) / _MEMORY_S))
        count = 1.0 / (self.frames + 1.0)
        share = max(1.0 - kept, count)
        self.mean = power if self.mean is None else (1.0 - share) * self.mean + share * power
        self.frames, self.last, self._at = self.frames + 1, frame, now

    @property
    def levels_db(self) -> Bands:
        """Mean levels of the bands of the last seconds, float64 (31,)."""
        assert self.mean is not None
        return np.asarray(10.0 * np.log10(np.maximum(self.mean, 1e-12)))


class Receiver:
    """A port on which spectra arrive.

    Args:
        port: that the devices send to; the system chooses one for 0.
        beyond: whether other machines may send, too.

    Raises:
        LiveError: the port is taken.
    """

    def __init__(self, port: int = PORT, *, beyond: bool = False) -> None:
        self.beyond = beyond
        self.senders: dict[str, Sender] = {}
        self.strangers = self.garbage = 0
        advice = "; choose one with --port, and set the device to the same"
        self._socket = listening(port, _BUFFER, beyond=beyond, advice=advice)
        self.port: int = self._socket.getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()

    def frames(self, seconds: float) -> Iterator[Frame]:
        """Frames as they come, for some time; `senders` knows them before they are given."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0.0:
            self._socket.settimeout(left)
            try:
                data, (host, *_) = self._socket.recvfrom(2**16)
            except (TimeoutError, ConnectionError):
                continue
            if not self.beyond and not ipaddress.ip_address(host).is_loopback:
                self.strangers += 1
            elif (frame := decoded(data)) is None:
                self.garbage += 1
            else:
                self.senders.setdefault(frame.name, Sender(frame.name)).take(frame, time.monotonic())
                yield frame
