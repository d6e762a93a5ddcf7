"""Pictures of sounds: spectrograms and waveforms that can be laid one over the other.

All pictures of a page share a `Frame`: one time axis, one frequency axis, one number of pixels, so that what
is below one another in two pictures happened at one time. Frequency is logarithmic and grows upwards; row 0
of a picture is its top. Levels are in dB, 0 dB being a sine of full scale. Nothing here knows of a page.

Two windows are used: a long one for low frequencies, where neighbouring harmonics must be told apart, and a
short one for high frequencies, where attacks must be; they are faded into each other in between.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from patchpilot.audio._audio import F32, F64, Audio
from patchpilot.audio._spectral import hann

RANGE_DB = 72.0
"""From the darkest to the brightest colour."""
_LONG_S, _SHORT_S = 0.093, 0.0232
"""The two windows."""
_HOPS_A_WINDOW = 8
_FADE_HZ = (350.0, 1400.0)
"""Below the first only the long window counts, above the second only the short one."""
_N_COLOURS = 96
"""0.75 dB a colour: finer steps cannot be seen, but make the file a third larger."""
_FLOOR_POWER = 1e-12

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Frame:
    """The axes that pictures share.

    Attributes:
        length_s: > 0, seconds from the left edge to the right.
        width: pixels.
        height: pixels.
        low_hz: frequency of the bottom row.
        high_hz: frequency of the top row.
    """

    length_s: float
    width: int = 720
    height: int = 176
    low_hz: float = 30.0
    high_hz: float = 18000.0

    def rows_hz(self) -> F64:
        """Frequency of each row, the highest first, float64 (height,)."""
        return np.geomspace(self.high_hz, self.low_hz, self.height)

    def middles(self, columns: Indices, sample_rate: int) -> Indices:
        """The sample at the middle of each of the columns."""
        middles_s = (columns + 0.5) * self.length_s / self.width
        return np.rint(middles_s * sample_rate).astype(np.intp)

    def from_top(self, hz: float) -> float:
        """Where a frequency lies, as a part of the height: 0 is the top, 1 the bottom."""
        return math.log(self.high_hz / hz) / math.log(self.high_hz / self.low_hz)

    def time_ticks_s(self) -> list[float]:
        """Round times for the axis, at most eight, from 0."""
        steps = (m * 10.0**e for e in range(-3, 3) for m in (1, 2, 5))
        step = next(step for step in steps if self.length_s / step <= 7)
        return [round(i * step, 3) for i in range(int(self.length_s / step) + 1)]


def spectrogram(audio: Audio, frame: Frame) -> F32:
    """Level of each pixel.

    Args:
        audio: any rate and channels (averaged); silence is shown where it is shorter than the frame.
        frame: the axes.

    Returns:
        float32 (height, width), dB; -120 where there is nothing, and above half the sample rate.
    """
    short_part = _short_part(frame)
    levels = np.zeros((frame.height, frame.width), np.float32)
    for window_s, part in ((_LONG_S, 1 - short_part), (_SHORT_S, short_part)):
        rows = np.flatnonzero(part)
        levels[rows] += part[rows, None] * _levels(audio, window_s, frame, rows)
    return levels


def spectrogram_png(levels_db: F32, *, top_db: float) -> bytes:
    """A PNG of levels, in a palette of equal steps to the eye.

    Args:
        levels_db: float32 (height, width), dB, as `spectrogram` makes them.
        top_db: level of the brightest colour; the darkest is `RANGE_DB` below.
    """
    norm = np.clip((levels_db - top_db) / RANGE_DB + 1, 0, 1)
    image = Image.fromarray(np.rint(norm * (_N_COLOURS - 1)).astype(np.uint8)).convert("P")
    image.putpalette(colour_map(_N_COLOURS).tobytes())
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=2)
    return buffer.getvalue()


def waveform_path(audio: Audio, frame: Frame, *, peak: float, columns: int = 320) -> str:
    """The outline of a waveform as the `d` of an SVG path, in a box of `columns` by 100.

    Heights follow the square root of the amplitude: a quiet tail is seen beside a loud attack.

    Args:
        audio: any rate and channels (averaged).
        frame: the axes.
        peak: > 0, the amplitude that reaches the edges.
        columns: how many points each edge has.
    """
    edges = np.rint(np.linspace(0, frame.length_s * audio.sample_rate, columns + 1)).astype(np.intp)
    y = np.zeros(max(int(edges[-1]), columns) + 1, np.float32)
    mono = audio.mono()[: len(y)]
    y[: len(mono)] = mono
    bounds = np.concatenate([np.maximum.reduceat(y, edges[:-1]), np.minimum.reduceat(y, edges[:-1])[::-1]])
    heights = 50 - 49 * np.sign(bounds) * np.sqrt(np.minimum(np.abs(bounds) / peak, 1))
    across = [*range(columns), *reversed(range(columns))]
    return "M" + " ".join(f"{x} {height:.4g}" for x, height in zip(across, heights, strict=True)) + "Z"


@cache
def colour_map(n: int) -> npt.NDArray[np.uint8]:
    """Colours from near black over violet and orange to pale yellow, each as far from the next to the eye.

    A curve through OKLab (Ottosson 2020) of rising lightness, cut into steps of equal length.

    Args:
        n: >= 2.

    Returns:
        uint8 (n, 3), sRGB, read-only.
    """
    t = np.linspace(0, 1, 2001)
    lightness = 0.13 + 0.84 * t
    hue = np.radians(np.interp(t, (0.0, 0.35, 0.7, 1.0), (-80.0, -20.0, 50.0, 103.0)))
    chroma = np.interp(t, (0.0, 0.2, 0.45, 0.7, 0.9, 1.0), (0.03, 0.12, 0.19, 0.16, 0.13, 0.08))
    lab = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=1)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(lab, axis=0), axis=1))])
    at = np.linspace(0, along[-1], n)
    even = np.stack([np.interp(at, along, lab[:, k]) for k in range(3)], axis=1)
    colours = np.rint(255 * _srgb(even)).astype(np.uint8)
    colours.flags.writeable = False
    return colours


def _srgb(lab: F64) -> F64:
    """OKLab (n, 3) to gamma-encoded sRGB in [0, 1]; what is out of gamut is clipped."""
    to_lms = np.array(
        [
            [1, 0.3963377774, 0.2158037573],
            [1, -0.1055613458, -0.0638541728],
            [1, -0.0894841775, -1.2914855480],
        ]
    )
    to_rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip((lab @ to_lms.T) ** 3 @ to_rgb.T, 0, 1)
    return np.asarray(np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


def _short_part(frame: Frame) -> F32:
    """How much the short window counts in each row, float32 (height,) in [0, 1]."""
    low, high = np.log(_FADE_HZ)
    part: F32 = np.clip((np.log(frame.rows_hz()) - low) / (high - low), 0, 1).astype(np.float32)
    return part


def _levels(audio: Audio, window_s: float, frame: Frame, rows: Indices) -> F32:
    """Level of some rows in each column through one window, float32 (len(rows), width), dB.

    Columns much closer than the window is long are computed one in `step`, and those between interpolated.
    """
    from scipy.fft import rfft

    step = max(1, int(window_s / _HOPS_A_WINDOW * frame.width / frame.length_s))
    columns = np.arange(0, frame.width + step - 1, step)
    windowed = _windowed(audio, window_s, frame.middles(columns, audio.sample_rate))
    filters = _row_filters(audio.sample_rate, windowed.shape[1], frame)[rows]
    bins = np.flatnonzero(filters.any(axis=0))
    used = slice(int(bins.min(initial=0)), int(bins.max(initial=0)) + 1)
    spectrum = rfft(windowed, axis=1)[:, used]
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    return _between(10 * np.log10(filters[:, used] @ power.T + np.float32(_FLOOR_POWER)), step, frame.width)


def _windowed(audio: Audio, window_s: float, middles: Indices) -> F32:
    """The sound around each of the `middles`, under a window in which a sine's peak is its amplitude."""
    from scipy.fft import next_fast_len

    size = 2 * next_fast_len(round(window_s * audio.sample_rate / 2), real=True)
    padded = np.zeros(max(len(audio), int(middles[-1])) + size + 1, np.float32)
    padded[size // 2 : size // 2 + len(audio)] = audio.mono()
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[middles]
    windowed: F32 = frames * (hann(size) * np.float32(4 / size))
    return windowed


def _between(levels: F32, step: int, width: int) -> F32:
    """`width` columns out of every `step`-th of them, by linear interpolation."""
    at = np.arange(width, dtype=np.float32) / step
    left = np.minimum(at.astype(np.intp), levels.shape[1] - 2)
    part = at - left
    between: F32 = levels[:, left] * (1 - part) + levels[:, left + 1] * part
    return between.astype(np.float32)


@lru_cache(maxsize=4)
def _row_filters(sample_rate: int, window: int, frame: Frame) -> F32:
    """Triangles that add up the power of the bins around each row, float32 (height, 1 + window // 2).

    Each reaches to the neighbouring rows, or to the neighbouring bins where those are farther apart. A sine
    keeps its level to ±2 dB (a Hann window spreads its power over 1.5 bins). Rows above half the sample rate
    stay empty.
    """
    bins_hz = np.fft.rfftfreq(window, 1 / sample_rate)
    rows_hz = frame.rows_hz()[:, None]
    reach_hz = np.maximum(rows_hz * math.log(frame.high_hz / frame.low_hz) / frame.height, bins_hz[1])
    weights = np.maximum(1 - np.abs(bins_hz - rows_hz) / reach_hz, 0)
    filters: F32 = np.where(rows_hz <= sample_rate / 2, weights, 0).astype(np.float32)
    return filters
