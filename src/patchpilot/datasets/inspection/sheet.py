"""A contact sheet: spectrograms of many rows on one page, to see at a glance what a dataset sounds like."""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from patchpilot.audio import db, note_name
from patchpilot.audio.pictures import RANGE_DB, Frame, spectrogram, spectrogram_png
from patchpilot.datasets.inspection.levels import level
from patchpilot.errors import DatasetError, ParameterError

if TYPE_CHECKING:
    from patchpilot.datasets.storage.reader import Dataset, Row

_TILE = (212, 118)
"""Pixels of a spectrogram."""
_GAP, _CAPTION = 14, 34
_LEFT, _TOP, _RIGHT, _BOTTOM = 52, 84, 24, 44
_GROUND, _INK, _FAINT = (18, 16, 26), (236, 232, 244), (150, 144, 166)
_TICKS_HZ = {100.0: "100", 1000.0: "1k", 10000.0: "10k"}
_LIKE = str.maketrans(
    {"♯": "#", "♭": "b", "–": "-", "—": "-", "×": "x", "−": "-", "’": "'", "ß": "ss", "ø": "o"}
)
MOST = 1024
"""Rows on a sheet."""


def chosen(n_rows: int, n: int, *, seed: int = 0) -> list[int]:
    """Rows for a sheet: one of each of `n` equal stretches of the dataset, drawn by the seed; rising.

    Args:
        n_rows: of the dataset, >= 0.
        n: how many are wanted, 1..`MOST`; all where there are not so many.
        seed: >= 0, of the draw.

    Raises:
        ParameterError: `n` or `seed` is out of its range.
    """
    if not 1 <= n <= MOST:
        raise ParameterError(f"expected 1 to {MOST} rows on a sheet, got {n}")
    if seed < 0:
        raise ParameterError(f"expected a seed >= 0, got {seed}")
    n = min(n, n_rows)
    edges = np.linspace(0, n_rows, n + 1)
    first, last = np.ceil(edges[:-1]).astype(int), np.ceil(edges[1:]).astype(int) - 1
    rng = np.random.Generator(np.random.PCG64(seed))
    return [int(row) for row in first + np.floor(rng.random(n) * (last - first + 1)).astype(int)]


def sheet_png(dataset: Dataset, rows: Sequence[int], *, title: str = "") -> bytes:
    """Spectrograms of some rows in a grid, each with its number, note and name.

    Frequency is logarithmic and grows upwards. The brightest colour is the loudest place of each sound, so that
    quiet ones are seen as well; the caption says how loud it is.

    Args:
        dataset: one that holds audio.
        rows: numbers of the rows, at least one, in the order in which they are drawn.
        title: of the page.

    Returns:
        A PNG file.

    Raises:
        DatasetError: the dataset holds no audio or no rows, or the file is damaged.
    """
    if dataset.recipe.audio == "none":
        raise DatasetError("it holds no audio, only features: there is nothing to draw")
    if not rows:
        raise DatasetError("it has no rows yet: there is nothing to draw")
    width, height = _TILE
    n_columns = math.ceil(math.sqrt(len(rows)))
    n_lines = math.ceil(len(rows) / n_columns)
    frame = Frame(dataset.recipe.plan.length_s, width, height)
    page = Image.new(
        "RGB",
        (
            max(_LEFT + n_columns * (width + _GAP) - _GAP + _RIGHT, 640),
            _TOP + n_lines * (height + _CAPTION + _GAP) - _GAP + _BOTTOM,
        ),
        _GROUND,
    )
    draw = ImageDraw.Draw(page)
    draw.text((_LEFT, 20), _plain(title, 22), _INK, _font(22))
    draw.text((_LEFT, 50), _plain(_subtitle(dataset, len(rows)), 14), _FAINT, _font(14))
    for place, number in enumerate(rows):
        line, column = divmod(place, n_columns)
        left, top = _LEFT + column * (width + _GAP), _TOP + line * (height + _CAPTION + _GAP)
        _draw_row(page, draw, dataset[number], frame, (left, top))
        if column == 0:
            _draw_frequencies(draw, frame, left, top)
        if place + n_columns >= len(rows):  # nothing is below it
            _draw_times(draw, frame, left, top + height + _CAPTION)
    file = io.BytesIO()
    page.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, format="PNG")
    return file.getvalue()


def _draw_row(page: Image.Image, draw: Any, row: Row, frame: Frame, corner: tuple[int, int]) -> None:
    """A spectrogram, and below it two lines of words."""
    left, top = corner
    audio = row.audio
    levels = spectrogram(audio, frame)
    png = spectrogram_png(levels, top_db=max(float(levels.max()), -100.0))
    with Image.open(io.BytesIO(png)) as image:
        page.paste(image.convert("RGB"), corner)
    loud = level(audio)
    facts = f"{note_name(row.pitch)}, {db(loud):.0f} dB" if loud > 0 else note_name(row.pitch)
    bold = _font(13)
    draw.text((left, top + frame.height + 4), f"{row.index}", _INK, bold)
    draw.text((left + frame.width, top + frame.height + 4), _plain(facts, 13), _FAINT, bold, anchor="ra")
    draw.text(
        (left, top + frame.height + 19), _fitting(row.name or row.source, frame.width, 12), _FAINT, _font(12)
    )


def _draw_frequencies(draw: Any, frame: Frame, left: int, top: int) -> None:
    for hz, text in _TICKS_HZ.items():
        y = top + frame.from_top(hz) * frame.height
        draw.line((left - 6, y, left - 2, y), _FAINT)
        draw.text((left - 9, y), text, _FAINT, _font(11), anchor="rm")


def _draw_times(draw: Any, frame: Frame, left: int, top: int) -> None:
    ticks = frame.time_ticks_s()
    shown = [tick for tick in ticks if tick == ticks[0] or tick == ticks[-1]]
    for tick in shown:
        x = left + tick / frame.length_s * (frame.width - 1)
        anchor = "la" if tick == 0 else ("ra" if x > left + frame.width - 14 else "ma")
        draw.text((x, top + 4), f"{tick:g} s", _FAINT, _font(11), anchor=anchor)


def _subtitle(dataset: Dataset, n: int) -> str:
    recipe = dataset.recipe
    return (
        f"{recipe.instrument}, tier {recipe.tier}, seed {recipe.seed} · {n:,} of {len(dataset):,} rows · "
        f"colours: {RANGE_DB:.0f} dB down from each sound's loudest"
    )


@cache
def _font(size: int) -> Any:
    """The font that comes with Pillow."""
    return ImageFont.load_default(size)


def _plain(text: str, size: int) -> str:
    """The text with what the font has: "e" for "é", "?" for what cannot be said with it."""
    plain = unicodedata.normalize("NFKD", text.translate(_LIKE))
    return "".join(
        c if _is_drawn(c, size) else "?" for c in plain if c.isprintable() and not unicodedata.combining(c)
    )


@cache
def _is_drawn(letter: str, size: int) -> bool:
    """Whether the font has a letter: what is missing looks like what is certainly missing."""
    mask, missing = (_font(size).getmask(c) for c in (letter, "\uffff"))
    return letter == " " or (mask.size, bytes(mask)) != (missing.size, bytes(missing))


def _fitting(text: str, width: int, size: int) -> str:
    """The text, cut so that it is no wider than `width` pixels."""
    text = _plain(text, size)
    if _font(size).getlength(text) <= width:
        return text
    while text and _font(size).getlength(text + "...") > width:
        text = text[:-1]
    return text.rstrip() + "..."
