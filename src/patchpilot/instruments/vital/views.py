"""Vital's named views: which controls move together in a search or a dataset.

    core    what a sound designer reaches for first
    tier1   one voice whole: two oscillators, a filter, two envelopes, an LFO, four effects; no modulation
    tier2   every control that shapes sound, no modulation
    tier3   tier2 and the amounts of the patch's routings
    full    tier2 and all five controls of each of the patch's routings

The last two grow with the patch they are laid on (`Space.view`).
"""

from __future__ import annotations

from collections.abc import Iterable

from patchpilot.space.parameter import Parameter

CORE = (
    "osc_1_level", "osc_1_wave_frame", "osc_1_unison_voices", "osc_1_unison_detune", "osc_1_tune",
    "osc_1_spectral_morph_type", "osc_1_spectral_morph_amount",
    "osc_1_distortion_type", "osc_1_distortion_amount",
    "osc_2_on", "osc_2_level", "osc_2_wave_frame", "osc_2_transpose", "osc_2_tune",
    "sample_on", "sample_level",
    "filter_1_on", "filter_1_model", "filter_1_style", "filter_1_cutoff", "filter_1_resonance",
    "filter_1_drive", "filter_1_blend", "filter_1_keytrack",
    "env_1_attack", "env_1_hold", "env_1_decay", "env_1_sustain", "env_1_release", "env_1_decay_power",
    "distortion_on", "distortion_type", "distortion_drive", "distortion_mix",
    "chorus_on", "chorus_dry_wet", "chorus_mod_depth",
    "delay_on", "delay_dry_wet", "delay_feedback",
    "reverb_on", "reverb_dry_wet", "reverb_decay_time", "reverb_size",
    "volume",
)  # fmt: skip

TIER1_GROUPS = (
    "osc_1",
    "osc_2",
    "filter_1",
    "env_1",
    "env_2",
    "lfo_1",
    "chorus",
    "delay",
    "distortion",
    "reverb",
)
_TIER1_LEFT_OUT = (
    "_phase",
    "_quantize",
    "_spread",
    "_keytrack_",
    "_midi_track",
    "_view_2d",
    "_pre_",
    "_aux_",
)


def named_views(parameters: Iterable[Parameter]) -> dict[str, tuple[str, ...]]:
    """Names of the parameters of each view, in the space's order."""
    parameters = list(parameters)
    everything = tuple(p.name for p in parameters)
    tier1 = tuple(
        p.name
        for p in parameters
        if p.group in TIER1_GROUPS and not any(part in p.name for part in _TIER1_LEFT_OUT)
    )
    core = tuple(name for name in everything if name in set(CORE))
    return {"core": core, "tier1": tier1, "tier2": everything, "tier3": everything, "full": everything}
