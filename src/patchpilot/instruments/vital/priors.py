"""Vital's priors: patches as a sound designer might make them, in stored values.

Uniform draws over Vital's controls are silent nine times out of ten; these are not. `core-v1` is what libraries
for retrieval are made of: one or two oscillators with built-in tables and phases that start at zero, a filter,
three envelopes of which one may move the filter, one the pitch, and a few effects. `tier3-v1` adds what makes
matching hard: free phases, a third oscillator, a second filter, LFOs, many more routings and effects.

Times are the fourth root of seconds (0.5 is 63 ms), cutoffs MIDI notes, frequencies log2 Hz, as Vital stores them.
"""

from __future__ import annotations

from patchpilot.instruments.vital.wavetables import built_in, built_in_names
from patchpilot.space.prior import Distribution, Fixed, Mix, Peaked, Prior, Route, Uniform, choice, sometimes

_FAST_OR_SLOW = Mix(((0.65, Uniform(0.0, 0.35)), (0.35, Uniform(0.35, 0.95))))

_OSCILLATORS: dict[str, Distribution] = {
    "osc_1_transpose": choice({0: 0.8, -12: 0.1, 12: 0.1}),
    "osc_1_wave_frame": Uniform(0.0, 256.0),
    "osc_1_random_phase": Fixed(0.0),
    "osc_1_unison_voices": choice({1: 0.6, 2: 0.1, 3: 0.08, 4: 0.08, 5: 0.05, 7: 0.05, 8: 0.04}),
    "osc_1_unison_detune": Peaked(0.0, 2.5, 7.0),
    "osc_1_spectral_morph_type": choice(
        {0: 0.6, 7: 0.1, 8: 0.06, 2: 0.05, 3: 0.04, 4: 0.04, 1: 0.03, 5: 0.04, 6: 0.04}
    ),
    "osc_1_spectral_morph_amount": Uniform(0.0, 1.0),
    "osc_1_distortion_type": choice({0: 0.75, 1: 0.05, 2: 0.04, 4: 0.05, 5: 0.04, 6: 0.03, 7: 0.04}),
    "osc_1_distortion_amount": Uniform(0.0, 1.0),
    "osc_2_on": choice({0: 0.5, 1: 0.5}),
    "osc_2_destination": Fixed(0.0),
    "osc_2_level": Uniform(0.2, 1.0),
    "osc_2_transpose": choice({0: 0.4, 12: 0.2, -12: 0.16, 7: 0.06, 19: 0.05, 24: 0.06, -24: 0.04, 5: 0.03}),
    "osc_2_tune": Peaked(-0.25, 0.0, 0.25),
    "osc_2_wave_frame": Uniform(0.0, 256.0),
    "osc_2_random_phase": Fixed(0.0),
    "osc_2_unison_voices": choice({1: 0.75, 2: 0.08, 3: 0.07, 4: 0.05, 5: 0.05}),
    "osc_2_unison_detune": Peaked(0.0, 2.5, 7.0),
    "sample_on": choice({0: 0.8, 1: 0.2}),
    "sample_level": Uniform(0.1, 0.8),
    "sample_destination": choice({0: 0.5, 3: 0.5}),
}
_FILTER: dict[str, Distribution] = {
    "filter_1_on": choice({0: 0.25, 1: 0.75}),
    "filter_1_model": choice({0: 0.3, 1: 0.12, 2: 0.2, 3: 0.15, 4: 0.1, 5: 0.05, 6: 0.05, 7: 0.03}),
    "filter_1_style": choice({0: 0.5, 1: 0.35, 2: 0.15}),
    "filter_1_cutoff": Peaked(28.0, 80.0, 132.0),
    "filter_1_resonance": Peaked(0.0, 0.2, 1.0),
    "filter_1_drive": sometimes(0.4, Uniform(0.0, 15.0)),
    "filter_1_blend": sometimes(0.25, Uniform(0.0, 2.0)),
    "filter_1_keytrack": choice({0.0: 0.4, 0.5: 0.2, 1.0: 0.4}),
}
_ENVELOPES: dict[str, Distribution] = {
    "env_1_attack": _FAST_OR_SLOW,
    "env_1_hold": sometimes(0.2, Uniform(0.0, 0.75)),
    "env_1_decay": Uniform(0.35, 1.3),
    "env_1_decay_power": Uniform(-8.0, 2.0),
    "env_1_sustain": sometimes(0.65, Uniform(0.1, 1.0)),
    "env_1_release": Uniform(0.25, 0.95),
    "env_2_attack": Mix(((0.8, Uniform(0.0, 0.3)), (0.2, Uniform(0.3, 0.95)))),
    "env_2_decay": Uniform(0.3, 1.2),
    "env_2_decay_power": Uniform(-8.0, 2.0),
    "env_2_sustain": sometimes(0.5, Uniform(0.0, 1.0)),
    "env_2_release": Uniform(0.25, 0.95),
    "env_3_attack": Fixed(0.0),
    "env_3_decay": Uniform(0.25, 0.8),
    "env_3_decay_power": Uniform(-8.0, 0.0),
    "env_3_sustain": Fixed(0.0),
}
_EFFECTS: dict[str, Distribution] = {
    "distortion_on": choice({0: 0.8, 1: 0.2}),
    "distortion_type": choice({0: 0.4, 1: 0.2, 2: 0.1, 3: 0.1, 4: 0.1, 5: 0.1}),
    "distortion_drive": Uniform(0.0, 20.0),
    "distortion_mix": Uniform(0.3, 1.0),
    "chorus_on": choice({0: 0.8, 1: 0.2}),
    "chorus_sync": Fixed(0.0),
    "chorus_frequency": Uniform(-5.0, 0.5),
    "chorus_dry_wet": Uniform(0.1, 0.6),
    "chorus_mod_depth": Uniform(0.0, 0.8),
    "delay_on": choice({0: 0.88, 1: 0.12}),
    "delay_tempo": choice({8: 0.3, 9: 0.4, 10: 0.3}),
    "delay_dry_wet": Uniform(0.1, 0.5),
    "delay_feedback": Uniform(0.0, 0.7),
    "reverb_on": choice({0: 0.7, 1: 0.3}),
    "reverb_dry_wet": Uniform(0.05, 0.6),
    "reverb_decay_time": Uniform(-2.0, 2.0),
    "reverb_size": Uniform(0.2, 1.0),
    "eq_on": choice({0: 0.8, 1: 0.2}),
    "eq_low_gain": Uniform(-15.0, 9.0),
    "eq_low_cutoff": Uniform(30.0, 60.0),
    "eq_band_gain": Uniform(-12.0, 12.0),
    "eq_band_cutoff": Uniform(50.0, 110.0),
    "eq_high_gain": Uniform(-15.0, 9.0),
    "eq_high_cutoff": Uniform(85.0, 125.0),
}
_SWITCHES = ("osc_2", "sample", "filter_1", "distortion", "chorus", "delay", "reverb", "eq")
_GATES = {f"{module}_on": (f"{module}_",) for module in _SWITCHES}
_TABLES = dict.fromkeys(built_in_names(), 1.0) | {"Basic Shapes": 3.0, "Saw to Square": 3.0, "Noise": 0.5}

_CUTOFFS: dict[str, str | None] = {
    "filter_1_cutoff": "filter_1_keytrack",
    "eq_low_cutoff": None,
    "eq_band_cutoff": None,
    "eq_high_cutoff": None,
}

CORE = Prior(
    name="core-v1",
    values={**_OSCILLATORS, **_FILTER, **_ENVELOPES, **_EFFECTS},
    assets={
        "wavetable_1": _TABLES,
        "wavetable_2": {
            "Basic Shapes": 4.0,
            "Saw to Square": 2.0,
            "Harmonic Series": 2.0,
            "Single Harmonics": 2.0,
        },
    },
    routes=(
        Route(
            "env_2",
            "filter_1_cutoff",
            Mix(((0.4, Fixed(0.0)), (0.5, Uniform(0.0, 0.7)), (0.1, Uniform(-0.5, 0.0)))),
        ),
        Route("env_2", "osc_1_wave_frame", sometimes(0.35, Uniform(-1.0, 1.0))),
        Route("env_3", "voice_transpose", sometimes(0.12, Uniform(-0.1, 0.4))),
    ),
    gates={**_GATES, "osc_2_on": ("osc_2_", "wavetable_2")},
    asset=built_in,
    cutoffs=_CUTOFFS,
)


_MORE_OSCILLATORS: dict[str, Distribution] = {
    "osc_1_destination": choice({0: 0.7, 2: 0.2, 1: 0.1}),
    "osc_1_random_phase": Fixed(1.0),
    "osc_1_unison_voices": choice({1: 0.45, 2: 0.13, 3: 0.12, 4: 0.1, 5: 0.07, 7: 0.07, 8: 0.06}),
    "osc_1_stack_style": choice({0: 0.9, 1: 0.03, 3: 0.04, 5: 0.03}),
    "osc_2_destination": choice({0: 0.5, 1: 0.2, 2: 0.15, 3: 0.15}),
    "osc_2_random_phase": Fixed(1.0),
    "osc_2_unison_voices": choice({1: 0.6, 2: 0.12, 3: 0.1, 4: 0.09, 5: 0.09}),
    "osc_3_on": choice({0: 0.65, 1: 0.35}),
    "osc_3_destination": choice({0: 0.4, 1: 0.3, 3: 0.3}),
    "osc_3_level": Uniform(0.2, 0.8),
    "osc_3_transpose": choice({0: 0.3, 12: 0.2, -12: 0.2, 7: 0.08, 19: 0.07, 24: 0.1, -24: 0.05}),
    "osc_3_tune": Peaked(-0.25, 0.0, 0.25),
    "osc_3_wave_frame": Uniform(0.0, 256.0),
    "osc_3_random_phase": Fixed(1.0),
    "osc_3_unison_voices": choice({1: 0.7, 2: 0.1, 3: 0.1, 5: 0.1}),
    "osc_3_unison_detune": Peaked(0.0, 2.5, 7.0),
}
_SECOND_FILTER: dict[str, Distribution] = {
    "filter_2_on": choice({0: 0.6, 1: 0.4}),
    "filter_2_filter_input": choice({0: 0.6, 1: 0.4}),
    "filter_2_model": choice({0: 0.3, 1: 0.1, 2: 0.15, 3: 0.15, 4: 0.1, 5: 0.07, 6: 0.07, 7: 0.06}),
    "filter_2_style": choice({0: 0.5, 1: 0.3, 2: 0.2}),
    "filter_2_cutoff": Peaked(36.0, 88.0, 134.0),
    "filter_2_resonance": Peaked(0.0, 0.2, 0.9),
    "filter_2_drive": sometimes(0.3, Uniform(0.0, 12.0)),
    "filter_2_blend": sometimes(0.25, Uniform(0.0, 1.2)),
    "filter_2_keytrack": choice({0.0: 0.4, 0.5: 0.2, 1.0: 0.4}),
}
_MOTION: dict[str, Distribution] = {
    "lfo_1_sync": Fixed(0.0),
    "lfo_1_sync_type": choice({0: 0.8, 2: 0.2}),
    "lfo_1_frequency": Uniform(-2.0, 3.5),
    "lfo_1_phase": sometimes(0.3, Uniform(0.0, 1.0)),
    "lfo_2_sync": Fixed(0.0),
    "lfo_2_frequency": Peaked(0.5, 2.4, 3.2),
    "lfo_2_fade_time": sometimes(0.4, Uniform(0.1, 1.0)),
    "random_1_sync": Fixed(0.0),
    "random_1_style": choice({0: 0.5, 1: 0.3, 2: 0.2}),
    "random_1_frequency": Uniform(-1.0, 4.0),
}
_MORE_EFFECTS: dict[str, Distribution] = {
    "delay_on": choice({0: 0.75, 1: 0.25}),
    "delay_style": choice({0: 0.5, 1: 0.2, 2: 0.2, 3: 0.1}),
    "delay_sync": choice({1: 0.7, 0: 0.3}),
    "delay_frequency": Uniform(1.0, 4.0),
    "delay_filter_cutoff": Uniform(40.0, 100.0),
    "flanger_on": choice({0: 0.88, 1: 0.12}),
    "flanger_sync": Fixed(0.0),
    "flanger_frequency": Uniform(-4.0, 1.0),
    "flanger_dry_wet": Uniform(0.1, 0.5),
    "flanger_feedback": Uniform(-0.7, 0.7),
    "flanger_mod_depth": Uniform(0.1, 0.9),
    "phaser_on": choice({0: 0.88, 1: 0.12}),
    "phaser_sync": Fixed(0.0),
    "phaser_frequency": Uniform(-4.0, 1.0),
    "phaser_dry_wet": Uniform(0.2, 1.0),
    "phaser_feedback": Uniform(0.0, 0.8),
    "phaser_center": Uniform(50.0, 110.0),
    "phaser_mod_depth": Uniform(4.0, 36.0),
    "compressor_on": choice({0: 0.8, 1: 0.2}),
    "compressor_mix": Uniform(0.3, 1.0),
}
_ROUTES = (
    Route("env_2", "filter_2_cutoff", Uniform(-0.3, 0.6), 0.3),
    Route("env_2", "osc_1_distortion_amount", Uniform(-0.6, 0.6), 0.12),
    Route("env_2", "osc_1_spectral_morph_amount", Uniform(-0.6, 0.6), 0.15),
    Route("env_2", "osc_2_wave_frame", Uniform(-1.0, 1.0), 0.15),
    Route("env_3", "osc_2_level", Uniform(0.1, 0.7), 0.1),
    Route("env_3", "sample_level", Uniform(0.2, 0.8), 0.2),
    Route("lfo_1", "filter_1_cutoff", Uniform(-0.3, 0.3), 0.3),
    Route("lfo_1", "filter_2_cutoff", Uniform(-0.3, 0.3), 0.15),
    Route("lfo_1", "osc_1_level", Uniform(-0.6, -0.15), 0.12),
    Route("lfo_1", "osc_1_wave_frame", Uniform(-1.0, 1.0), 0.3),
    Route("lfo_1", "osc_2_wave_frame", Uniform(-1.0, 1.0), 0.15),
    Route("lfo_1", "osc_3_wave_frame", Uniform(-1.0, 1.0), 0.15),
    Route("lfo_2", "osc_1_pan", Uniform(-0.5, 0.5), 0.1),
    Route("lfo_2", "osc_2_level", Uniform(-0.5, 0.3), 0.1),
    Route("lfo_2", "voice_tune", Peaked(0.01, 0.05, 0.25), 0.25),
    Route("random", "voice_tune", Uniform(-0.1, 0.1), 0.08),
    Route("random_1", "filter_1_cutoff", Uniform(-0.25, 0.25), 0.1),
    Route("random_1", "osc_1_wave_frame", Uniform(-0.5, 0.5), 0.08),
    Route("velocity", "filter_1_cutoff", Uniform(0.0, 0.4), 0.2),
)

TIER3 = Prior(
    name="tier3-v1",
    values={**CORE.values, **_MORE_OSCILLATORS, **_SECOND_FILTER, **_MOTION, **_MORE_EFFECTS},
    assets=dict.fromkeys(("wavetable_1", "wavetable_2", "wavetable_3"), _TABLES),
    routes=(*CORE.routes, *_ROUTES),
    gates={
        **CORE.gates,
        **{f"{module}_on": (f"{module}_",) for module in ("filter_2", "flanger", "phaser", "compressor")},
        "osc_3_on": ("osc_3_", "wavetable_3"),
    },
    asset=built_in,
    cutoffs={**_CUTOFFS, "filter_2_cutoff": "filter_2_keytrack"},
)
