"""A connection to a stand-in, and moves for its set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from patchpilot.live.connection import Live, connect
from patchpilot.tracks.moves import MIXER, SONG, Move
from tests.live.liveset import LiveSet, demo
from tests.live.standin import StandIn

Opened = Callable[..., tuple[StandIn, Live]]

MOVES = (
    Move("Lead", "EQ Eight", "3 Filter Type A", option="Bell"),
    Move("Lead", "EQ Eight", "3 Filter On A", 1.0),
    Move("Lead", "EQ Eight", "3 Gain A", -2.5, "dB"),
    Move("Lead", "EQ Eight", "3 Frequency A", 320.0, "Hz"),
    Move("Lead", "EQ Eight", "3 Q A", 1.2),
    Move("Lead", "Reverb", "Decay Time", 2.4, "s"),
    Move("Lead", "Reverb", "Dry/Wet", 18.0, "%"),
    Move("Lead", "Wavetable", "Filter 1 Freq", 2.5, "kHz"),
    Move("Lead", "Wavetable", "Osc 1 Transp", 12.0, "st"),
    Move("Bass", "Saturator", "Drive", 6.0, "dB"),
    Move("Bass", "EQ Eight", "1 Frequency A", 30.0, "Hz"),
    Move("Bass", "Eq8", "Output", -1.0, "dB"),
    Move("Drums", "Compressor", "Threshold", -12.0, "dB"),
    Move("Drums", "Compressor", "Ratio", 4.0),
    Move("Drums", "Compressor", "Attack", 10.0, "ms"),
    Move("Drums", "Delay", "L Time", 375.0, "ms"),
    Move("Drums", "Delay", "L 16th", 4.0),
    Move("Pad", MIXER, "volume", -3.0, "dB"),
    Move("Pad", MIXER, "mute", 1.0),
    Move("", SONG, "tempo", 140.0, "BPM"),
)
"""Twenty, of all kinds."""


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Makes a stand-in (with its options) and a connection to it; all of them are closed afterwards."""
    with ExitStack() as stack:

        def made(song: LiveSet | None = None, timeout_s: float = 0.3, **options: Any) -> tuple[StandIn, Live]:
            server = stack.enter_context(StandIn(song or demo(), **{"tick_s": 0.01, **options}))
            live = stack.enter_context(connected(server, timeout_s))
            return server, live

        yield made


def connected(server: StandIn, timeout_s: float = 0.3, tries: int = 6) -> Live:
    """A connection to a stand-in."""
    return connect(port=server.port, reply_port=server.reply_port, timeout_s=timeout_s, tries=tries)
