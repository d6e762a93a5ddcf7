"""Supersaws: many detuned voices, spread over both sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F64, Audio
from patchpilot.space.canonical import Json
from patchpilot.tracks.detectors._phases import loud_bars_s, spectra, spread
from patchpilot.tracks.detectors._voices import voices
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.ramp import ramp

WIDTH = (0.3, 0.8)
CORRELATION = (0.3, 0.7)
DETUNE_CENTS = (10.0, 40.0)
LEAST_VOICES = 3
_WINDOW_S = 0.3715
_LOW_HZ = 250.0
"""Bass and kick are in the middle."""
_MOST_BARS, _FRAMES_A_BAR = 24, 8
_MOST_FRAMES = 120


@dataclass(frozen=True)
class Supersaw:
    """What was heard of wide, detuned voices.

    Attributes:
        width: RMS of the side in parts of that of the middle, above 250 Hz; 0 of mono sound.
        correlation: of left with right above 250 Hz, -1..1.
        detune_cents: how far the outermost voices are from the middle.
        voices: how many can be told apart; 0 where no note stands out.
        contrast_db: how far the notes stand out.
    """

    width: float
    correlation: float
    detune_cents: float
    voices: int
    contrast_db: float

    @property
    def typical(self) -> dict[str, bool]:
        """Whether width (0.3 to 0.8), correlation (0.3 to 0.7) and detune (10 to 40 cents) are those of a supersaw."""
        return {
            "width": WIDTH[0] <= self.width <= WIDTH[1],
            "correlation": CORRELATION[0] <= self.correlation <= CORRELATION[1],
            "detune": DETUNE_CENTS[0] <= self.detune_cents <= DETUNE_CENTS[1],
        }

    @property
    def score(self) -> float:
        """0..1: half for the detune, a quarter each for width and correlation; nothing for a single voice."""
        many = ramp(self.voices, (1, 0.0), (2, 0.5), (LEAST_VOICES, 1.0))
        detune = ramp(
            self.detune_cents, (3.0, 0.0), (DETUNE_CENTS[0], 1.0), (DETUNE_CENTS[1], 1.0), (70.0, 0.0)
        )
        width = ramp(self.width, (0.05, 0.0), (WIDTH[0], 1.0), (WIDTH[1], 1.0), (1.5, 0.0))
        alike = ramp(self.correlation, (-0.2, 0.0), (CORRELATION[0], 1.0), (CORRELATION[1], 1.0), (1.0, 0.0))
        return many * (0.5 * detune + 0.25 * width + 0.25 * alike)

    @property
    def sentence(self) -> str:
        """What was heard, in words."""
        if self.voices < 2:
            return "No detuned voices were heard beside one another."
        return (
            f"At least {self.voices} voices up to {self.detune_cents:.0f} cents apart from the middle; the side is "
            f"{self.width:.2f} of the middle, left and right correlate by {self.correlation:.2f}."
        )

    def to_json(self) -> dict[str, Json]:
        """Plain JSON."""
        return {
            "width": self.width,
            "correlation": self.correlation,
            "detune_cents": self.detune_cents,
            "voices": self.voices,
            "contrast_db": self.contrast_db,
            "typical": dict(self.typical),
            "score": self.score,
        }


def supersaw(audio: Audio, grid: Grid, *, stem: Audio | None = None) -> Supersaw:
    """Listen for detuned voices.

    Args:
        audio: the mix.
        grid: its beats.
        stem: the lead or the pad, as long as the mix.
    """
    heard = stem or audio
    bars = spread(loud_bars_s(heard, grid), _MOST_BARS)
    if not len(bars):
        return Supersaw(0.0, 1.0, 0.0, 0, 0.0)
    places = (np.arange(_FRAMES_A_BAR) + 0.5) / _FRAMES_A_BAR * grid.bar_s
    times = (bars[:, None] + places).ravel()
    rate = heard.sample_rate
    size = round(_WINDOW_S * rate / 2.0) * 2
    left, right = (spectra(y, rate, times, size) for y in (heard.samples[0], heard.samples[-1]))
    powers = [np.abs((left + sign * right) / 2) ** 2 for sign in (1, -1)]
    above = np.fft.rfftfreq(size, 1.0 / rate) > _LOW_HZ
    mid, beside = (float(power[:, above].sum(dtype=np.float64)) for power in powers)
    both = powers[0] + powers[1]
    found = voices(both[_loudest(both[:, above].sum(axis=1))], rate / size)
    return Supersaw(
        width=float(np.sqrt(beside / max(mid, 1e-20))),
        correlation=_correlation(left[:, above], right[:, above], mid),
        detune_cents=found.detune_cents,
        voices=found.voices,
        contrast_db=found.contrast,
    )


def _loudest(power: F64) -> np.ndarray:
    return np.sort(np.argsort(power)[::-1][:_MOST_FRAMES])


def _correlation(left: npt.NDArray[np.complex64], right: npt.NDArray[np.complex64], middle: float) -> float:
    """Of the sides in frames above 250 Hz: from the powers of both, and of the middle."""
    sides = [float((np.abs(one) ** 2).sum(dtype=np.float64)) for one in (left, right)]
    product = (sides[0] * sides[1]) ** 0.5
    return float(np.clip((4.0 * middle - sum(sides)) / (2.0 * product), -1.0, 1.0)) if product > 0.0 else 1.0
