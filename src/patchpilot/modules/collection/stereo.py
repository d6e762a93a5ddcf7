"""Stereo: width, balance, and bass in the middle."""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.collection._filters import equaliser, section
from patchpilot.modules.collection._signals import curve, doubles, gain
from patchpilot.modules.function import module


@module(
    width=knob(1.3, 0.0, 4.0),
    mono_below_hz=knob(120.0, 20.0, 500.0, "Hz", octaves=True),
    varying=("width",),
)
def widener(audio: Signal, *, width: Any, mono_below_hz: float, context: Context) -> Any:
    """Makes the difference of the sides louder or softer, and leaves their sum, what mono hears, as it is.

    What differs below `mono_below_hz` is taken out (12 dB an octave); at 20 Hz nothing is.
    """
    wide = doubles(audio)
    mid, side = (wide[0] + wide[1]) / 2.0, (wide[0] - wide[1]) / 2.0
    if mono_below_hz > 20.5:
        apart = side[None].copy()
        section(apart, equaliser("high pass", mono_below_hz, 0.0, 0.7071, context.sample_rate), apart)
        side = apart[0]
    side = side * width
    return np.stack([mid + side, mid - side]).astype(np.float32)


@module(
    gain_db=knob(0.0, -36.0, 36.0, "dB"),
    balance=knob(0.0, -1.0, 1.0),
    width=knob(1.0, 0.0, 4.0),
    channels=choice("stereo", "left", "right", "swap"),
    invert=choice("none", "left", "right", "both"),
    varying=("gain_db", "balance", "width"),
)
def utility(audio: Signal, *, gain_db: Any, balance: Any, width: Any, channels: str, invert: str) -> Any:
    """Level, balance, width and polarity.

    The balance keeps the power: both sides as they are in the middle, one alone 3 dB louder at an end.
    """
    left, right = {"left": (0, 0), "right": (1, 1), "swap": (1, 0)}.get(channels, (0, 1))
    wide = doubles(audio)[[left, right]]
    wide *= np.array({"left": (-1, 1), "right": (1, -1), "both": (-1, -1)}.get(invert, (1, 1)))[:, None]
    mid, side = (wide[0] + wide[1]) / 2.0, (wide[0] - wide[1]) / 2.0 * width
    turn = (curve(balance, wide.shape[1]) + 1.0) * np.pi / 4.0
    sides = np.sqrt(2.0) * np.stack([(mid + side) * np.cos(turn), (mid - side) * np.sin(turn)])
    return np.asarray(sides * gain(gain_db), np.float32)
