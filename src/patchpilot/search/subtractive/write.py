"""A fitted structure in Vital's terms: knobs and built-in tables only."""

from __future__ import annotations

from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.search.subtractive.fit import Fit
from patchpilot.search.subtractive.model import MOVING_RELEASE_S
from patchpilot.space import Patch, Routing, Space

_LEAST_AMOUNT = 0.01
"""Routings of smaller amounts are left out: nobody hears them."""
_CONTROLS = {
    "filter_1_on": 1.0,
    "filter_2_on": 1.0,
    "filter_2_resonance": 0.0,
    "sample_on": 1.0,
    "sample_destination": 1.0,
    "env_2_release": MOVING_RELEASE_S**0.25,
    "env_3_attack": 0.0,
    "env_3_sustain": 0.0,
    "env_3_decay_power": -2.0,
    "eq_on": 1.0,
}
"""What is the same in all patches: oscillators go into filter 1, the noise into filter 2, env_3 is a burst."""


def to_patch(space: Space, fit: Fit, *, tuning_cents: float) -> Patch:
    """The patch of a fit.

    Args:
        space: Vital's.
        fit: what to write.
        tuning_cents: how far the sound is above its note, in cents.
    """
    values = dict(fit.values)
    amounts = {
        ("env_2", "filter_1_cutoff"): values.pop("cutoff_amount"),
        ("env_3", "sample_level"): values.pop("noise_amount"),
    }
    controls = {
        **_CONTROLS,
        "voice_tune": tuning_cents / 100.0,
        "filter_1_style": float(fit.is_steep),
    }
    tables, names = {}, {}
    for i, voice in enumerate(fit.structure.voices, start=1):
        amounts["env_2", f"osc_{i}_wave_frame"] = values.pop(f"frame_{i}_amount")
        controls |= {
            f"osc_{i}_on": 1.0,
            f"osc_{i}_destination": 0.0,
            f"osc_{i}_random_phase": 0.0,
            f"osc_{i}_transpose": float(voice.atom.transpose),
        }
        tables[f"wavetable_{i}"] = built_in(voice.atom.table)
        names[f"wavetable_{i}"] = voice.atom.table
    return Patch.make(
        space,
        {**controls, **values},
        routings=[
            Routing(source, destination, amount)
            for (source, destination), amount in amounts.items()
            if abs(amount) >= _LEAST_AMOUNT
        ],
        assets=tables,
        info={"assets": names},
    )
