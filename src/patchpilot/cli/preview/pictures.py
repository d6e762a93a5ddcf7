"""Sounds drawn with characters: a waveform of braille dots, a spectrogram of half blocks, one time axis for both.

A cell of a terminal is about twice as high as it is wide, so a half block is a square pixel: "▀" shows two of
them, one in the colour of the letter and one in that of its ground. A braille letter has 2 × 4 dots.
Colours and levels are those of `patchpilot.audio.pictures`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rich.text import Text

from patchpilot.audio import F32, Audio
from patchpilot.audio.pictures import RANGE_DB, Frame, colour_map, spectrogram

GUTTER = 5
"""Cells left of a picture, where the axis says its frequencies."""
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""Bits of a braille letter's dots, by row and column."""
_BRAILLE = 0x2800
_SPLIT = 0.9
"""The outline of a waveform is drawn in colours from here of the palette down, by its height."""
_N_COLOURS = 48
_TICKS_HZ = (100.0, 300.0, 1000.0, 3000.0, 10000.0)
_AXIS = "grey62"


def waveform(audio: Audio, width: int, height: int, *, length_s: float | None = None) -> Text:
    """The outline of a sound, its loudest sample at the edges.

    Heights follow the square root of the amplitude: a quiet tail is seen beside a loud attack.

    Args:
        audio: any rate and channels (averaged).
        width: >= 1, cells.
        height: >= 1, cells.
        length_s: seconds from the left edge to the right; those of the sound by default.

    Returns:
        `height` lines of `width` cells.
    """
    low, high = _outline(audio, 2 * width, length_s or audio.duration_s)
    scale = max(float(np.abs([low, high]).max(initial=0.0)), 1e-9)
    n_dots = 4 * height
    top, bottom = (
        np.rint((n_dots - 1) / 2 * (1 - np.sign(edge) * np.sqrt(np.abs(edge) / scale)))
        for edge in (high, low)
    )
    rows = np.arange(n_dots)[:, None]
    dots = (rows >= top) & (rows <= bottom)
    cells = (dots.reshape(height, 4, width, 2) * _DOTS[None, :, None, :]).sum(axis=(1, 3))
    reach = np.maximum(np.abs(low), np.abs(high)).reshape(width, 2).max(axis=1)
    shades = _hex(_SPLIT * np.clip(0.45 + 0.55 * np.sqrt(reach / scale), 0, 1))
    lines = [_line("".join(map(chr, _BRAILLE + line)), shades) for line in cells]
    return Text("\n").join(lines)


def spectrogram_lines(audio: Audio, width: int, height: int, *, length_s: float | None = None) -> Text:
    """A spectrogram on a logarithmic frequency axis, its loudest pixel in the brightest colour.

    Args:
        audio: any rate and channels (averaged).
        width: >= 1, cells, without the gutter of the axis.
        height: >= 1, cells.
        length_s: seconds from the left edge to the right; those of the sound by default.

    Returns:
        `height` lines of `GUTTER + width` cells.
    """
    frame = Frame(length_s or audio.duration_s, width, 2 * height, high_hz=_highest(audio))
    levels = spectrogram(audio, frame)
    norm = np.clip((levels - levels.max()) / RANGE_DB + 1, 0, 1)
    if levels.max() <= -RANGE_DB - 20:  # nothing sounds
        norm[:] = 0
    labels = {round(frame.from_top(hz) * (2 * height - 1)) // 2: _hz(hz) for hz in _ticks(frame)}
    lines = []
    for i in range(height):
        line = Text(labels.get(i, "").rjust(GUTTER - 1) + " ", style=_AXIS, end="")
        upper, lower = _hex(norm[2 * i]), _hex(norm[2 * i + 1])
        line.append_text(_line("▀" * width, [f"{up} on {low}" for up, low in zip(upper, lower, strict=True)]))
        lines.append(line)
    return Text("\n").join(lines)


def time_axis(length_s: float, width: int) -> Text:
    """Round times below a picture, each where it is; a line of `GUTTER + width` cells."""
    cells = [" "] * (GUTTER + width)
    ticks = Frame(length_s).time_ticks_s()
    free = 0
    for tick in ticks:
        at = GUTTER + round(tick / length_s * (width - 1))
        label = f"{tick:g}" + (" s" if tick == ticks[-1] else "")
        start = min(max(at - len(label) // 2, GUTTER), len(cells) - len(label))
        if start >= free:
            cells[start : start + len(label)] = label
            free = start + len(label) + 1
    return Text("".join(cells), style=_AXIS)


def _outline(audio: Audio, columns: int, length_s: float) -> tuple[F32, F32]:
    """Lowest and highest sample of each column, float32 (columns,) each."""
    edges = np.rint(np.linspace(0, length_s * audio.sample_rate, columns + 1)).astype(np.intp)
    samples = np.zeros(max(int(edges[-1]), int(edges[-2]) + 1), np.float32)
    mono = np.nan_to_num(audio.mono()[: len(samples)])
    samples[: len(mono)] = mono
    return np.minimum.reduceat(samples, edges[:-1]), np.maximum.reduceat(samples, edges[:-1])


def _highest(audio: Audio) -> float:
    """Frequency at the top: what people hear, or what the rate can carry."""
    return min(18000.0, audio.sample_rate / 2)


def _ticks(frame: Frame) -> list[float]:
    """Frequencies that the axis names: fewer where there is less room."""
    ticks = _TICKS_HZ if frame.height >= 20 else _TICKS_HZ[::2]
    return [hz for hz in ticks if frame.low_hz < hz < frame.high_hz]


def _hz(hz: float) -> str:
    return f"{hz / 1000:g}k" if hz >= 1000 else f"{hz:g}"


def _hex(norms: npt.NDArray[np.floating]) -> list[str]:
    """Colours of the palette for parts of it in [0, 1]."""
    names = ["#" + bytes(colour).hex() for colour in colour_map(_N_COLOURS)]
    return [names[i] for i in np.rint(norms * (_N_COLOURS - 1)).astype(int).tolist()]


def _line(letters: str, styles: list[str]) -> Text:
    """A line of letters with a style each; neighbours of one style are one span."""
    line = Text(end="")
    start = 0
    for end in range(1, len(letters) + 1):
        if end == len(letters) or styles[end] != styles[start]:
            line.append(letters[start:end], styles[start])
            start = end
    return line
