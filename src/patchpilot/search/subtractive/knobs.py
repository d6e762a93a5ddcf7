"""The continuous knobs of a structure, by Vital's names: ranges, typical steps, and where a search begins.

All in stored units: times are the fourth root of seconds, cutoffs MIDI notes, gains of the EQ dB; amounts are parts
of the destination's range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from patchpilot.search.resynthesis.envelope import Adsr
from patchpilot.search.subtractive.structure import Structure

NOISES: tuple[Mapping[str, float], ...] = (
    {"sample_level": 0.02, "noise_amount": 0.0},
    {"sample_level": 0.02, "noise_amount": 0.4},
    {"sample_level": 0.15, "noise_amount": 0.1},
)
"""Noise with which searches begin: none, an attack's, and a steady one."""


@dataclass(frozen=True)
class Knob:
    """A continuous control of the model, in stored values.

    Attributes:
        low: least.
        high: most.
        step: a typical change.
        start: where the search begins.
    """

    low: float
    high: float
    step: float
    start: float


_ALWAYS_ALIKE = {
    "filter_1_resonance": Knob(0.0, 0.9, 0.08, 0.1),
    "cutoff_amount": Knob(-0.6, 0.8, 0.08, 0.05),
    "env_2_attack": Knob(0.0, 1.2, 0.08, 0.05),
    "env_2_sustain": Knob(0.0, 1.0, 0.1, 0.2),
    "sample_level": Knob(0.0, 1.0, 0.06, 0.12),
    "noise_amount": Knob(-0.5, 1.0, 0.06, 0.05),
    "env_3_decay": Knob(0.2, 1.2, 0.08, 0.5),
    "filter_2_cutoff": Knob(20.0, 134.0, 8.0, 90.0),
    "filter_2_blend": Knob(0.0, 2.0, 0.25, 0.6),
    "eq_low_gain": Knob(-15.0, 15.0, 1.5, 0.0),
    "eq_low_cutoff": Knob(20.0, 90.0, 6.0, 50.0),
    "eq_band_gain": Knob(-15.0, 15.0, 1.5, 0.0),
    "eq_band_cutoff": Knob(30.0, 125.0, 6.0, 80.0),
    "eq_high_gain": Knob(-15.0, 15.0, 1.5, 0.0),
    "eq_high_cutoff": Knob(60.0, 130.0, 6.0, 100.0),
}
"""Knobs whose beginning does not depend on the structure."""


def knobs(structure: Structure, envelope: Adsr) -> dict[str, Knob]:
    """All knobs of a structure, beginning at what the structure and the envelope say.

    Args:
        structure: its oscillators.
        envelope: of the target.

    Returns:
        By name, always in the same order. Amounts of routings go by "cutoff_amount" (env_2 to the filter),
        "frame_N_amount" (env_2 to a wave frame) and "noise_amount" (env_3 to the sample's level).
    """
    loudest = max(voice.gain for voice in structure.voices)
    found: dict[str, Knob] = {}
    for i, voice in enumerate(structure.voices, start=1):
        level = float(np.clip(np.sqrt(voice.gain / loudest) * 0.8, 0.03, 1.0))
        found[f"osc_{i}_level"] = Knob(0.0, 1.0, 0.08, level)
        found[f"osc_{i}_wave_frame"] = Knob(0.0, 256.0, 16.0, voice.frame)
        found[f"frame_{i}_amount"] = Knob(-1.0, 1.0, 0.1, 0.0)
    stages = {name.removeprefix("env_1_"): value for name, value in envelope.controls(1).items()}
    return found | {
        "filter_1_cutoff": Knob(20.0, 134.0, 6.0, structure.cutoff),
        "env_2_decay": Knob(0.2, 1.8, 0.12, min(max(stages["decay"], 0.4), 1.2)),
        "env_1_attack": Knob(0.0, 1.8, 0.05, stages["attack"]),
        "env_1_hold": Knob(0.0, 1.4, 0.05, stages["hold"]),
        "env_1_decay": Knob(0.1, 2.3, 0.06, stages["decay"]),
        "env_1_decay_power": Knob(-16.0, 8.0, 1.0, stages["decay_power"]),
        "env_1_sustain": Knob(0.0, 1.0, 0.05, stages["sustain"]),
        "env_1_release": Knob(0.1, 1.2, 0.05, stages["release"]),
        **_ALWAYS_ALIKE,
    }
