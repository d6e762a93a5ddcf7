"""Where in a track a gap is: in which sections, and in which of their bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np

from patchpilot.tracks.balance import Balance, balances
from patchpilot.tracks.features import Listened
from patchpilot.tracks.gap.gap import Gap, Span
from patchpilot.tracks.profile import WHOLE
from patchpilot.tracks.profile.measuring import colours
from patchpilot.tracks.section import Section
from patchpilot.tracks.track import Track

_THERE = 0.5
"""A bar belongs to a gap where it is this part as far off."""
_HOLE_BARS = 2
"""So few bars between two others are counted with them."""
_LEAST_BARS = 2


def placed(gap: Gap, track: Track, heard: Mapping[str, Listened]) -> Gap:
    """A gap with its spans.

    Args:
        gap: of the track.
        track: its analysis.
        heard: the mix under `profile.MIX`, and stems by name; without the one that the gap is of, all of its sections
            are told.
    """
    listened = heard.get(gap.feature.stem)
    sections = {f.section for f in gap.features}
    if gap.feature.section == WHOLE or track.grid is None:
        spans = _pumped(gap, track) if gap.group == "pumping" else []
        return replace(gap, spans=tuple(spans))
    where = [s for s in track.sections if s.label in sections]
    off = _off_bars(gap, track, listened) if gap.group in ("colour", "width") and listened is not None else []
    own = gap.feature.section if off else ""
    spans = [*off, *(_span(track, s.start_s, s.end_s) for s in where if s.label != own)]
    return replace(gap, spans=tuple(sorted(spans, key=lambda span: span.start_s)))


def _off_bars(gap: Gap, track: Track, listened: Listened) -> list[Span]:
    """The bars that differ like the gap does, in the sections of its own label."""
    where = [s for s in track.sections if s.label == gap.feature.section]
    _, whole = balances(listened, where)
    own = np.average([_value(gap, b) for b in whole], weights=[s.duration_s for s in where])
    usual = gap.usual.median + (float(own) - gap.value if gap.feature.hz is not None else 0.0)
    return [span for section in where for span in _bars(gap, track, listened, section, usual)]


def _value(gap: Gap, balance: Balance) -> float:
    return colours(balance, gap.feature.section, gap.feature.stem)[gap.feature]


def _bars(gap: Gap, track: Track, listened: Listened, section: Section, usual: float) -> Iterator[Span]:
    """The bars of a section that are at least half as far from what is usual as the gap."""
    edges = np.array(track.energy.edges_s)
    lines = edges[(edges >= section.start_s - 1e-6) & (edges <= section.end_s + 1e-6)].tolist()
    _, found = balances(listened, [Section(section.label, a, b) for a, b in pairwise(lines)])
    values = np.array([_value(gap, balance) for balance in found])
    there = (values - usual) * np.sign(gap.difference) >= _THERE * abs(gap.difference)
    for first, last in _runs(there):
        if last - first >= min(_LEAST_BARS, len(values)):
            yield _span(track, lines[first], lines[last])


def _runs(there: np.ndarray) -> list[tuple[int, int]]:
    """First and end of each run of true values, over small holes."""
    found: list[tuple[int, int]] = []
    for k in np.flatnonzero(there).tolist():
        if found and k - found[-1][1] <= _HOLE_BARS:
            found[-1] = (found[-1][0], k + 1)
        else:
            found.append((k, k + 1))
    return found


def _pumped(gap: Gap, track: Track) -> list[Span]:
    """The bars whose own depth is off like the whole track's."""
    bars = track.detectors.get("pumping", {}).get("bars")
    if track.grid is None or not isinstance(bars, list) or gap.feature.name != "pumping":
        return []
    off = [
        float(bar[0])
        for bar in bars
        if isinstance(bar, list | tuple)
        and (float(bar[1]) - gap.usual.median) * np.sign(gap.difference) >= _THERE * abs(gap.difference)
    ]
    where = [s for s in track.sections if any(s.start_s <= start < s.end_s for start in off)]
    return [_span(track, s.start_s, s.end_s) for s in where]


def _span(track: Track, start_s: float, end_s: float) -> Span:
    bars = None
    if track.grid is not None:
        first = track.grid.bar_of(start_s) + 1
        bars = (max(first, 1), max(track.grid.bar_of(end_s - 0.5 * track.grid.bar_s) + 1, max(first, 1)))
    return Span(round(float(start_s), 3), round(float(end_s), 3), bars)
