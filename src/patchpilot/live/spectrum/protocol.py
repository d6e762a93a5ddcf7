"""The protocol: one OSC message over UDP for each spectrum, to 127.0.0.1, port 11010.

    /patchpilot/spectrum  version sequence sample_rate name  level_1 … level_31

version       int, 1
sequence      int, counts up from 0; a gap is a lost message, 0 again a device that was loaded anew
sample_rate   number, Hz
name          text, of the track or the device; tells several devices apart
level_k       number, dB: power of the k-th third-octave band, both sides mixed; a sine of full scale is 0 dB

Bands are centred at 1000 Hz · 2^((k - 18) / 3), k from 1 to 31. Levels are those of a Hann window of 2048 samples. Ten
to fifty messages a second are usual; each is less than 400 bytes. Nothing is sent back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from patchpilot.live.spectrum.bands import FLOOR_DB, N_BANDS
from patchpilot.live.wire import Message, decode, encode

ADDRESS = "/patchpilot/spectrum"
VERSION = 1
PORT = 11_010


@dataclass(frozen=True)
class Frame:
    """A spectrum.

    Attributes:
        sequence: its number.
        sample_rate: Hz.
        name: of the sender.
        levels_db: of the 31 bands.
    """

    sequence: int
    sample_rate: int
    name: str
    levels_db: tuple[float, ...]


def encoded(frame: Frame) -> bytes:
    """A frame as a datagram."""
    levels = [float(level) for level in frame.levels_db]
    return encode(Message(ADDRESS, (VERSION, frame.sequence, frame.sample_rate, frame.name, *levels)))


def decoded(data: bytes) -> Frame | None:
    """The frame of a datagram; None where it is none of this version."""
    found = decode(data)
    if found is None or found[0] != ADDRESS:
        return None
    args = found[1]
    if len(args) != 4 + N_BANDS or args[0] != VERSION or not isinstance(args[3], str):
        return None
    numbers = _numbers(args[1:3] + args[4:])
    if numbers is None or numbers[0] < 0 or not 8000.0 <= numbers[1] <= 400_000.0:
        return None
    levels = tuple(max(level, FLOOR_DB) for level in numbers[2:])
    return Frame(int(numbers[0]), int(numbers[1]), args[3], levels)


def _numbers(values: Sequence[object]) -> list[float] | None:
    """Whatever kind of number Max makes of them; no NaN, nothing that is louder than sound can be."""
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return None
    found = [float(value) for value in values if isinstance(value, int | float)]
    return found if all(math.isfinite(value) for value in found) and max(found[2:]) < 60.0 else None
