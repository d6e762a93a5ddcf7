"""Who is heard when: each golden moment gets a place of its own, where its energy and its key suit the section.

Places lie evenly over the song. Who gets which is one assignment problem (Kuhn 1955, by SciPy): the cost of a place is
how far the section's energy is from the moment's rank, and how far its notes would have to move.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.selfplay.arrangement.arrangement import Arrangement, Clip
from patchpilot.selfplay.arrangement.bed import bed
from patchpilot.selfplay.arrangement.form import (
    BEATS_PER_BAR,
    Section,
    bars_of,
    energy_curve,
    section_at,
    usual_form,
)
from patchpilot.selfplay.arrangement.moment import Moment
from patchpilot.space.key import Key, best_key, shift

_LENGTHS = (16.0, 8.0, 4.0, 2.0, 1.0, 0.5)
"""Beats that a place may have: the longest with which all find one."""
_SHIFT, _CHANCE = 0.15, 0.05
"""Cost of a semitone, and of chance, beside energies from 0 to 1."""


def arrange(
    moments: Sequence[Moment],
    *,
    tempo_bpm: float = 128.0,
    minutes: float = 4.0,
    key: Key | None = None,
    sections: Sequence[Section] = (),
    seed: int = 0,
) -> Arrangement:
    """A song in which each golden moment is framed exactly once.

    Args:
        moments: that it is made of; those that are not golden lie under the others.
        tempo_bpm: beats a minute.
        minutes: its length, to the nearest bar; not used with `sections`.
        key: of it; the one in which moments move least by default.
        sections: its form; the usual one by default.
        seed: >= 0; another one is another song.

    Raises:
        ParameterError: there are no golden moments, two of one name, or more than have a place.
    """
    names = [moment.name for moment in moments]
    if len(set(names)) != len(names):
        raise ParameterError("expected moments of different names")
    golden = [moment for moment in moments if moment.is_golden]
    if not golden:
        raise ParameterError("expected at least one golden moment: star takes with `patchpilot bank star`")
    form = tuple(sections) or usual_form(
        bars=bars_of(minutes, tempo_bpm),
        key=key or best_key(moment.pitches for moment in golden if moment.pitches),
    )
    rng = np.random.default_rng([seed, len(golden)])
    framed = _framed(golden, form, rng)
    under = bed([moment for moment in moments if not moment.is_golden], form, rng)
    clips = sorted([*framed, *under], key=lambda clip: (clip.beat, clip.role, clip.moment))
    return Arrangement(tempo_bpm, form, tuple(clips), seed)


def places(n: int, beats: int) -> tuple[list[float], float]:
    """Where n moments are framed: first beats, and how long each has.

    Raises:
        ParameterError: there are more than half beats.
    """
    for length in _LENGTHS:
        there = int(beats / length)
        if there >= n:
            chosen = ((np.arange(n) + 0.5) * there / n).astype(int)
            return [float(place) * length for place in chosen], length
    raise ParameterError(
        f"{n} golden moments do not fit into {beats // BEATS_PER_BAR} bars: make the song longer, or star fewer"
    )


def _framed(golden: Sequence[Moment], form: Sequence[Section], rng: np.random.Generator) -> list[Clip]:
    from scipy.optimize import linear_sum_assignment

    curve = energy_curve(form)
    starts, length = places(len(golden), BEATS_PER_BAR * len(curve))
    energies = curve[[int(start / BEATS_PER_BAR) for start in starts]]
    keys = [form[section_at(form, start)].key for start in starts]
    moves = np.array([[shift(moment.pitches, key) for key in keys] for moment in golden])
    wanted = _ranks(np.array([moment.intensity for moment in golden]))
    levels = _ranks(energies)
    cost = np.square(wanted[:, None] - levels[None]) + _SHIFT * np.abs(moves)
    cost = cost + _CHANCE * rng.random(cost.shape)
    rows, columns = linear_sum_assignment(cost)
    return [
        Clip(
            golden[row].name,
            starts[column],
            length,
            golden[row].role,
            semitones=int(moves[row, column]),
            is_framed=True,
        )
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    ]


def _ranks(values: F64) -> F64:
    """The place of each value among all, 0 to 1; equal ones by their order."""
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray(order / max(1, len(values) - 1))
