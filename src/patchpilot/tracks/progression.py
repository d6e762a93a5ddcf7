"""Whether energy moves as it does in trance: down in a breakdown, up in a buildup, to the top in a drop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patchpilot.tracks.energy import Energy
from patchpilot.tracks.ramp import ramp
from patchpilot.tracks.section import Section

BREAKDOWN_BELOW, DROP_ABOVE = 0.3, 0.7
"""Of the energy of the loudest bars."""
BRIGHT_HZ = (300.0, 1500.0)
"""Mean octave of the loudest bars where brightness counts nothing, and all."""


def progression(energy: Energy, sections: Sequence[Section]) -> tuple[float, str]:
    """0..1 and why: a third each for breakdowns that are quiet, buildups that rise and drops that are loud."""
    level = {label: _mean(energy, sections, label, energy.rms) for label in ("breakdown", "drop")}
    slope = _mean(energy, sections, "buildup", energy.slope)
    quiet, loud = level["breakdown"], level["drop"]
    parts = (
        0.0 if quiet is None else ramp(quiet, (BREAKDOWN_BELOW, 1.0), (DROP_ABOVE, 0.0)),
        0.0 if slope is None else ramp(slope, (0.0, 0.0), (0.02, 1.0)),
        0.0 if loud is None else ramp(loud, (BREAKDOWN_BELOW, 0.0), (DROP_ABOVE, 1.0)),
    )
    words = (
        "no breakdown" if quiet is None else f"breakdowns at {100.0 * quiet:.0f} % of full energy",
        "no buildup" if slope is None else f"buildups that {'rise' if slope > 0.0 else 'do not rise'}",
        "no drop" if loud is None else f"drops at {100.0 * loud:.0f} %",
    )
    return sum(parts) / 3.0, f"The track has {', '.join(words)}."


def brightness(energy: Energy) -> tuple[float, str]:
    """0..1 and why: how bright the bars at full energy are."""
    loud = np.array(energy.rms) > DROP_ABOVE
    if not loud.any():
        return 0.0, "No bar is loud."
    hertz = float(np.median(np.array(energy.centroid_hz)[loud]))
    low, high = np.log2(BRIGHT_HZ)
    return ramp(
        float(np.log2(max(hertz, 1.0))), (low, 0.0), (high, 1.0)
    ), f"The loudest bars centre on {hertz:.0f} Hz."


def _mean(energy: Energy, sections: Sequence[Section], label: str, curve: Sequence[float]) -> float | None:
    """Of a curve over all sections of a label, None where there are none."""
    edges = np.array(energy.edges_s)
    middles = (edges[:-1] + edges[1:]) / 2.0
    inside = np.zeros(len(middles), bool)
    for section in sections:
        if section.label == label:
            inside |= (middles >= section.start_s) & (middles < section.end_s)
    return float(np.mean(np.array(curve)[inside])) if inside.any() else None
