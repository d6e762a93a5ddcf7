"""Acid: a filter that sweeps, sings, and is pushed by accents, on notes that slide, as of a TB-303."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.space.canonical import Json
from patchpilot.tracks.detectors._line import Line, line
from patchpilot.tracks.detectors._phases import loud_bars_s, spread
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.ramp import ramp

WEIGHTS = {"sweep": 0.30, "resonance": 0.25, "glide": 0.25, "accent": 0.20}
"""Of the four parts."""
ACID = 0.3
"""The score from which on a line counts as acid: between 24 made lines and 24 other basses."""
RESONANT_DB = (2.0, 5.0)
"""Sweeps and accents count where a filter has a peak: not at all up to the first, in full from the second on."""
_MOST_BARS = 12
_LEAST_FRAMES = 60
_STILL, _LEAST_HELD = 0.25, 3
"""Semitones from frame to frame within a held pitch, and frames that make one."""
_EARLY, _KICK = 0.03, 0.33
"""Of a beat: where a kick may sound, whose own pitch falls."""
_PLUCKED = 0.15
"""Octaves by which a note that sets off the filter's envelope is brighter than the last one in the end."""
_LEAST_OF_NOTE, _LEAST_NOTES = 4, 8
_LOUDER, _BRIGHTER = ((0.5, 0.0), (2.5, 1.0)), ((0.0, 0.0), (0.3, 1.0))
"""Spreads of notes in dB and octaves: none, and enough for an accent."""
_LONGEST_SLIDE, _LEAST_CHANGES = 14, 8


@dataclass(frozen=True)
class AcidLine:
    """What was heard of acid.

    Attributes:
        sweep_octaves: by how much the filter's cutoff moves within beats (90th percentile less the 10th, octaves).
        resonance_db: by how much the filter's response rises to its peak, dB.
        glide_ratio: share of the changes of pitch that slide, 0..1.
        accent: correlation of the notes' loudness with their cutoff, -1..1, less where either hardly varies.
    """

    sweep_octaves: float
    resonance_db: float
    glide_ratio: float
    accent: float

    @property
    def parts(self) -> dict[str, float]:
        """The four parts, each 0..1."""
        resonant = ramp(self.resonance_db, *((edge, float(k)) for k, edge in enumerate(RESONANT_DB)))
        return {
            "sweep": resonant * ramp(self.sweep_octaves, (0.4, 0.0), (2.2, 1.0)),
            "resonance": ramp(self.resonance_db, (3.0, 0.0), (12.0, 1.0)),
            "glide": ramp(self.glide_ratio, (0.02, 0.0), (0.35, 0.8), (0.9, 1.0)),
            "accent": resonant * ramp(self.accent, (0.0, 0.0), (0.6, 1.0)),
        }

    @property
    def score(self) -> float:
        """0..1, the weighted sum of the parts."""
        return sum(WEIGHTS[name] * part for name, part in self.parts.items())

    @property
    def is_acid(self) -> bool:
        """Whether the line counts as acid."""
        return self.score >= ACID

    @property
    def sentence(self) -> str:
        """What was heard, in words."""
        verdict = "An acid line" if self.is_acid else "No acid line"
        return (
            f"{verdict}: brightness moves by {self.sweep_octaves:.1f} octaves, the filter's peak rises by "
            f"{self.resonance_db:.0f} dB, {100.0 * self.glide_ratio:.0f} % of the notes slide, and "
            f"loud notes are brighter by a correlation of {self.accent:.2f}."
        )

    def to_json(self) -> dict[str, Json]:
        """Plain JSON."""
        return {
            "sweep_octaves": self.sweep_octaves,
            "resonance_db": self.resonance_db,
            "glide_ratio": self.glide_ratio,
            "accent": self.accent,
            "parts": dict(self.parts),
            "is_acid": self.is_acid,
            "score": self.score,
        }


NONE = AcidLine(0.0, 0.0, 0.0, 0.0)


def acid(audio: Audio, grid: Grid, *, stem: Audio | None = None) -> AcidLine:
    """Listen for an acid line.

    Args:
        audio: the mix.
        grid: its beats.
        stem: the line alone, as long as the mix; in a mix it is heard only where it is loud.
    """
    heard = stem or audio
    bars = spread(loud_bars_s(heard, grid), _MOST_BARS)
    if not len(bars):
        return NONE
    starts = np.round(bars * heard.sample_rate).astype(np.int64)
    length = round(grid.bar_s * heard.sample_rate)
    found = line(Audio(np.hstack([heard.samples[:, s : s + length] for s in starts]), heard.sample_rate))
    if int(found.sounds.sum()) < _LEAST_FRAMES:
        return NONE
    return AcidLine(_sweep(found, grid), found.resonance_db, _glide_ratio(found, grid), _accent(found, grid))


def _sweep(heard: Line, grid: Grid) -> float:
    """By how many octaves the cutoff moves within the usual beat."""
    spans = []
    for part in _parts(heard, grid.beat_s):
        cutoff = heard.cutoff[part]
        cutoff = cutoff[np.isfinite(cutoff)]
        if len(cutoff) >= 8:
            spans.append(float(np.quantile(cutoff, 0.9) - np.quantile(cutoff, 0.1)))
    return float(np.median(spans)) if spans else 0.0


def _parts(heard: Line, length_s: float) -> list[slice]:
    """Stretches of frames: what is listened to began with a bar."""
    edges = np.searchsorted(heard.times_s, length_s * np.arange(heard.times_s[-1] / length_s + 1.0))
    return [slice(int(a), int(b)) for a, b in pairwise(edges)]


def _glide_ratio(heard: Line, grid: Grid) -> float:
    """Changes of pitch with frames between the old pitch and the new, in parts of all changes."""
    semitones = 12.0 * heard.octaves
    slid = changes = 0
    for (_, end, before), (start, _, after) in pairwise(_held(semitones)):
        leap = after - before
        if not 0.7 < abs(leap) < 15.0 or start - end > _LONGEST_SLIDE:
            continue
        if (heard.times_s[start] / grid.beat_s + _EARLY) % 1.0 < _KICK:
            continue
        changes += 1
        between = (semitones[end:start] - before) / leap
        slid += int(((between > 0.1) & (between < 0.95)).sum() >= 2)
    return slid / changes if changes >= _LEAST_CHANGES else 0.0


def _held(semitones: F64) -> list[tuple[int, int, float]]:
    """Stretches of one pitch: first frame, the one after the last, and the pitch."""
    is_near = np.abs(np.diff(semitones)) < _STILL
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_near, [False]]).astype(np.int8)))
    runs = [
        (int(a), int(b) + 1) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= _LEAST_HELD
    ]
    return [(a, b, float(np.median(semitones[a:b]))) for a, b in runs]


def _accent(heard: Line, grid: Grid) -> float:
    """Correlation of the notes' loudness with their cutoff, times how far both vary.

    Notes that set off the filter's envelope count: a note that is slid to goes on where the last one was. Those on a
    beat do not: a kick may sound with them.
    """
    notes = []
    last = -np.inf
    for k, part in enumerate(_parts(heard, grid.beat_s / 4.0)):
        cutoff, level = heard.cutoff[part], heard.level_db[part]
        fits = np.isfinite(cutoff)
        if fits.sum() < _LEAST_OF_NOTE:
            last = -np.inf
            continue
        top = float(np.quantile(cutoff[fits], 0.8))
        if top > last + _PLUCKED and k % 4:
            notes.append((float(np.quantile(level[fits], 0.8)), top))
        last = float(np.quantile(cutoff[fits], 0.1))
    if len(notes) < _LEAST_NOTES:
        return 0.0
    spreads = np.std(notes, axis=0)
    if float(spreads.min()) < 1e-6:
        return 0.0
    alike = float(np.corrcoef(np.transpose(notes))[0, 1])
    return alike * ramp(float(spreads[0]), *_LOUDER) * ramp(float(spreads[1]), *_BRIGHTER)
