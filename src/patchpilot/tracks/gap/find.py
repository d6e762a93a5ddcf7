"""Finding gaps: a track beside a profile, sections beside sections of their kind, colours after their levels match."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from patchpilot.tracks.features import BANDS_HZ
from patchpilot.tracks.gap.audible import audible, importance
from patchpilot.tracks.gap.gap import Gap
from patchpilot.tracks.profile import MIX, WHOLE, Feature, Measured, Usual

Known = Mapping[Feature, Usual]
LEAST_SPREADS = 1.5
"""A gap is farther from the middle than this."""
_BELONGS = 0.5
"""Bands beside the farthest one belong to it while they are this part as far."""
_MOST_SPREADS = 8.0
_PRESENT = 0.3
"""What fewer of the tracks have says nothing of what is usual."""
_THIRD = 2.0 ** (1.0 / 6.0)


def gaps(one: Measured, known: Known) -> list[Gap]:
    """What a track lacks or has too much of, the most important first.

    Args:
        one: the track.
        known: what is usual; `Profile.usual_for(one)`.
    """
    matched = level_matched(one, known)
    found = [*_colours(matched, known), *_others(matched, known)]
    return sorted(_joined(found), key=lambda gap: (-gap.priority, gap.feature))


def level_matched(one: Measured, known: Known) -> dict[Feature, float]:
    """The values that can be compared: of each section the bands are moved, all alike, to where most of them fit."""
    has_sections = any(feature.section != WHOLE for feature in one.values)
    most = max((usual.tracks for usual in known.values()), default=0)
    values = {
        f: v
        for f, v in one.values.items()
        if f in known and known[f].tracks >= _PRESENT * most and _is_compared(f, has_sections)
    }
    places: dict[tuple[str, str], list[Feature]] = {}
    for feature in values:
        if feature.hz is not None:
            places.setdefault((feature.section, feature.stem), []).append(feature)
    for bands in places.values():
        apart = np.median([values[f] - known[f].median for f in bands])
        values |= {f: values[f] - float(apart) for f in bands}
    return values


def _is_compared(feature: Feature, has_sections: bool) -> bool:
    """Colours, widths and stems are those of sections where there are sections."""
    everywhere = feature.section == WHOLE and (
        feature.kind.group in ("colour", "width") or feature.stem != MIX
    )
    return not (everywhere and has_sections)


def made(feature: Feature, values: Mapping[Feature, float], known: Known) -> Gap:
    """The gap that a feature alone tells of."""
    value, of = values[feature], known[feature]
    heard = audible(feature, value - of.median, values)
    weight = importance(feature)
    return Gap(
        feature=feature,
        features=(feature,),
        value=value,
        usual=of,
        low_hz=None if feature.hz is None else feature.hz / _THIRD,
        high_hz=None if feature.hz is None else feature.hz * _THIRD,
        audible=heard,
        priority=min(abs(of.spreads(value)), _MOST_SPREADS) * heard * weight,
    )


def _is_gap(gap: Gap) -> bool:
    return abs(gap.spreads) >= LEAST_SPREADS and abs(gap.difference) >= gap.feature.kind.audible


def _others(values: Mapping[Feature, float], known: Known) -> Iterator[Gap]:
    for feature in values:
        if feature.hz is None and _is_gap(gap := made(feature, values, known)):
            yield gap


def _colours(values: Mapping[Feature, float], known: Known) -> Iterator[Gap]:
    """In each section and stem the bands that are farthest off, each with its neighbours."""
    places = sorted({(f.section, f.stem) for f in values if f.hz is not None})
    for section, stem in places:
        row = [Feature(f"band {hz:g}", section, stem) for hz in BANDS_HZ]
        single = {k: made(f, values, known) for k, f in enumerate(row) if f in values}
        left = dict(single)
        while left:
            top = max(left, key=lambda k: abs(left[k].spreads) * left[k].audible)
            if not _is_gap(left[top]):
                left.pop(top)
                continue
            run = _run(left, top)
            yield _merged([left.pop(k) for k in sorted(run)])


def _run(bands: Mapping[int, Gap], top: int) -> list[int]:
    """The neighbours that are off in the same direction, at least half as far."""
    peak = bands[top].difference
    run = [top]
    for step in (-1, 1):
        k = top + step
        while k in bands and bands[k].difference / peak >= _BELONGS:
            run.append(k)
            k += step
    return run


def _joined(found: list[Gap]) -> list[Gap]:
    """Gaps that tell of one thing become one: the same in several sections."""
    joined: list[Gap] = []
    for gap in sorted(found, key=lambda gap: (-gap.priority, gap.feature)):
        same = next((k for k, other in enumerate(joined) if _is_same(gap, other)), None)
        if same is None:
            joined.append(gap)
        else:
            joined[same] = _merged([joined[same], gap])
    return joined


def _is_same(one: Gap, two: Gap) -> bool:
    if (one.group, one.feature.stem) != (
        two.group,
        two.feature.stem,
    ) or one.difference * two.difference < 0.0:
        return False
    if one.low_hz is None or two.low_hz is None or one.high_hz is None or two.high_hz is None:
        if one.group == "width":
            return (one.feature.which == "bass") == (two.feature.which == "bass")
        return one.feature.name == two.feature.name and one.group not in ("level", "form")
    shared = np.log2(min(one.high_hz, two.high_hz) / max(one.low_hz, two.low_hz))
    return bool(shared > 0.5 * min(np.log2(one.high_hz / one.low_hz), np.log2(two.high_hz / two.low_hz)))


def _merged(parts: list[Gap]) -> Gap:
    """One gap of several: the one that matters most, with all features."""
    first = max(parts, key=lambda gap: (gap.priority, gap.feature))
    features = sorted({feature for gap in parts for feature in gap.features})
    near = [gap for gap in parts if gap.feature.section == first.feature.section]
    low = [gap.low_hz for gap in near if gap.low_hz is not None]
    high = [gap.high_hz for gap in near if gap.high_hz is not None]
    return replace(
        first,
        features=tuple(features),
        low_hz=min(low) if low else None,
        high_hz=max(high) if high else None,
    )
