"""Acid: a filter that sweeps, sings, and is pushed by accents, on notes that slide, as of a TB-303."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.space.canonical import Json
from patchpilot.tracks.detectors._line import HOP_S, Line, line
from patchpilot.tracks.detectors._phases import loud_bars_s, spread
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.ramp import ramp

WEIGHTS = {"sweep": 0.30, "resonance": 0.25, "glide": 0.25, "accent": 0.20}
"""Of the four parts."""
ACID = 0.5
"""The score from which on a line counts as acid."""
RESONANT_DB = (2.0, 5.0)
"""A sweep is that of a resonant filter: hats and claps over a bass move its brightness too, but have no peak."""
_MOST_BARS = 12
_LEAST_FRAMES = 60
_STILL, _LEAST_HELD = 0.25, 3
"""Semitones from frame to frame within a held pitch, and frames that make one."""
_EARLY, _KICK = 0.06, 0.3
"""Of a beat: where a kick may sound, whose own pitch falls."""
_PLUCKED = 0.3
"""Octaves by which a note that sets off the filter's envelope gets darker."""
_LONGEST_SLIDE, _LEAST_CHANGES = 14, 4


@dataclass(frozen=True)
class AcidLine:
    """What was heard of acid.

    Attributes:
        sweep_octaves: by how much brightness moves within notes (their 90th percentile less their 10th, octaves).
        resonance_db: by how much the spectrum's peak rises above what lies below it, dB.
        glide_ratio: share of the changes of pitch that slide, 0..1.
        accent: correlation of the notes' loudness with their brightness, -1..1, less where neither varies.
    """

    sweep_octaves: float
    resonance_db: float
    glide_ratio: float
    accent: float

    @property
    def parts(self) -> dict[str, float]:
        """The four parts, each 0..1."""
        return {
            "sweep": ramp(self.sweep_octaves, (0.4, 0.0), (2.2, 1.0))
            * ramp(self.resonance_db, (RESONANT_DB[0], 0.0), (RESONANT_DB[1], 1.0)),
            "resonance": ramp(self.resonance_db, (3.0, 0.0), (15.0, 1.0)),
            "glide": ramp(self.glide_ratio, (0.02, 0.0), (0.35, 1.0)),
            "accent": ramp(self.accent, (0.0, 0.0), (0.6, 1.0)),
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
    mono = heard.mono()
    found = line(Audio(np.concatenate([mono[s : s + length] for s in starts]), heard.sample_rate))
    if int(found.sounds.sum()) < _LEAST_FRAMES:
        return NONE
    return AcidLine(_sweep(found, grid), _resonance(found), _glide_ratio(found, grid), _accent(found, grid))


def _notes(heard: Line, grid: Grid) -> list[slice]:
    """Sixteenths, in frames: what is listened to began with a bar."""
    step = grid.beat_s / 4.0 / HOP_S
    n = int(len(heard.level_db) / step)
    return [slice(round(k * step), round((k + 1) * step)) for k in range(n)]


def _sweep(heard: Line, grid: Grid) -> float:
    spans = []
    step = grid.beat_s / HOP_S
    for k in range(int(len(heard.bright) / step)):
        part = slice(round(k * step), round((k + 1) * step))
        bright = heard.bright[part][heard.sounds[part]]
        if len(bright) >= 8:
            spans.append(float(np.quantile(bright, 0.9) - np.quantile(bright, 0.1)))
    return float(np.median(spans)) if spans else 0.0


def _resonance(heard: Line) -> float:
    return float(np.quantile(heard.peak_db[heard.sounds], 0.6))


def _glide_ratio(heard: Line, grid: Grid) -> float:
    """Changes of pitch with frames between the old pitch and the new, in parts of all changes."""
    semitones = 12.0 * heard.octaves
    slid = changes = 0
    for (_, end, before), (start, _, after) in pairwise(_held(semitones)):
        leap = after - before
        if not 0.7 < abs(leap) < 15.0 or start - end > _LONGEST_SLIDE:
            continue
        if (start * HOP_S / grid.beat_s + _EARLY) % 1.0 < _KICK:
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
    """Correlation of the notes' loudness with their brightness, times how far loudness varies (all of it at 3 dB)."""
    loud, bright = [], []
    for part in _notes(heard, grid):
        sounds = heard.sounds[part]
        here = heard.bright[part][sounds]
        if len(here) >= 4 and np.ptp(np.quantile(here, (0.1, 0.9))) >= _PLUCKED:
            loud.append(float(np.quantile(heard.level_db[part][sounds], 0.9)))
            bright.append(float(np.quantile(here, 0.9)))
    if len(loud) < 8 or np.std(loud) < 1e-6 or np.std(bright) < 1e-6:
        return 0.0
    alike = float(np.corrcoef(loud, bright)[0, 1])
    varies = min(1.0, float(np.std(loud)) / 3.0) * min(1.0, float(np.std(bright)) / 0.3)
    return alike * varies
