"""Collections of numbers, without any sound."""

from __future__ import annotations

import numpy as np

from patchpilot.tracks.features import BANDS_HZ
from patchpilot.tracks.profile import Feature, Measured

SECTIONS = ("breakdown", "drop")


def track(
    name: str, seed: int, *, tilt_db: float = 0.0, pump_db: float = 9.0, spread: float = 1.0
) -> Measured:
    """A track near a taste: bands that fall by 4 dB an octave, 9 dB of pumping, 138 BPM."""
    rng = np.random.default_rng(seed)
    values = {
        Feature("tempo"): 138.0 + 0.5 * spread * rng.standard_normal(),
        Feature("pumping"): pump_db + spread * rng.standard_normal(),
        Feature("psr"): 9.0 + 0.5 * spread * rng.standard_normal(),
    }
    for label in SECTIONS:
        for hz in BANDS_HZ[1:]:
            octaves = np.log2(hz / 1000.0)
            usual = -4.0 * octaves + tilt_db * octaves
            values[Feature(f"band {hz:g}", label)] = float(usual + spread * rng.standard_normal())
        values[Feature("width mids", label)] = -6.0 + spread * float(rng.standard_normal())
    values[Feature("level", "breakdown")] = -8.0 + spread * float(rng.standard_normal())
    return Measured(name, f"{name}-{seed}", {f: float(v) for f, v in values.items()})


def collection(n: int, **taste: float) -> list[Measured]:
    """Tracks of one taste."""
    return [track(f"track {k:02d}", k, **taste) for k in range(n)]
