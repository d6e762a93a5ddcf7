"""What words are about: features of a sound that are measured, each on a scale of just-noticeable steps.

Steps are rounded from the literature on timbre: about 7 % of the spectral centroid, 1 dB of a level or of the balance
of two parts, 10 % of a length, 17 % of roughness (Fastl and Zwicker, "Psychoacoustics", 2007; Allen and Oxenham, JASA
135, 2014; McAdams, "The perceptual representation of timbre", 2019). They make features comparable, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64

TOLERANCE = 2.0
"""Steps by which a feature may change and still counts as held; as many are a clear step."""
SHORTEST_S, LEAST_ROUGH, LEAST_MOVING = 0.005, 0.02, 8.0
"""Added before a logarithm is taken, so that nothing is not infinitely far from very little."""


@dataclass(frozen=True)
class Feature:
    """One thing that ears hear and programs measure.

    Attributes:
        name: of the feature.
        unit: of its values.
        step: > 0, what is just noticed.
        low: the least value that differs from lesser ones to an ear.
        high: the greatest that differs from greater ones.
        less: what a sound becomes that has less of it.
        more: what it becomes with more.
        companions: features that are free where this one is asked for, since they hear much the same.
        added: to the quantity that the user reads, before its logarithm was taken ("log2 s").
        leads: companions that move first, with the steps from which on this one may follow: a note gets shorter only
            once it has become much softer before its end.
    """

    name: str
    unit: str
    step: float
    low: float
    high: float
    less: str
    more: str
    companions: tuple[str, ...] = ()
    added: float = 0.0
    leads: tuple[tuple[str, float], ...] = ()

    def text(self, value: float) -> str:
        """A value as a user reads it."""
        kind, _, unit = self.unit.rpartition(" ") if self.unit.startswith("log2") else ("", "", self.unit)
        if not kind:
            return f"{value:.2f} {unit}".rstrip()
        shown = max(2.0**value - self.added, 0.0)
        return f"{1000.0 * shown:.0f} ms" if unit == "s" and shown < 1.0 else f"{shown:.2f} {unit}".rstrip()


FEATURES = (
    Feature(
        "brightness",
        "octaves re 1 kHz",
        0.1,
        -3.5,
        4.0,
        "darker",
        "brighter",
        ("low", "presence", "fullness"),
    ),
    Feature("presence", "dB", 1.2, -36.0, 0.0, "gentler", "harsher", ("brightness",)),
    Feature("low", "dB", 1.5, -25.0, 25.0, "thinner", "fatter", ("brightness", "presence", "fullness")),
    Feature("fullness", "octaves", 0.12, 0.0, 4.0, "more focused", "fuller", ("brightness",)),
    Feature("hollowness", "dB", 2.0, -25.0, 25.0, "less hollow", "hollower"),
    Feature("noise", "dB", 2.0, -34.0, 0.0, "cleaner", "noisier", ("roughness",)),
    Feature("roughness", "log2 depth", 0.25, -5.5, 1.0, "smoother", "rougher", ("noise",), LEAST_ROUGH),
    Feature("attack", "log2 s", 0.25, -7.5, 2.0, "quicker to come", "slower to come", ("punch",), SHORTEST_S),
    Feature("punch", "dB", 1.0, -15.0, 15.0, "less punchy", "punchier", ("sustain",)),
    Feature("sustain", "dB", 1.2, -30.0, 0.0, "pluckier", "more sustained", ("length", "punch")),
    Feature(
        "length",
        "log2 s",
        0.15,
        -5.0,
        5.0,
        "shorter",
        "longer",
        ("sustain", "tail", "punch"),
        leads=(("sustain", 14.0), ("tail", 8.0)),
    ),
    Feature("tail", "dB", 2.0, -46.0, 0.0, "drier", "roomier", ("length",)),
    Feature("movement", "log2 dB/s", 0.25, 3.0, 9.0, "stiller", "livelier", (), LEAST_MOVING),
    Feature("width", "amplitude", 0.04, 0.0, 1.0, "narrower", "wider"),
    Feature("loudness", "LUFS", 1.0, -60.0, 0.0, "quieter", "louder"),
)
"""In the order in which `Ear` measures them."""
NAMES = tuple(feature.name for feature in FEATURES)
BY_NAME = {feature.name: feature for feature in FEATURES}
STEPS: F64 = np.array([feature.step for feature in FEATURES])
_LOW, _HIGH = (np.array([getattr(feature, end) for feature in FEATURES]) for end in ("low", "high"))


def heard_steps(values: F64) -> F64:
    """Values (15,) as just-noticeable steps; what is beyond what ears tell apart is moved to its end."""
    return np.asarray(np.clip(values, _LOW, _HIGH) / STEPS)


def room(values: F64) -> tuple[F64, F64]:
    """How many steps each feature may still fall and rise, two (15,) arrays >= 0."""
    inside = np.clip(values, _LOW, _HIGH)
    return (inside - _LOW) / STEPS, (_HIGH - inside) / STEPS
