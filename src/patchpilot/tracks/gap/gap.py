"""The `Gap` noun: what a track lacks, or has too much of, beside a profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from patchpilot.tracks.profile import MIX, WHOLE, Feature, Usual
from patchpilot.tracks.profile.kinds import amount, hertz, sections_called, tracks_of_yours

_WORDS = ((0.75, "clearly audible"), (0.45, "audible"), (0.0, "subtle"))


@dataclass(frozen=True)
class Span:
    """A part of a track.

    Attributes:
        start_s: s.
        end_s: s.
        bars: the first and the last bar in it, from 1; None without bars.
    """

    start_s: float
    end_s: float
    bars: tuple[int, int] | None = None

    @property
    def words(self) -> str:
        """ "bars 33 to 48", or seconds."""
        if self.bars is None:
            return f"{self.start_s:.0f} to {self.end_s:.0f} s"
        return (
            f"bar {self.bars[0]}"
            if self.bars[0] == self.bars[1]
            else f"bars {self.bars[0]} to {self.bars[1]}"
        )


@dataclass(frozen=True)
class Gap:
    """One difference that counts, however many features tell of it.

    Attributes:
        feature: that tells of it most.
        features: all that do: neighbouring bands, the same in other sections.
        value: of `feature`, in its unit; bands are level-matched.
        usual: of `feature` in the profile.
        low_hz: lower edge of the bands; None where the gap is none of colour.
        high_hz: upper edge, likewise.
        audible: 0..1, how easily it is heard.
        priority: what gaps are ordered by, >= 0.
        spans: where in the track.
    """

    feature: Feature
    features: tuple[Feature, ...]
    value: float
    usual: Usual
    low_hz: float | None
    high_hz: float | None
    audible: float
    priority: float
    spans: tuple[Span, ...] = ()

    @property
    def difference(self) -> float:
        """From the profile's median, in the feature's unit: above 0 is too much."""
        return self.value - self.usual.median

    @property
    def spreads(self) -> float:
        """The same in spreads of the profile."""
        return self.usual.spreads(self.value)

    @property
    def group(self) -> str:
        """colour, width, level, …: see `kinds.Kind`."""
        return self.feature.kind.group

    @property
    def key(self) -> str:
        """What feedback about gaps of this sort is kept under: group, stem, and which."""
        which = self.feature.which if self.feature.hz is None else _region(self.feature.hz)
        return "/".join((self.group, self.feature.stem, which))

    @property
    def sentence(self) -> str:
        """What it is, in words."""
        unit, of = self.feature.kind.unit, self.usual
        near = ""
        if self.low_hz is not None and self.high_hz is not None and self.high_hz > 1.3 * self.low_hz:
            near = f" ({hertz(self.low_hz)} to {hertz(self.high_hz)})"
        others = list(
            dict.fromkeys(f.section for f in self.features if f.section not in (self.feature.section, WHOLE))
        )
        also = f", also in the {', '.join(map(sections_called, others))}" if others else ""
        where = f" Where: {', '.join(span.words for span in self.spans)}." if self.spans else ""
        words = self.feature.words[0].upper() + self.feature.words[1:]
        audible = next(word for least, word in _WORDS if self.audible >= least)
        return (
            f"{words}{near}: {amount(self.difference, unit, signed=True)} against {tracks_of_yours(of.tracks)} "
            f"({amount(self.value, unit)}, usual {amount(of.median, unit)} ± {amount(of.spread, unit)}; "
            f"{abs(self.spreads):.1f} spreads){also}; {audible}.{where}"
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "feature": str(self.feature),
            "features": [str(feature) for feature in self.features],
            "group": self.group,
            "section": self.feature.section,
            "stem": None if self.feature.stem == MIX else self.feature.stem,
            "value": round(self.value, 4),
            "usual": round(self.usual.median, 4),
            "spread": round(self.usual.spread, 4),
            "tracks": self.usual.tracks,
            "difference": round(self.difference, 4),
            "unit": self.feature.kind.unit,
            "spreads": round(self.spreads, 3),
            "low_hz": self.low_hz,
            "high_hz": self.high_hz,
            "audible": round(self.audible, 3),
            "priority": round(self.priority, 3),
            "spans": [
                {"start_s": s.start_s, "end_s": s.end_s, "bars": s.bars and list(s.bars)} for s in self.spans
            ],
            "sentence": self.sentence,
        }


def _region(hz: float) -> str:
    return "lows" if hz < 150.0 else "low mids" if hz < 800.0 else "mids" if hz < 5000.0 else "highs"
