"""A track as numbers that can be compared with those of others, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from patchpilot.audio import F64, Audio, peak
from patchpilot.tracks.balance import Balance, balances
from patchpilot.tracks.features import BANDS_HZ, Listened
from patchpilot.tracks.profile.kinds import MIX, REGIONS, WHOLE, Feature
from patchpilot.tracks.section import LABELS
from patchpilot.tracks.track import Track

Values = dict[Feature, float]
_HZ = np.array(BANDS_HZ)
_COMPARED = (_HZ >= 31.0) & (_HZ <= 16_000.0)
MONO_DB = -25.0
"""The least that a side has against its middle; less is the same."""
_SILENT_PEAK = 1e-4
_SILENT_DB = -30.0
"""A stem so far below the mix is not there in a section."""
_DETECTED = {
    "pumping": ("pumping", "depth_db", 1.0),
    "recovery": ("pumping", "recovery_s", 1000.0),
    "detune": ("supersaw", "detune_cents", 1.0),
    "hats": ("offbeat_hats", "level_db", 1.0),
    "offbeat": ("offbeat_hats", "contrast_db", 1.0),
    "floor": ("four_on_the_floor", "share", 1.0),
    "acid": ("acid", "score", 1.0),
}
"""For each feature the detector, what of it, and by what it is multiplied."""


@dataclass(frozen=True)
class Measured:
    """A track in numbers.

    Attributes:
        name: for people.
        sha256: of what was analysed.
        values: of its features; what it does not have is missing.
        path: where its file was; "" of audio from memory.
    """

    name: str
    sha256: str
    values: Mapping[Feature, float]
    path: str = ""


def measured(track: Track, stems: Mapping[str, Audio] | None = None) -> Measured:
    """A track in numbers: each section's colour without its level, its level below the drops, its widths.

    Args:
        track: its analysis.
        stems: by name, as long as the track: each is measured in the track's sections. Silent ones are passed over.
    """
    values: Values = {**_whole(track), **colours(track.balance, WHOLE, MIX), **_by_section(track)}
    for name, stem in (stems or {}).items():
        if peak(stem) > _SILENT_PEAK:
            values |= stem_values(track, name, Listened(stem))
    return Measured(Path(track.path).name or track.sha256[:12], track.sha256, values, track.path)


def stem_values(track: Track, name: str, stem: Listened) -> Values:
    """A stem in numbers: its level below the mix, colour and widths in the sections where it plays."""
    whole, parts = balances(stem, track.sections)
    values: Values = {}
    for label in (WHOLE, *LABELS):
        own = [whole] if label == WHOLE else _labelled(track, parts, label)
        mix = [track.balance] if label == WHOLE else _labelled(track, track.section_balance, label)
        if own and (level := _mean_level(own) - _mean_level(mix)) > _SILENT_DB:
            values[Feature("level", label, name)] = level
            values |= colours(_joined(own, _weights(track, label)), label, name)
    return values


def _whole(track: Track) -> Values:
    loud = track.loudness
    found = {
        "tempo": None if track.tempo is None else track.tempo.bpm,
        "loudness": loud.integrated_lufs,
        "psr": loud.psr_db,
        "range": loud.range_lu,
        **{name: _said(track, *where) for name, where in _DETECTED.items()},
    }
    if found["pumping"] is not None and found["pumping"] < 1.0:
        found["recovery"] = None  # of what does not duck
    return {Feature(name): float(value) for name, value in found.items() if value is not None}


def _said(track: Track, detector: str, key: str, factor: float) -> float | None:
    value = track.detectors.get(detector, {}).get(key)
    return factor * value if isinstance(value, int | float) and np.isfinite(value) else None


def _by_section(track: Track) -> Values:
    values: Values = {}
    labels = [section.label for section in track.sections]
    if not labels:
        return values
    reference = max(track.section_balance, key=lambda balance: balance.level_db).level_db
    if "drop" in labels:
        reference = _mean_level(_labelled(track, track.section_balance, "drop"))
    for label in dict.fromkeys(labels):
        own = _labelled(track, track.section_balance, label)
        values |= colours(_joined(own, _weights(track, label)), label, MIX)
        if label != "drop":
            values[Feature("level", label)] = _mean_level(own) - reference
        values |= {Feature(name, label): value for name, value in _curves(track, label)}
    return values


def _curves(track: Track, label: str) -> Iterator[tuple[str, float]]:
    """What the bars of a label's sections say: kicks, how they rise, how many they are."""
    edges = np.array(track.energy.edges_s)
    middles = (edges[1:] + edges[:-1]) / 2.0
    sections = [section for section in track.sections if section.label == label]
    inside = [(middles >= s.start_s) & (middles < s.end_s) for s in sections]
    yield "share", sum(s.duration_s for s in sections) / max(track.duration_s, 1e-9)
    if track.grid is None or not any(bars.any() for bars in inside):
        return
    yield "bars", float(np.median([s.duration_s / track.grid.bar_s for s in sections]))
    yield "kicks", float(np.mean(np.array(track.energy.kick)[np.any(inside, axis=0)]))
    if label == "buildup":
        level = np.array(track.energy.level_db)
        yield "rise", float(np.median([_risen(level[bars]) for bars in inside if bars.any()]))


def _risen(level: F64) -> float:
    quarter = max(1, len(level) // 4)
    return float(level[-quarter:].mean() - level[:quarter].mean())


def _labelled(track: Track, parts: Sequence[Balance], label: str) -> list[Balance]:
    """Those of the sections of a label."""
    return [b for b, s in zip(parts, track.sections, strict=True) if s.label == label]


def _weights(track: Track, label: str) -> list[float]:
    return [s.duration_s for s in track.sections if s.label == label] or [1.0]


def _mean_level(parts: Sequence[Balance]) -> float:
    return float(np.median([balance.level_db for balance in parts]))


def _joined(parts: Sequence[Balance], seconds: Sequence[float]) -> Balance:
    """The mean of several, by their length."""
    if len(parts) == 1:
        return parts[0]
    rows = (
        np.average([getattr(b, name) for b in parts], axis=0, weights=seconds)
        for name in ("bands_db", "width")
    )
    bands, width = (tuple(row.tolist()) for row in rows)
    return Balance(_mean_level(parts), bands, width, parts[0].correlation)


def colours(balance: Balance, section: str, stem: str) -> Values:
    """Bands and widths of a balance.

    A band is what an octave about it has, so that the key matters less, relative to the middle of all of them: half of
    the bands, without the loudest and the softest, so that one that sticks out does not push the others down.
    """
    power = 10.0 ** (np.array(balance.bands_db) / 10.0)
    padded = np.pad(power, 1, mode="edge")
    level = 10.0 * np.log10((padded[:-2] + padded[1:-1] + padded[2:]) / 3.0)
    ordered = np.sort(level[_COMPARED])
    quarter = len(ordered) // 4
    level = level - ordered[quarter:-quarter].mean()
    values = {
        Feature(f"band {hz:g}", section, stem): float(db)
        for hz, db, is_compared in zip(BANDS_HZ, level, _COMPARED, strict=True)
        if is_compared
    }
    side = power * np.array(balance.width)
    for name, (low, high) in REGIONS.items():
        inside = (low <= _HZ) & (high > _HZ)
        part = float(side[inside].sum() / max(power[inside].sum(), 1e-12))
        values[Feature(f"width {name}", section, stem)] = max(
            10.0 * float(np.log10(max(part, 1e-9) / max(1.0 - part, 1e-9))), MONO_DB
        )
    return values
