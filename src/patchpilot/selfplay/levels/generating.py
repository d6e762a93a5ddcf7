"""New bars in the style of a level: what its own bars have at other places as strong, on its own grid.

Cells of sixteenths, with all that is struck there, change places with cells that rest equally in the metre. So the
balance of the parts, the density, and what sounds together stay those of the level.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from patchpilot.errors import ParameterError
from patchpilot.selfplay.levels.pattern import BEATS_PER_BAR, STEPS_PER_BEAT, Score, Strike, on_grid

_STEPS = BEATS_PER_BAR * STEPS_PER_BEAT
_STRENGTH = (1.0, 0.2, 0.45, 0.2, 0.8, 0.2, 0.45, 0.25) * 2
"""How much of a bar's metre rests on each sixteenth: the stronger, the less likely it changes."""
_JITTER_DB = 1.0
_FILL_EVERY = 4
_AT_ONCE = 0.02
"""Beats that are no difference."""
MOST_BARS = 512


def generated(score: Score, *, bars: int, seed: int, amount: float = 0.3) -> Score:
    """New bars.

    Args:
        score: the style.
        bars: 1..512, how many.
        seed: >= 0; another one is other bars.
        amount: 0 to 1, how much may differ; with 0 it is the score again, on its grid.

    Raises:
        ParameterError: a number is out of its range.
    """
    if not 1 <= bars <= MOST_BARS or not 0.0 <= amount <= 1.0 or seed < 0:
        raise ParameterError(
            f"expected 1 to {MOST_BARS} bars, an amount from 0 to 1 and a seed >= 0, got {bars}, {amount:g}, {seed}"
        )
    rng = np.random.default_rng([seed, bars])
    cells = _cells(score)
    tones = [sorted({strike.semitones for strike in part.strikes}) for part in score.parts]
    struck: list[dict[int, Strike]] = [{} for _ in score.parts]
    for at in range(bars * _STEPS):
        for number, strike in cells[_source(at, len(cells), rng, amount)].items():
            struck[number][at] = _changed(strike, at, tones[number], rng, amount)
    onsets = sorted(set().union(*struck))
    parts = tuple(
        dataclasses.replace(part, strikes=_until_the_next(own, onsets, bars * _STEPS))
        for part, own in zip(score.parts, struck, strict=True)
    )
    length_s = bars * BEATS_PER_BAR * 60.0 / score.tempo_bpm
    return dataclasses.replace(score, bars=bars, parts=parts, first_beat_s=0.0, length_s=length_s)


def _cells(score: Score) -> list[dict[int, Strike]]:
    """For each sixteenth of the level its strikes, the loudest of each part, by the part's number.

    One that ends because the next begins (a hit of a loop does) ends nowhere by itself here: it is infinitely long.
    """
    onsets = np.array(sorted({strike.beat for part in score.parts for strike in part.strikes}))
    ends = np.append(onsets, score.length_s * score.tempo_bpm / 60.0)
    found: list[dict[int, Strike]] = [{} for _ in range(score.n_steps)]
    for number, part in enumerate(score.parts):
        for strike in part.strikes:
            is_cut = np.abs(ends - strike.beat - strike.beats).min() < _AT_ONCE
            cell = found[on_grid(strike.beat) % score.n_steps]
            if number not in cell or strike.level_db > cell[number].level_db:
                cell[number] = dataclasses.replace(strike, beats=np.inf if is_cut else strike.beats)
    return found


def _source(at: int, n: int, rng: np.random.Generator, amount: float) -> int:
    """Of which of the level's `n` sixteenths the new one at `at` is made: its own, or one that rests as much.

    That is the same place of another bar, or the same place of another beat.
    """
    own = at % n
    change, which, place = rng.random(3)
    step, bar = at % _STEPS, at // _STEPS
    is_fill = bar % _FILL_EVERY == _FILL_EVERY - 1 and step >= _STEPS // 2
    if change >= amount * (1.0 - _STRENGTH[step]) * (2.0 if is_fill else 1.0):
        return own
    bars = [k for k in range(own % _STEPS, n, _STEPS) if k != own]
    beats = [k for k in range(own % STEPS_PER_BEAT, n, STEPS_PER_BEAT) if k != own]
    others = bars if bars and which < 0.5 else beats
    return others[int(place * len(others))] if others else own


def _changed(strike: Strike, at: int, tones: list[int], rng: np.random.Generator, amount: float) -> Strike:
    """A strike at its new place, perhaps on another of its part's tones."""
    moved, tone, level = rng.random(3)
    semitones = strike.semitones
    if moved < 0.5 * amount * (1.0 - _STRENGTH[at % _STEPS]):
        semitones = tones[int(tone * len(tones))]
    louder = _JITTER_DB * amount * (2.0 * level - 1.0)
    return dataclasses.replace(
        strike, beat=at / STEPS_PER_BEAT, level_db=min(0.0, strike.level_db + louder), semitones=semitones
    )


def _until_the_next(struck: Mapping[int, Strike], onsets: Sequence[int], n_steps: int) -> tuple[Strike, ...]:
    """In their order: what others cut off lasts until the next of any part, the others until the next of their own."""
    own = [*sorted(struck), n_steps]
    found = []
    for step, after in pairwise(own):
        strike = struck[step]
        if np.isinf(strike.beats):
            after = next((onset for onset in onsets if onset > step), n_steps)
        found.append(dataclasses.replace(strike, beats=min(strike.beats, (after - step) / STEPS_PER_BEAT)))
    return tuple(found)
