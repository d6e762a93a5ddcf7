"""Gaps of level, drums, dynamics and pumping: outputs, a limiter's input, side chains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from patchpilot.audio import Audio, db
from patchpilot.tracks.fix.candidate import MOST_DUCK_DB, MOST_GAIN_DB, Candidate, limited
from patchpilot.tracks.fix.step import Step
from patchpilot.tracks.gap import Gap
from patchpilot.tracks.profile import MIX
from patchpilot.tracks.profile.kinds import amount as said

_RATIO, _CEILING_DB = 4.0, -0.5
_KICK_PEAKS = 0.995
"""Quantile of a kick's samples that its peaks reach."""
_HATS = ("hat", "hh", "ride", "cymbal")
_KICKS = ("kick", "bd", "drum")
_DRUMS = (*_HATS, *_KICKS, "clap", "snare", "perc", "tom", "crash")
"""Parts of what stems are called."""


def levels(gap: Gap, stems: Mapping[str, Audio]) -> Iterator[Candidate]:
    """A stem's output; of a section of the mix automation that a person draws."""
    if gap.feature.name != "level":
        return
    wanted = limited(-gap.difference, MOST_GAIN_DB)
    if gap.feature.stem == MIX:
        yield _gain(MIX, wanted, (gap.feature.section,))
    elif gap.feature.stem in stems:
        yield _gain(gap.feature.stem, wanted)


def _gain(target: str, wanted: float, sections: tuple[str, ...] = ()) -> Candidate:
    def at(amount: float) -> tuple[tuple[Step, ...], str]:
        more = wanted * amount
        own = (("Output", round(more, 2), "dB", "", 0.0),)
        step = Step(target, "utility", {"gain_db": more}, sections=sections, own=own, device="Utility")
        return (step,), said(more, "dB", signed=True)

    where = f"draw it as automation in the {', '.join(sections)}s" if sections else ""
    return Candidate("Utility Output", at, where, automated=bool(sections))


def hats(gap: Gap, stems: Mapping[str, Audio]) -> Iterator[Candidate]:
    """The output of stems that are hats, then a high shelf on the bus."""
    if gap.feature.name != "hats":
        return
    wanted = limited(-gap.difference, MOST_GAIN_DB)
    for stem in stems_like(stems, _HATS):
        yield _gain(stem, wanted)

    def shelf(amount: float) -> tuple[tuple[Step, ...], str]:
        more = wanted * amount
        values: dict[str, float | str] = {
            "band_8_kind": "high shelf",
            "band_8_hz": 9000.0,
            "band_8_db": round(more, 2),
        }
        return (Step(MIX, "eq8", values),), f"{said(more, 'dB', signed=True)} above 9 kHz"

    yield Candidate("EQ Eight band 8 (high shelf)", shelf)


def side_chains(gap: Gap, stems: Mapping[str, Audio]) -> Iterator[Candidate]:
    """Compressors on all that is no drum, with the kick as side chain, for pumping that is missing."""
    kicks = stems_like(stems, _KICKS)
    ducked = [name for name in stems if name not in stems_like(stems, _DRUMS)]
    if gap.feature.name != "pumping" or gap.difference > 0.0 or not kicks or not ducked:
        return
    kick, wanted = kicks[0], min(-gap.difference, MOST_DUCK_DB)
    peaks = np.abs(stems[kick].samples).max(axis=0)
    level = db(float(np.quantile(peaks, _KICK_PEAKS)))

    def at(amount: float) -> tuple[tuple[Step, ...], str]:
        depth = wanted * amount
        values: dict[str, float | str] = {
            "threshold_db": round(float(np.clip(level - depth / (1.0 - 1.0 / _RATIO), -60.0, 0.0)), 1),
            "ratio": _RATIO,
            "attack_ms": 1.0,
            "release_ms": 110.0,
            "knee_db": 0.0,
        }
        return tuple(Step(name, "compressor", values, side_chain=kick) for name in ducked), (
            f"{depth:.1f} dB at each kick on {', '.join(ducked)}"
        )

    yield Candidate(
        "Compressor with side chain", at, f"choose {kick} as the compressors' side chain and switch it on"
    )


def stems_like(stems: Mapping[str, Audio], words: tuple[str, ...]) -> list[str]:
    """Names of the stems that are called so."""
    return [name for name in stems if any(word in name.lower() for word in words)]


def limiting(gap: Gap) -> Iterator[Candidate]:
    """A limiter's input for what is too quiet or too open."""
    too_quiet = gap.feature.name == "loudness" and gap.difference < 0.0
    too_open = gap.feature.name == "psr" and gap.difference > 0.0
    if not (too_quiet or too_open):
        return
    wanted = min(abs(gap.difference), MOST_GAIN_DB)

    def at(amount: float) -> tuple[tuple[Step, ...], str]:
        more = wanted * amount
        own = (("Input Gain", round(more, 2), "dB", "", 0.0), ("Ceiling", _CEILING_DB, "dB", "", None))
        values = {"input_db": more, "ceiling_db": _CEILING_DB}
        return (Step(MIX, "limiter", values, own=own, device="Limiter"),), said(more, "dB", signed=True)

    yield Candidate("Limiter Input Gain", at)
