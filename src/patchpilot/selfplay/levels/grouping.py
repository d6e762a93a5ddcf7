"""Which hits of a loop are the same sound: those that the headline distance calls close, whatever their notes are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from patchpilot.audio import F32, F64, Audio, resample
from patchpilot.distance.bands import HOP, SAMPLE_RATE, at_common_level, band_distance, mel_bands

CLOSE = 0.6
"""Mean distance of two groups below which they are one sound, in nepers: what `distance.wording` calls close."""
MOST_PARTS = 12
_HEARD_S = 0.4
"""What is compared of each hit; what comes after says more of the loop than of the sound."""
_FARTHEST = 12.0
"""Semitones that a sound is transposed by, to be compared with another of its notes."""


def grouped(distances: F64) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Which hits belong together, int64 (n,): numbers from 0 in the order in which groups first appear.

    Agglomerative with mean distances, until no two groups are close, and there are not more than twelve.

    Args:
        distances: float64 (n, n), symmetric.
    """
    n = len(distances)
    if n < 2:
        return np.zeros(n, np.int64)
    tree = linkage(squareform(distances, checks=False), "average")
    found = fcluster(tree, CLOSE, "distance")
    if found.max() > MOST_PARTS:
        found = fcluster(tree, MOST_PARTS, "maxclust")
    order = {label: number for number, label in enumerate(dict.fromkeys(found.tolist()))}
    return np.array([order[label] for label in found.tolist()], np.int64)


def hit_distances(sounds: Sequence[Audio], pitches: Sequence[float | None]) -> F64:
    """How far hits are from one another, float64 (n, n), in nepers of the headline distance.

    Two that last differently are compared over the shorter; of two that have pitches the lower is moved to the
    higher's as well, for one sound may play many notes, and the nearer counts.

    Args:
        sounds: at least 10 ms each.
        pitches: MIDI notes of them; None where there is none.
    """
    heard = [_heard(sound) for sound in sounds]
    bands: dict[tuple[int, int, int], F32] = {}

    def seen(number: int, n: int, semitones: float) -> F32:
        key = (number, n, round(semitones))
        if key not in bands:
            bands[key] = mel_bands(at_common_level(_higher(heard[number], key[2])[:n]))
        return bands[key]

    def far(low: int, high: int, semitones: float) -> float:
        n = min(len(_higher(heard[low], round(semitones))), len(heard[high]))
        n = max(HOP, n // HOP * HOP)
        one, two = seen(low, n, semitones), seen(high, n, 0.0)
        frames = min(len(one), len(two))
        return band_distance(one[:frames], two[:frames])

    found = np.zeros((len(sounds), len(sounds)))
    for a in range(len(sounds)):
        for b in range(a):
            found[a, b] = found[b, a] = min(far(*pair) for pair in _ways(a, b, pitches[a], pitches[b]))
    return found


def _ways(a: int, b: int, one: float | None, two: float | None) -> list[tuple[int, int, float]]:
    """The lower, the higher, and the semitones by which the lower is moved: as they are, and to one note."""
    ways = [(a, b, 0.0)]
    if one is not None and two is not None and 0.5 <= abs(one - two) <= _FARTHEST:
        ways.append((a, b, two - one) if one < two else (b, a, one - two))
    return ways


def _heard(sound: Audio) -> F32:
    mono = resample(sound, SAMPLE_RATE).mono()[: round(_HEARD_S * SAMPLE_RATE)]
    return np.asarray(mono, np.float32)


def _higher(mono: F32, semitones: float) -> F32:
    """Played faster, and so higher and shorter."""
    if not semitones:
        return mono
    ratio = 2.0 ** (semitones / 12.0)
    places = np.arange(max(1, int(len(mono) / ratio))) * ratio
    return np.asarray(np.interp(places, np.arange(len(mono)), mono), np.float32)
