"""The key of a track, by profiles of general and of electronic music, and whether its relative key is as likely.

Profiles: Krumhansl and Kessler 1982 (`audio.chroma`); of electronic dance music, and of that in minor, Á. Faraldo et
al., "Key estimation in electronic dance music", ECIR 2016 ("edma", "edmm"; the latter knows no major key). A major key
and its relative minor have the same notes, so profiles can hardly tell them apart; where chords i VI III VII go round,
nothing but the bass at the start of phrases can, and so it has its say among all keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64
from patchpilot.audio.chroma import key_of
from patchpilot.space.key import Key
from patchpilot.tracks.features import Listened
from patchpilot.tracks.grid import Grid

_EDMA = {
    "major": (0.1652, 0.0475, 0.0829, 0.0669, 0.0999, 0.0927, 0.0529, 0.1316, 0.0522, 0.0744, 0.0694, 0.0643),
    "minor": (0.1724, 0.0534, 0.0761, 0.1004, 0.0562, 0.0853, 0.0498, 0.1345, 0.0746, 0.0500, 0.0919, 0.0555),
}
_EDMM = (0.1724, 0.0400, 0.0761, 0.1200, 0.0562, 0.0853, 0.0498, 0.1345, 0.0746, 0.0500, 0.0919, 0.0555)
LEAST_LIKE = 0.4
"""Correlation with the best profile below which there is no key."""
_RELATIVE_BY = 0.15
"""A relative key is about as likely where its correlation is less than this below the best."""
_PHRASE_BARS = 4
_PROFILE, _BASS, _MINOR = 8.0, 2.5, 0.3
"""What a key has for it: its correlation with the profile, its root in the bass where phrases begin (logarithmic), and
that trance is in minor."""


@dataclass(frozen=True)
class KeyFound:
    """A key that was heard.

    Attributes:
        name: "A minor", "F# major".
        confidence: 0..1, its correlation with the profile.
        relative: its relative key.
        is_ambiguous: whether the relative key is about as likely.
        by_profile: what each profile alone says, by its name: "krumhansl", "edma", "edmm"; "" for no key.
    """

    name: str
    confidence: float
    relative: str
    is_ambiguous: bool
    by_profile: Mapping[str, str]


def key(listened: Listened, grid: Grid | None) -> KeyFound | None:
    """The key of a track; None where it has none.

    Args:
        listened: the track.
        grid: its bars, whose first of four tell a key from its relative; None where there are none.
    """
    classes = _sum_of(listened.chromagram)
    if classes.std() <= 1e-9:
        return None
    edma = {Key(root, scale): _alike(classes, _EDMA[scale], root) for scale in _EDMA for root in range(12)}
    best = max(edma, key=lambda name: edma[name])
    if edma[best] < LEAST_LIKE:
        return None
    bass = np.log(_phrase_bass(listened, grid))
    odds = {
        name: _PROFILE * alike + _BASS * float(bass[name.root]) + _MINOR * (name.scale == "minor")
        for name, alike in edma.items()
    }
    found = max(odds, key=lambda name: odds[name])
    krumhansl = key_of(classes)
    edmm = max(range(12), key=lambda root: _alike(classes, _EDMM, root))
    return KeyFound(
        name=str(found),
        confidence=max(0.0, edma[found]),
        relative=str(relative(found)),
        is_ambiguous=edma[found] - edma[relative(found)] < _RELATIVE_BY,
        by_profile={
            "krumhansl": krumhansl.name if krumhansl else "",
            "edma": str(best),
            "edmm": str(Key(edmm)),
        },
    )


def relative(key: Key) -> Key:
    """The key of the same notes in the other scale."""
    return Key((key.root + 3) % 12, "major") if key.scale == "minor" else Key((key.root - 3) % 12, "minor")


def _sum_of(frames: F64) -> F64:
    total = frames.sum(axis=0)
    return np.asarray(total / max(float(total.sum()), 1e-12))


def _alike(classes: F64, profile: Sequence[float], root: int) -> float:
    return float(np.corrcoef(classes, np.roll(profile, root))[0, 1])


def _phrase_bass(listened: Listened, grid: Grid | None) -> F64:
    """How much each pitch class sounds in the bass, float64 (12,), > 0; in first bars of phrases, if they are known."""
    frames = listened.bass_chromagram
    if grid is not None and grid.duration_s > 2 * _PHRASE_BARS * grid.bar_s:
        times = np.arange(len(frames)) * listened.duration_s / max(len(frames) - 1, 1)
        bar = np.floor((times - grid.first_downbeat_s) / grid.bar_s + 1e-6)
        frames = frames[(bar >= 0) & (bar % _PHRASE_BARS == 0)]
    classes = _sum_of(frames)
    return np.asarray(classes + 0.02)
