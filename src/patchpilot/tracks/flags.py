"""What is wrong with a track, or unusual, or unsure, in a word each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.tracks.balance import Balance
from patchpilot.tracks.features import Listened
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.key import KeyFound
from patchpilot.tracks.loudness import Loudness
from patchpilot.tracks.section import Section
from patchpilot.tracks.tempo import LIKELY_BPM, Tempo

MEANINGS = {
    "no beat": "no steady beat was found, so there is no tempo, and there are no bars",
    "unusual tempo": "the tempo lies outside 128 to 150 BPM; it is reported as it is, not doubled or halved",
    "unsteady tempo": "one tempo does not fit all of the track, so beats and bars are rough",
    "unsure beat": "beat and off-beat sound much alike, so beats may be half a beat off",
    "unsure bars": "nothing says clearly which beat begins a bar",
    "three-four": "bars have three beats",
    "no key": "no key was found",
    "relative key": "the relative key is about as likely",
    "mono": "left and right are the same",
    "clipped": "peaks were cut off",
    "dc": "the waveform is off its middle (DC), which was taken off before anything was measured",
    "no sections": "less than eight bars: too short for sections",
}
"""Each flag, and what it means."""
_SURE, _STEADY, _CLIPPED, _DC, _NARROW = 0.3, 0.5, 1e-5, 0.005, 1e-4
"""Less sure or steady, more clipped or off the middle, and less wide than this, is flagged."""


@dataclass(frozen=True)
class Time:
    """What was found of a track's time.

    Attributes:
        tempo: None where there is no beat.
        grid: None where there is no beat.
        sure: 0..1, of which beat begins a bar.
    """

    tempo: Tempo | None
    grid: Grid | None
    sure: float = 0.0


def flags(
    listened: Listened,
    time: Time,
    key: KeyFound | None,
    loudness: Loudness,
    sections: Sequence[Section],
    balance: Balance,
) -> tuple[str, ...]:
    """Those of `MEANINGS` that hold of a track, in their order."""
    bpm = time.grid.bpm if time.grid else float("nan")
    held = {
        "no beat": time.grid is None,
        "unusual tempo": bpm < LIKELY_BPM[0] - 0.05 or bpm > LIKELY_BPM[1] + 0.05,
        "unsteady tempo": time.grid is not None and time.grid.stability < _STEADY,
        "unsure beat": time.grid is not None and time.grid.confidence < _SURE,
        "unsure bars": time.grid is not None and time.sure < _SURE,
        "three-four": time.grid is not None and time.grid.beats_per_bar == 3,
        "no key": key is None,
        "relative key": key is not None and key.is_ambiguous,
        "mono": listened.audio.channels == 1 or float(np.max(balance.width)) < _NARROW,
        "clipped": loudness.clipped > _CLIPPED,
        "dc": any(abs(offset) > _DC for offset in listened.offsets),
        "no sections": not sections,
    }
    return tuple(name for name in MEANINGS if held[name])
