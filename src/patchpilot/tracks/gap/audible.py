"""How audible a difference is, and how much it matters where it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from patchpilot.tracks.profile import MIX, WHOLE, Feature

_SECTIONS = {"drop": 1.0, "breakdown": 0.8, "buildup": 0.7, "intro": 0.45, "outro": 0.4, WHOLE: 0.9}
_GROUPS = {"form": 0.35, "notes": 0.5, "tempo": 0.8, "dynamics": 0.8}
_CLEAR = 2.5
"""A difference of so many that are just heard is clearly heard (1 − 1/e)."""
_LOWEST_DB, _PLAIN_DB = -45.0, -15.0
"""Bands below the first, relative to the loudest, are hardly heard; above the second they are heard as they are."""
_STEM_LOWEST_DB, _STEM_PLAIN_DB = -40.0, -8.0
_LEAST = 0.15


def audible(feature: Feature, difference: float, values: Mapping[Feature, float]) -> float:
    """How easily a difference is heard, 0..1: by its size, by how well the ear hears there, and by what covers it.

    Args:
        feature: that differs.
        difference: in its unit.
        values: of the track: how loud the band is beside others, how loud the stem is in the mix.
    """
    heard = 1.0 - float(np.exp(-abs(difference) / (_CLEAR * feature.kind.audible)))
    if feature.hz is not None:
        bands = {
            f: v for f, v in values.items() if (f.section, f.stem) == (feature.section, feature.stem) and f.hz
        }
        levels = {f: v + _ear_db(f.hz or 0.0) for f, v in bands.items()}
        heard *= _plain(levels[feature] - difference / 2.0 - max(levels.values()))
    if feature.stem != MIX:
        level = values.get(Feature("level", feature.section, feature.stem), 0.0)
        usual = level - difference if feature.name == "level" else level
        heard *= _plain(max(level, usual), _STEM_LOWEST_DB, _STEM_PLAIN_DB)
    return heard


def importance(feature: Feature) -> float:
    """How much a difference matters by where it is and what it is of, 0..1: drops before intros."""
    return _SECTIONS[feature.section] * _GROUPS.get(feature.kind.group, 1.0)


def _plain(level_db: float, lowest_db: float = _LOWEST_DB, plain_db: float = _PLAIN_DB) -> float:
    return float(np.interp(level_db, [lowest_db, plain_db], [_LEAST, 1.0]))


def _ear_db(hz: float) -> float:
    """How well the ear hears at some loudness of music, dB (halfway between A-weighting of IEC 61672 and flat)."""
    f2 = hz * hz
    a = (
        12194.0**2
        * f2
        * f2
        / ((f2 + 20.6**2) * np.sqrt((f2 + 107.7**2) * (f2 + 737.9**2)) * (f2 + 12194.0**2))
    )
    return float(10.0 * np.log10(max(a, 1e-9)) + 1.0)
