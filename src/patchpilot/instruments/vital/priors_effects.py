"""Vital's prior for learning the order of effects: plain voices, and several loud effects in any order.

`effects-v1` keeps the voice simple (one oscillator with a bright table, perhaps a filter, short or long envelopes), so
that what is heard beside it is the chain. Each of the nine effects is on by itself in two patches of five, at settings
that are heard and mostly not linear or not constant in time, for of two linear effects nobody hears the order. Five
patches of six have two to five effects. Every order is alike.

Values are stored ones: cutoffs are MIDI notes, frequencies log2 Hz, gains and drives dB, times the fourth root of
seconds.
"""

from __future__ import annotations

from patchpilot.instruments.vital.effect_order import EFFECTS, N_ORDERS, ORDER
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space.prior import Distribution, Fixed, Mix, Peaked, Prior, Uniform, Whole, choice, sometimes

_BOTH_WAYS = Mix(((0.5, Uniform(-15.0, -7.0)), (0.5, Uniform(7.0, 15.0))))

_VOICE: dict[str, Distribution] = {
    "osc_1_transpose": choice({0: 0.7, -12: 0.3}),
    "osc_1_wave_frame": Uniform(0.0, 256.0),
    "osc_1_random_phase": Fixed(0.0),
    "osc_1_unison_voices": choice({1: 0.8, 3: 0.2}),
    "osc_1_unison_detune": Peaked(0.0, 2.0, 5.0),
    "filter_1_on": choice({0: 0.5, 1: 0.5}),
    "filter_1_model": choice({0: 0.5, 2: 0.5}),
    "filter_1_cutoff": Peaked(60.0, 90.0, 125.0),
    "filter_1_resonance": Peaked(0.0, 0.2, 0.6),
    "filter_1_keytrack": Fixed(1.0),
    "env_1_attack": sometimes(0.2, Uniform(0.3, 0.7), otherwise=0.1),
    "env_1_decay": Uniform(0.45, 1.1),
    "env_1_decay_power": Uniform(-6.0, 0.0),
    "env_1_sustain": sometimes(0.5, Uniform(0.4, 1.0)),
    "env_1_release": Uniform(0.25, 0.7),
}
_SWITCHES: dict[str, Distribution] = {f"{effect}_on": choice({0: 0.61, 1: 0.39}) for effect in EFFECTS}
_SETTINGS: dict[str, Distribution] = {
    "chorus_sync": Fixed(0.0),
    "chorus_frequency": Uniform(-2.5, 1.0),
    "chorus_dry_wet": Uniform(0.4, 0.8),
    "chorus_feedback": Uniform(0.2, 0.8),
    "chorus_mod_depth": Uniform(0.4, 1.0),
    "compressor_enabled_bands": choice({0: 0.7, 3: 0.3}),
    "compressor_mix": Uniform(0.7, 1.0),
    "compressor_attack": Uniform(0.2, 0.7),
    "compressor_release": Uniform(0.2, 0.7),
    "delay_sync": Fixed(0.0),
    "delay_frequency": Uniform(1.5, 4.0),
    "delay_style": choice({0: 0.4, 1: 0.2, 2: 0.4}),
    "delay_dry_wet": Uniform(0.35, 0.65),
    "delay_feedback": Uniform(0.3, 0.75),
    "distortion_type": choice({0: 0.3, 1: 0.25, 2: 0.15, 3: 0.1, 4: 0.1, 5: 0.1}),
    "distortion_drive": Uniform(10.0, 26.0),
    "distortion_mix": Uniform(0.7, 1.0),
    "eq_low_gain": _BOTH_WAYS,
    "eq_low_cutoff": Uniform(40.0, 65.0),
    "eq_band_gain": _BOTH_WAYS,
    "eq_band_cutoff": Uniform(60.0, 105.0),
    "eq_high_gain": _BOTH_WAYS,
    "eq_high_cutoff": Uniform(90.0, 115.0),
    "filter_fx_model": choice({0: 0.4, 1: 0.3, 2: 0.3}),
    "filter_fx_style": choice({0: 0.6, 1: 0.4}),
    "filter_fx_cutoff": Uniform(55.0, 100.0),
    "filter_fx_resonance": Uniform(0.3, 0.85),
    "filter_fx_drive": Uniform(2.0, 15.0),
    "filter_fx_blend": sometimes(0.5, Uniform(0.5, 2.0)),
    "flanger_sync": Fixed(0.0),
    "flanger_frequency": Uniform(-2.5, 1.0),
    "flanger_dry_wet": Uniform(0.3, 0.5),
    "flanger_feedback": Mix(((0.5, Uniform(-0.9, -0.5)), (0.5, Uniform(0.5, 0.9)))),
    "flanger_center": Uniform(45.0, 90.0),
    "flanger_mod_depth": Uniform(0.3, 0.9),
    "phaser_sync": Fixed(0.0),
    "phaser_frequency": Uniform(-2.5, 1.0),
    "phaser_dry_wet": Uniform(0.6, 1.0),
    "phaser_feedback": Uniform(0.4, 0.9),
    "phaser_center": Uniform(60.0, 105.0),
    "phaser_mod_depth": Uniform(10.0, 40.0),
    "reverb_dry_wet": Uniform(0.35, 0.75),
    "reverb_decay_time": Uniform(-1.0, 2.0),
    "reverb_size": Uniform(0.3, 1.0),
}

EFFECT_CHAINS = Prior(
    name="effects-v1",
    values={**_VOICE, **_SWITCHES, ORDER: Whole(0, N_ORDERS - 1), **_SETTINGS},
    assets={
        "wavetable_1": {"Saw to Square": 0.5, "Pulse Width": 0.2, "Harmonic Series": 0.15, "Drawbars": 0.15}
    },
    gates={f"{module}_on": (f"{module}_",) for module in ("filter_1", *EFFECTS)},
    asset=built_in,
    cutoffs={
        "filter_1_cutoff": "filter_1_keytrack",
        "filter_fx_cutoff": "filter_fx_keytrack",
        "eq_low_cutoff": None,
        "eq_band_cutoff": None,
        "eq_high_cutoff": None,
    },
    reasons={
        "NAME_on": "each alone in two patches of five: then five of six have two to five effects",
        "flanger_dry_wet, phaser_feedback, …": "an effect that cannot be heard has no place in the order",
        "distortion_drive, filter_fx_drive": "of two linear effects nobody hears the order",
    },
)
