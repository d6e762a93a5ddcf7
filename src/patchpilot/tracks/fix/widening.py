"""Gaps of width: the sides louder or softer, bass in the middle, or a chorus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from patchpilot.audio import Audio
from patchpilot.tracks.fix.candidate import WIDTHS, Candidate
from patchpilot.tracks.fix.step import Step
from patchpilot.tracks.gap import Gap
from patchpilot.tracks.profile import MIX


def stereo(gap: Gap, stems: Mapping[str, Audio]) -> Iterator[Candidate]:
    """Utility's width; where that does not do, bass in the middle, or a chorus for what has no side."""
    target = gap.feature.stem
    if target != MIX and target not in stems:
        return
    if gap.feature.which == "bass" and gap.difference > 0.0:

        def bass(amount: float) -> tuple[tuple[Step, ...], str]:
            hz = round(40.0 + 110.0 * amount)
            own = (("Bass Mono", 1.0, "", "", 0.0), ("Bass Freq", float(hz), "Hz", "", None))
            values = {"width": 1.0, "mono_below_hz": float(hz)}
            return (Step(target, "widener", values, own=own, device="Utility"),), f"below {hz} Hz"

        yield Candidate("Utility Bass Mono", bass)
        if target != MIX:
            yield _sides(target, 0.2)
        return
    factor = float(np.clip(10.0 ** (-gap.difference / 20.0), *WIDTHS))
    yield _sides(target, factor)
    if gap.difference < 0.0:

        def chorus(amount: float) -> tuple[tuple[Step, ...], str]:
            values: dict[str, float | str] = {"mode": "ensemble", "mix": round(0.6 * amount, 3), "width": 1.5}
            return (Step(target, "chorus", values),), f"{60.0 * amount:.0f} % wet"

        yield Candidate("Chorus-Ensemble", chorus)


def _sides(target: str, factor: float) -> Candidate:
    def at(amount: float) -> tuple[tuple[Step, ...], str]:
        width = 1.0 + (factor - 1.0) * amount
        own = (("Stereo Width", round(100.0 * width, 1), "%", "", 100.0),)
        return (
            Step(target, "utility", {"width": width}, own=own, device="Utility"),
        ), f"{100.0 * width:.0f} %"

    return Candidate("Utility Stereo Width", at)
