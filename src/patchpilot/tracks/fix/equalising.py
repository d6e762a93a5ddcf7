"""Gaps of colour: a band of an equaliser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from patchpilot.audio import Audio
from patchpilot.tracks.features import BANDS_HZ
from patchpilot.tracks.fix.candidate import MOST_EQ_DB, Candidate, limited
from patchpilot.tracks.fix.step import Step
from patchpilot.tracks.gap import Gap
from patchpilot.tracks.profile import MIX, Feature
from patchpilot.tracks.profile.kinds import amount as said
from patchpilot.tracks.profile.kinds import hertz

_Q = (0.4, 4.0)
_SHELF_FROM_HZ, _SHELF_TO_HZ = 12_000.0, 45.0
"""What reaches above the first, or below the second, is closed by a shelf."""
_BELLS_HZ = (120.0, 300.0, 700.0, 1600.0, 4000.0)
"""Between the bells 2 to 7, so that several gaps of one track have a bell each."""
_LEAD_SHARE = 0.4
"""A stem has at least so much of the power of a band to be what is turned there."""


def equalisers(gap: Gap, values: Mapping[Feature, float], stems: Mapping[str, Audio]) -> Iterator[Candidate]:
    """A band of an equaliser: on the gap's stem; of the mix on the stem that sounds most there, then on the bus."""
    targets = [gap.feature.stem]
    if gap.feature.stem == MIX and gap.feature.hz is not None:
        targets = [*_loudest(gap.feature, values, stems), MIX]
    for target in targets:
        if target == MIX or target in stems:
            yield _equalised(gap, target)


def _loudest(feature: Feature, values: Mapping[Feature, float], stems: Mapping[str, Audio]) -> list[str]:
    """The stem that has most of a band's power in a section, if it has much of it."""
    power = {}
    for stem in stems:
        level = values.get(Feature("level", feature.section, stem))
        row = [Feature(f"band {hz:g}", feature.section, stem) for hz in BANDS_HZ]
        bands = {f.name: 10.0 ** (values[f] / 10.0) for f in row if f in values}
        if level is not None and feature.name in bands:
            power[stem] = 10.0 ** (level / 10.0) * bands[feature.name] / sum(bands.values())
    best = max(power, key=lambda stem: power[stem], default=None)
    return [best] if best is not None and power[best] >= _LEAD_SHARE * sum(power.values()) else []


def _equalised(gap: Gap, target: str) -> Candidate:
    low, high = gap.low_hz or 20.0, gap.high_hz or 20_000.0
    octaves = float(np.log2(high / low))
    kind, hz = "bell", float(np.sqrt(low * high))
    q = 2.0 ** (octaves / 2) / max(2.0**octaves - 1.0, 1e-3)
    band = 2 + int(np.searchsorted(_BELLS_HZ, hz))
    if high > _SHELF_FROM_HZ and octaves > 1.0:
        kind, hz, band, q = "high shelf", low * 2.0**0.25, 8, 0.71
    elif low < _SHELF_TO_HZ and octaves > 1.0:
        kind, hz, band, q = "low shelf", high / 2.0**0.25, 1, 0.71
    q = float(np.clip(q, *_Q))
    wanted = limited(-gap.difference, MOST_EQ_DB)

    def at(amount: float) -> tuple[tuple[Step, ...], str]:
        db = wanted * amount
        values: dict[str, float | str] = {
            f"band_{band}_kind": kind,
            f"band_{band}_hz": round(hz, 1),
            f"band_{band}_db": round(db, 2),
            f"band_{band}_q": round(q, 2),
        }
        return (Step(target, "eq8", values),), f"{said(db, 'dB', signed=True)} at {hertz(hz)}, Q {q:.1f}"

    return Candidate(f"EQ Eight band {band} ({kind})", at)
