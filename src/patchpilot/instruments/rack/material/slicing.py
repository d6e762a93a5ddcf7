"""Cutting a loop: where something begins, at its beats, at its bars. Slices put end to end are the loop again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from patchpilot.audio import Audio
from patchpilot.instruments.rack.material.onsets import loop_onsets_s

_LEAST_S = 0.01
"""A slice is longer: what is left over at an end stays with its neighbour."""
_SEARCH_S, _SHORT_S, _BEFORE_S = 0.025, 0.002, 0.001
"""How far from an onset its attack may be, over what its rise is measured, and how much earlier is cut."""


@dataclass(frozen=True, eq=False)
class Slice:
    """A part of a loop.

    Attributes:
        audio: of the part.
        start_s: where it begins in the loop, in seconds.
        beat: where it begins, in beats from the first; None where the tempo is not known.
    """

    audio: Audio
    start_s: float
    beat: float | None = None


def onset_times(audio: Audio) -> list[float]:
    """Seconds at which sounds begin after the first, a millisecond before each attack."""
    rate = audio.sample_rate
    energy = np.concatenate([[0.0], np.cumsum(np.square(audio.samples, dtype=np.float64).sum(axis=0))])
    return [_attack_s(energy, time, rate) for time in loop_onsets_s(audio)]


def _attack_s(energy: np.ndarray, near_s: float, rate: int) -> float:
    """Where the energy of the next 2 ms exceeds that of the last by the highest factor.

    Args:
        energy: summed from the start, float64 (n + 1,).
        near_s: seconds.
        rate: Hz.
    """
    short, last = max(1, round(_SHORT_S * rate)), len(energy) - 1
    low = max(short, round((near_s - _SEARCH_S) * rate))
    places = np.arange(low, max(low + 1, min(last - short, round((near_s + _SEARCH_S) * rate))))
    places = places[places + short <= last]
    if not len(places):
        return near_s
    after = energy[places + short] - energy[places]
    before = energy[places] - energy[places - short]
    loud = after + before
    rise = (after - before) / np.sqrt(loud * float(loud.max()) + 1e-20)
    return max(0.0, (int(places[np.argmax(rise)]) / rate) - _BEFORE_S)


def beat_times(audio: Audio, tempo_bpm: float, first_beat_s: float, beats: int) -> list[float]:
    """Seconds of every so many beats from the first on."""
    step = beats * 60.0 / tempo_bpm
    n = max(0, int((audio.duration_s - first_beat_s) / step) + 1)
    return [first_beat_s + k * step for k in range(n)]


def sliced(
    audio: Audio, times_s: Iterable[float], tempo_bpm: float | None, first_beat_s: float
) -> list[Slice]:
    """A loop cut at some times, and nowhere else."""
    rate = audio.sample_rate
    least = round(_LEAST_S * rate)
    cuts = [0]
    for time in sorted(times_s):
        at = round(time * rate)
        if cuts[-1] + least <= at <= len(audio) - least:
            cuts.append(at)
    return [
        Slice(
            Audio(audio.samples[:, a:b], rate),
            a / rate,
            None if tempo_bpm is None else (a / rate - first_beat_s) * tempo_bpm / 60.0,
        )
        for a, b in pairwise([*cuts, len(audio)])
    ]
