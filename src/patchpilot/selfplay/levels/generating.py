"""New bars in the style of a level: its own strikes, left out, doubled and moved as a seed says, on its own grid."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from patchpilot.errors import ParameterError
from patchpilot.selfplay.levels.pattern import (
    BEATS_PER_BAR,
    STEPS_PER_BEAT,
    Part,
    Score,
    Strike,
    gridded,
)

_STEPS = BEATS_PER_BAR * STEPS_PER_BEAT
_STRENGTH = (1.0, 0.2, 0.45, 0.2, 0.8, 0.2, 0.45, 0.25) * 2
"""How much of a bar's metre rests on each sixteenth: the stronger, the less likely it changes."""
_JITTER_DB = 1.0
_FILL_EVERY = 4
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
    style = gridded(score)
    rng = np.random.default_rng([seed, bars])
    parts = tuple(_varied(part, style.bars, bars, rng, amount) for part in style.parts)
    length_s = bars * BEATS_PER_BAR * 60.0 / score.tempo_bpm
    return dataclasses.replace(style, bars=bars, parts=parts, first_beat_s=0.0, length_s=length_s)


def _varied(part: Part, style_bars: int, bars: int, rng: np.random.Generator, amount: float) -> Part:
    by_bar = _by_bar(part.strikes, style_bars)
    tones = sorted({strike.semitones for strike in part.strikes})
    struck: dict[int, Strike] = {}
    for bar in range(bars):
        own = by_bar[bar % style_bars]
        other = by_bar[int(rng.integers(style_bars))]
        is_fill = bar % _FILL_EVERY == _FILL_EVERY - 1
        for step in range(_STEPS):
            chance, added, moved, level = rng.random(4)
            weak = 1.0 - _STRENGTH[step]
            strike = own.get(step)
            if strike is not None and chance < 0.5 * amount * weak:
                strike = None
            elif strike is None and added < amount * weak * (1.0 if is_fill else 0.5):
                strike = other.get(step) or _ghost(own, step, amount, chance)
            if strike is None:
                continue
            semitones = strike.semitones
            if moved < 0.5 * amount and len(tones) > 1:
                semitones = tones[int(rng.integers(len(tones)))]
            at = bar * _STEPS + step
            louder = _JITTER_DB * amount * (2.0 * level - 1.0)
            struck[at] = dataclasses.replace(
                strike,
                beat=at / STEPS_PER_BEAT,
                level_db=min(0.0, strike.level_db + louder),
                semitones=semitones,
            )
    return dataclasses.replace(part, strikes=_until_the_next(struck))


def _by_bar(strikes: Sequence[Strike], bars: int) -> list[dict[int, Strike]]:
    """For each bar its strikes by their sixteenth."""
    found: list[dict[int, Strike]] = [{} for _ in range(bars)]
    for strike in strikes:
        bar, step = divmod(round(strike.beat * STEPS_PER_BEAT), _STEPS)
        found[min(bar, bars - 1)].setdefault(step if bar < bars else _STEPS - 1, strike)
    return found


def _ghost(own: Mapping[int, Strike], step: int, amount: float, chance: float) -> Strike | None:
    """A soft strike beside a loud one."""
    neighbour = own.get(step - 1) or own.get(step + 1)
    if neighbour is None or chance > amount:
        return None
    return dataclasses.replace(neighbour, level_db=neighbour.level_db - 9.0)


def _until_the_next(struck: Mapping[int, Strike]) -> tuple[Strike, ...]:
    """In their order, none longer than until the next of the same part."""
    steps = sorted(struck)
    return tuple(
        dataclasses.replace(struck[step], beats=min(struck[step].beats, (after - step) / STEPS_PER_BEAT))
        for step, after in zip(steps, [*steps[1:], steps[-1] + 10**6] if steps else [], strict=True)
    )
