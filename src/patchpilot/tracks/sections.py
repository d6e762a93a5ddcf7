"""The form of a track: where its sections begin, and what they are.

All forms are weighed at once. A form costs what its sections cost, each by the bars it covers: a breakdown costs by the
energy, bass and kicks it has, a drop by what it lacks, a buildup unless energy or brightness rise, and so on, with the
thresholds that producers' rules of thumb give. Beginning a section costs too, less where the sound changes much, and
less after whole groups of four bars. The cheapest form is found by dynamic programming over the bars (a semi-Markov
model whose costs are set, not learned).
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter1d

from patchpilot.audio import F64
from patchpilot.tracks.energy import (
    BREAKDOWN_BASS,
    BREAKDOWN_ENERGY,
    DROP_BASS,
    DROP_ENERGY,
    Energy,
    by_stretch,
)
from patchpilot.tracks.features import BANDS_HZ, Listened
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.section import LABELS, Section

LEAST_BARS = 8
"""A track of fewer bars has no form to speak of."""
BUILDUP_ENERGY, BUILDUP_HIGHS_DB = 0.022, 0.5
"""How much energy or highs rise in a bar of a buildup for it to cost nothing."""
STEADY, RISES, EDGE = 1.1, 0.8, 0.05
_PHRASE_BARS = 4
_MARGIN = 0.1
"""Whole drops lie this far above what their quietest bars may have."""
_HIGHS_HZ, _HIGHS_DB = 3000.0, 40.0
_BEGIN, _CHANGED, _CHANGE_BARS = 9.0, 7.0, 4
_CHANGE_DB = 6.0
_ODD, _HALF, _SHORT = 3.5, 1.2, 6.0
_SHORTEST_BARS, _LONGEST_BARS = 4, 96
_RANGE_DB = 50.0
_NEVER = 1e6
_NEXT = {
    "intro": {"breakdown": 0.0, "buildup": 0.0, "drop": 0.0, "outro": 8.0},
    "breakdown": {"buildup": 0.0, "drop": 1.3, "outro": 2.0},
    "buildup": {"drop": 0.0, "breakdown": 5.0, "outro": 8.0},
    "drop": {"breakdown": 0.0, "outro": 0.0, "buildup": 2.0},
    "outro": {},
}
"""What may follow, and what that costs."""
_FIRST = {"intro": 0.0, "breakdown": 8.0, "buildup": 8.0, "drop": 4.0, "outro": _NEVER}
_LAST = {"intro": _NEVER, "breakdown": 6.0, "buildup": 12.0, "drop": 4.0, "outro": 0.0}


def sections(listened: Listened, grid: Grid | None, energy: Energy) -> tuple[Section, ...]:
    """The sections of a track in order, without gaps; none of one shorter than eight bars.

    Args:
        listened: the track.
        grid: its bars; None where it has none, and sections begin anywhere.
        energy: its curves.
    """
    n = len(energy.rms)
    if n < LEAST_BARS:
        return ()
    edges = np.array(energy.edges_s)
    levels = _levels(listened, edges)
    rising = _rising(np.array(energy.energy), levels)
    costs = np.stack([_costs(label, energy, rising) for label in LABELS])
    begin = _begins(levels)
    lengths = _lengths(n, edges, grid)
    form = _cheapest(costs + lengths, begin)
    return tuple(Section(label, float(edges[start]), float(edges[end])) for label, start, end in form)


def _costs(label: str, energy: Energy, rising: F64) -> F64:
    """What a section from each edge to each other would cost, float64 (n + 1, n + 1)."""
    power, bass, kick = (np.array(curve) for curve in (energy.energy, energy.bass, energy.kick))
    has_kicks = 1.0 if kick.max() > 0.5 else 0.0
    loud, quiet = np.maximum(power - BREAKDOWN_ENERGY, 0.0), np.maximum(DROP_ENERGY + _MARGIN - power, 0.0)
    if label == "breakdown":
        return _sums(2.4 * loud + 2.0 * np.maximum(bass - BREAKDOWN_BASS, 0.0) + 1.5 * kick + RISES * rising)
    if label == "drop":
        thin = np.maximum(DROP_BASS - bass, 0.0) / DROP_BASS
        return _sums(4.0 * quiet + 0.5 * thin + has_kicks * 1.0 * (1.0 - kick))
    if label == "buildup":
        steady = 1.0 - rising
        return _sums(STEADY * steady + 1.0 * np.maximum(bass - DROP_BASS, 0.0) + 0.3 * kick)
    costs = EDGE + 4.0 * np.maximum(power - DROP_ENERGY - _MARGIN, 0.0)
    return _sums(costs + (_lost(power, kick) if label == "intro" else _lost(power[::-1], kick[::-1])[::-1]))


def _sums(costs: F64) -> F64:
    """Sum over each stretch of bars, float64 (n + 1, n + 1)."""
    until = np.concatenate([[0.0], np.cumsum(costs)])
    return np.asarray(until - until[:, None])


def _lost(power: F64, kick: F64) -> F64:
    """How much less each bar has than one before it, float64 (n,): intros fill up, outros do so backwards."""
    thinner = np.maximum.accumulate(kick) - kick
    quieter = np.maximum(np.maximum.accumulate(power) - power - 0.25, 0.0)
    return np.asarray(thinner + 1.2 * quieter)


def _rising(energy: F64, levels: F64) -> F64:
    """How much each bar, or one beside it, is part of a rise of energy or of highs, float64 (n,), 0..1.

    Highs, and not the centroid: it follows the chords more than anything that sweeps or rolls.
    """
    power = (10.0 ** (levels[:, np.array(BANDS_HZ) >= _HIGHS_HZ] / 10.0)).sum(axis=1)
    highs = 10.0 * np.log10(power / float(np.quantile(power, 0.95)) + 10.0 ** (-_HIGHS_DB / 10.0))
    louder = np.clip(_stepless(energy) / BUILDUP_ENERGY, -1.0, 1.0)
    brighter = np.clip(_stepless(highs) / BUILDUP_HIGHS_DB, 0.0, 1.0)
    return np.asarray(maximum_filter1d(np.clip(louder + brighter, 0.0, 1.0), 3))


def _stepless(curve: F64) -> F64:
    """How much a curve rises a bar both before and after each, float64 (n,).

    Each bar is compared with those four before and after it, which have its chord; what enters at once is no rise, for
    on one of its sides there is none.
    """
    padded = np.pad(curve, _PHRASE_BARS, mode="edge")
    rises = (padded[_PHRASE_BARS:] - padded[:-_PHRASE_BARS]) / _PHRASE_BARS
    return np.asarray(np.minimum(rises[: len(curve)], rises[_PHRASE_BARS:]))


def _levels(listened: Listened, edges: F64) -> F64:
    """Level of each band in each bar, dB, float64 (n, bands), none far below the loudest of all."""
    level = 10.0 * np.log10(np.maximum(by_stretch(listened.bands.total, edges), 1e-12))
    return np.asarray(np.maximum(level, level.max() - _RANGE_DB))


def _begins(level: F64) -> F64:
    """What it costs to begin a section at each edge, float64 (n + 1,): less where the sound changes for long."""
    n = len(level)
    sums = np.concatenate([np.zeros((1, level.shape[1])), np.cumsum(level, axis=0)])
    at = np.arange(n + 1)
    before, after = np.maximum(at - _CHANGE_BARS, 0), np.minimum(at + _CHANGE_BARS, n)
    past = (sums[at] - sums[before]) / np.maximum(at - before, 1)[:, None]
    coming = (sums[after] - sums[at]) / np.maximum(after - at, 1)[:, None]
    change = np.sqrt(np.square(coming - past).mean(axis=1))
    near = np.lib.stride_tricks.sliding_window_view(np.pad(change, 1), 3).max(axis=1)
    change = np.where(change >= near, change, 0.5 * change)
    return np.asarray(_BEGIN - _CHANGED * np.minimum(change / _CHANGE_DB, 1.0))


def _lengths(n: int, edges: F64, grid: Grid | None) -> F64:
    """What the length of each stretch costs, float64 (n + 1, n + 1): whole groups of four and eight bars nothing."""
    bars = np.arange(n + 1)
    if grid is not None:
        bars = np.rint((edges - grid.first_downbeat_s) / grid.bar_s).astype(int)
    length = bars - bars[:, None]
    cost = np.where(length < _SHORTEST_BARS, _SHORT, 0.0)
    cost = np.where((length < 1) | (length > _LONGEST_BARS), _NEVER, cost)
    if grid is not None:
        cost = cost + np.where(length % 4, _ODD, np.where(length % 8, _HALF, 0.0))
    last = cost[:, -1]
    cost[:, -1] = np.where(last >= _NEVER, _NEVER, 0.0)  # the end of a file is no bar line
    return cost


def _cheapest(costs: F64, begin: F64) -> list[tuple[str, int, int]]:
    """The form of the least cost: labels with the numbers of the edges they lie between."""
    n_labels, n = costs.shape[0], costs.shape[1] - 1
    step = np.full((n_labels, n_labels), _NEVER)
    for before, following in _NEXT.items():
        for after, cost in following.items():
            step[LABELS.index(before), LABELS.index(after)] = cost
    best = np.full((n_labels, n + 1), np.inf)
    start_of = np.zeros((n_labels, n + 1), int)
    came_from = np.full((n_labels, n + 1), -1)
    for end in range(1, n + 1):
        for label in range(n_labels):
            arriving = best[:, :end] + step[:, label, None]
            arriving[:, 0] = np.inf
            whole = arriving.min(axis=0) + begin[:end]
            whole[0] = _FIRST[LABELS[label]]
            whole = whole + costs[label, :end, end]
            start = int(np.argmin(whole))
            best[label, end], start_of[label, end] = whole[start], start
            came_from[label, end] = int(np.argmin(arriving[:, start])) if start else -1
    label = int(np.argmin(best[:, n] + np.array([_LAST[name] for name in LABELS])))
    form: list[tuple[str, int, int]] = []
    end = n
    while end > 0:
        start = int(start_of[label, end])
        form.append((LABELS[label], start, end))
        label, end = int(came_from[label, end]), start
    return form[::-1]
