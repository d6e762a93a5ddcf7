"""The sound that is in a slot until a user puts one of their own there."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import Audio
from patchpilot.modules.sounds import sound
from patchpilot.space.assets import Asset

PERIOD, CYCLES = 168, 131
RATE = 43953
"""Hz; so that the period is that of C4 (261.625 Hz)."""


def usual_sound() -> Asset:
    """A saw at C4 that fades in half a second; of sums and products alone, so the same bits on every machine."""
    n = PERIOD * CYCLES
    saw = (np.arange(n) % PERIOD) * (2.0 / (PERIOD - 1)) - 1.0
    left = 1.0 - np.arange(n) * (1.0 / n)
    return sound(Audio(0.5 * saw * (left * left), RATE))
