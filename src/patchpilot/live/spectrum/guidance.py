"""What an equaliser might do about a spectrum: against a sound that is liked, or against its own neighbourhood.

With a reference both are level-matched, and what differs by more than `AUDIBLE_DB` over a width that is heard is named.
Without one only what sticks out of the bands around it is: a resonance or a hole, no matter of taste. Half of a
difference is proposed, and no more than `MOST_DB`: it is a hint to listen to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from patchpilot.live.spectrum.bands import CENTRES_HZ, FLOOR_DB, N_BANDS, Bands
from patchpilot.tracks.moves import Move

AUDIBLE_DB = 3.0
STICKS_OUT_DB = 6.0
MOST_DB = 4.0
_AROUND = 4
"""Bands on either side that a band is compared with."""
_QUIET_DB = 60.0
"""Below the loudest band: nobody hears it, and nothing is said of it."""
_EQ = "EQ Eight"
_FIRST_BAND = 2
"""Of the EQ's eight: the outer ones are usually cuts."""


@dataclass(frozen=True)
class Hint:
    """A part of the spectrum that differs.

    Attributes:
        centre_hz: its middle.
        octaves: how wide it is.
        difference_db: how much louder it is than it should be.
        gain_db: what is proposed.
        q: of the bell.
    """

    centre_hz: float
    octaves: float
    difference_db: float
    gain_db: float
    q: float

    @property
    def text(self) -> str:
        """A sentence."""
        more = "more" if self.difference_db > 0.0 else "less"
        return (
            f"{abs(self.difference_db):.1f} dB {more} around {self.centre_hz:.0f} Hz ({self.octaves:.1f} octaves): try "
            f"{self.gain_db:+.1f} dB, Q {self.q:.1f}"
        )


def hints(levels_db: Bands, reference_db: Bands | None = None, most: int = 3) -> list[Hint]:
    """What differs most, the strongest first.

    Args:
        levels_db: float64 (31,).
        reference_db: float64 (31,) of what it should be like.
        most: how many.
    """
    heard = levels_db > max(float(levels_db.max()) - _QUIET_DB, FLOOR_DB + 1.0)
    if not heard.any():
        return []
    if reference_db is None:
        difference, least = _sticking_out(levels_db), STICKS_OUT_DB
    else:
        difference, least = levels_db - reference_db, AUDIBLE_DB
        difference = difference - float(np.median(difference[heard]))
    found = [_hint(difference, run) for run in _runs(np.where(heard, difference, 0.0), least)]
    return sorted(found, key=lambda hint: -abs(hint.difference_db))[:most]


def moves(found: list[Hint], track: str) -> list[Move]:
    """Hints as moves for an EQ Eight on a track; its bands from the second on are used."""
    made: list[Move] = []
    for n, hint in enumerate(found, _FIRST_BAND):
        said = {"reason": hint.text, "confidence": 0.5}
        made += [
            Move(track, _EQ, f"{n} Filter Type A", option="Bell", reason=hint.text, confidence=0.5),
            Move(track, _EQ, f"{n} Filter On A", 1.0, reason=hint.text, confidence=0.5),
            Move(track, _EQ, f"{n} Frequency A", round(hint.centre_hz), "Hz", **said),  # type: ignore[arg-type]
            Move(track, _EQ, f"{n} Gain A", round(hint.gain_db, 1), "dB", **said),  # type: ignore[arg-type]
            Move(track, _EQ, f"{n} Q A", round(hint.q, 2), **said),  # type: ignore[arg-type]
        ]
    return made


def _sticking_out(levels_db: Bands) -> Bands:
    """Each band against the median of those around it."""
    found = np.empty(N_BANDS)
    for k in range(N_BANDS):
        around = [*levels_db[max(0, k - _AROUND) : k], *levels_db[k + 1 : k + 1 + _AROUND]]
        found[k] = levels_db[k] - float(np.median(around))
    return found


def _runs(difference: Bands, least: float) -> list[range]:
    """Neighbouring bands that differ to the same side by at least so much."""
    found: list[range] = []
    start = 0
    side = np.where(difference >= least, 1, np.where(difference <= -least, -1, 0))
    for k in range(1, N_BANDS + 1):
        if k == N_BANDS or side[k] != side[start]:
            if side[start]:
                found.append(range(start, k))
            start = k
    return found


def _hint(difference: Bands, run: range) -> Hint:
    weights = np.abs(difference[run.start : run.stop])
    middle = float(np.average(np.log2(np.array(CENTRES_HZ)[run.start : run.stop]), weights=weights))
    octaves = len(run) / 3.0
    worst = float(difference[run.start + int(np.argmax(weights))])
    gain = -math.copysign(min(abs(worst) / 2.0, MOST_DB), worst)
    q = math.sqrt(2.0**octaves) / (2.0**octaves - 1.0)  # of a band between two half-gain points
    return Hint(2.0**middle, octaves, worst, gain, min(max(q, 0.3), 8.0))
