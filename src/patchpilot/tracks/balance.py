"""What a track's colour is and how wide it is, by thirds of an octave: as a whole, and in each of its sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64
from patchpilot.tracks.energy import by_stretch
from patchpilot.tracks.features import BANDS_HZ, Bands, Listened
from patchpilot.tracks.section import Section

FLOOR_DB = -90.0
"""Bands below this, relative to all of the sound, count as this."""


@dataclass(frozen=True)
class Balance:
    """The colour and width of a track or of a section, by the bands of `features.BANDS_HZ`.

    Attributes:
        level_db: of all bands together, dB below full scale.
        bands_db: of each band relative to all of them, dB.
        width: 0..1, part of each band's power that is in the side; 0.5 is two sounds that have nothing in common.
        correlation: −1..1, of left and right in each band; 1 in mono.
    """

    level_db: float
    bands_db: tuple[float, ...]
    width: tuple[float, ...]
    correlation: tuple[float, ...]


def balances(listened: Listened, sections: Sequence[Section]) -> tuple[Balance, tuple[Balance, ...]]:
    """The balance of a track, and of each of its sections."""
    edges = np.array([0.0, listened.duration_s])
    whole = _balance(listened.bands, edges)
    return whole, tuple(_balance(listened.bands, np.array([s.start_s, s.end_s])) for s in sections)


def _balance(bands: Bands, edges_s: F64) -> Balance:
    left, right, cross = (by_stretch(power, edges_s)[0] for power in (bands.left, bands.right, bands.cross))
    total = (left + right) / 2.0
    whole = max(float(total.sum()), 1e-12)
    silent = total <= whole * 10.0 ** (FLOOR_DB / 10.0)
    side = np.maximum(left + right - 2.0 * cross, 0.0) / 4.0
    mid = np.maximum(left + right + 2.0 * cross, 0.0) / 4.0
    width = side / np.maximum(mid + side, 1e-20)
    correlation = cross / np.sqrt(np.maximum(left * right, 1e-30))
    return Balance(
        level_db=round(float(10.0 * np.log10(whole)), 2),
        bands_db=_plain(np.maximum(10.0 * np.log10(np.maximum(total / whole, 1e-12)), FLOOR_DB), 2),
        width=_plain(np.where(silent, 0.0, width), 4),
        correlation=_plain(np.where(silent, 1.0, np.clip(correlation, -1.0, 1.0)), 4),
    )


def _plain(values: F64, digits: int) -> tuple[float, ...]:
    assert len(values) == len(BANDS_HZ)
    return tuple(np.round(values, digits).tolist())
