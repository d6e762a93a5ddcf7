"""Which of Vital's controls are worth turning on a patch, and by how much at first.

A step is what an ear notices and a search may begin with: half a semitone is far for a tuning and nothing for a
cutoff. Only what sounds is listed: controls of modules that are switched on, of envelopes and LFOs that move
something, and amounts of routings. Left out is what does not show in one note (keytracking), what only repeats
another knob (the level of the one oscillator that sounds, the volume), and what a drawn LFO moves already: the
curves of a resynthesised patch are measured, and stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from patchpilot.space.patch import Patch
from patchpilot.space.space import Space

_UNISON = {"unison_voices": 1.0, "unison_detune": 0.6, "unison_blend": 0.1}
_FILTER = {"cutoff": 6.0, "resonance": 0.1, "drive": 2.0, "blend": 0.2}
_FORMANT = {
    "formant_x": 0.1,
    "formant_y": 0.1,
    "formant_transpose": 2.0,
    "formant_resonance": 0.08,
    "blend": 0.2,
}
_AMPLITUDE = {
    "attack": 0.06,
    "hold": 0.08,
    "decay": 0.08,
    "decay_power": 1.5,
    "sustain": 0.08,
    "release": 0.06,
}
_ENVELOPE = {"attack": 0.06, "decay": 0.08, "decay_power": 1.5, "sustain": 0.1, "release": 0.08}
_EFFECTS: Mapping[str, Mapping[str, float]] = {
    "eq": {
        "low_gain": 2.5,
        "low_cutoff": 6.0,
        "band_gain": 2.5,
        "band_cutoff": 6.0,
        "band_resonance": 0.1,
        "high_gain": 2.5,
        "high_cutoff": 6.0,
    },
    "reverb": {"dry_wet": 0.06, "decay_time": 0.4, "size": 0.1},
    "distortion": {"drive": 3.0, "mix": 0.15},
    "chorus": {"dry_wet": 0.1, "mod_depth": 0.1, "feedback": 0.1},
    "delay": {"dry_wet": 0.06, "feedback": 0.1},
    "phaser": {"dry_wet": 0.1, "center": 6.0, "feedback": 0.1},
    "flanger": {"dry_wet": 0.06, "center": 6.0, "feedback": 0.1},
    "compressor": {"mix": 0.1},
}
_FILTERS = ("filter_1", "filter_2", "filter_fx")
_FORMANT_MODEL = 5.0
_ENVELOPE_MODE = 2.0
"""`lfo_N_sync_type` of an LFO that runs once through its drawing."""
_TUNE = 0.05
_AMOUNT = 0.08
_PITCH_AMOUNT = 0.02
"""Of a routing to a transposition, whose range is 96 semitones."""


def knobs(space: Space, patch: Patch) -> dict[str, float]:
    """Parameters that matter for a patch, each with a typical step in stored units.

    Args:
        space: Vital's space.
        patch: what is to be refined.

    Returns:
        By name of the control, or "modulation_N_amount" for the amount of the N-th routing (from 1).
    """

    def value(name: str) -> float:
        return patch.values.get(name, space[name].default)

    fixed = {routing.destination for routing in patch.routings if _is_drawn(patch, routing.source)}
    found = {
        **_oscillators(patch, value),
        **_filters(value),
        **_envelopes(patch),
        **_effects(value),
        **_amounts(patch, value),
        "voice_tune": _TUNE,
    }
    return {name: step for name, step in found.items() if name not in fixed}


def sources_of_sound(value: Callable[[str], float]) -> list[str]:
    """Oscillators and the sample, those that are on."""
    return [name for name in ("osc_1", "osc_2", "osc_3", "sample") if value(f"{name}_on")]


def _oscillators(patch: Patch, value: Callable[[str], float]) -> dict[str, float]:
    """Of each oscillator that is on; all levels but that of the loudest, since only their ratios are heard."""
    on = sources_of_sound(value)
    steps = {f"{name}_level": 0.06 if name == "sample" else 0.12 for name in on}
    if on:
        steps.pop(f"{max(on, key=lambda name: value(f'{name}_level'))}_level")
    oscillators = [name for name in on if name != "sample"]
    for name in oscillators:
        chosen = {"wave_frame": 25.0} if f"wavetable_{name[-1]}" in patch.assets else {}
        if name != oscillators[0]:
            chosen["tune"] = _TUNE
        if value(f"{name}_unison_voices") > 1:
            chosen |= _UNISON
        chosen |= {
            f"{kind}_amount": 0.12
            for kind in ("spectral_morph", "distortion")
            if value(f"{name}_{kind}_type")
        }
        steps |= {f"{name}_{part}": step for part, step in chosen.items()}
    return steps


def _filters(value: Callable[[str], float]) -> dict[str, float]:
    steps: dict[str, float] = {}
    for name in _FILTERS:
        if value(f"{name}_on"):
            chosen = _FORMANT if value(f"{name}_model") == _FORMANT_MODEL else _FILTER
            mixed = {"mix": 0.2} if value(f"{name}_mix") < 1.0 else {}
            steps |= {f"{name}_{part}": step for part, step in {**chosen, **mixed}.items()}
    return steps


def _envelopes(patch: Patch) -> dict[str, float]:
    """Of the amplitude's envelope, and of those that move something."""
    moving = sorted({routing.source for routing in patch.routings if not routing.bypass})
    steps = {f"env_1_{part}": step for part, step in _AMPLITUDE.items()}
    for name in moving:
        if name.startswith("env_") and name != "env_1":
            steps |= {f"{name}_{part}": step for part, step in _ENVELOPE.items()}
    return steps


def _effects(value: Callable[[str], float]) -> dict[str, float]:
    return {
        f"{name}_{part}": step
        for name, parts in _EFFECTS.items()
        if value(f"{name}_on")
        for part, step in parts.items()
    }


def _amounts(patch: Patch, value: Callable[[str], float]) -> dict[str, float]:
    """Amounts of routings, and speeds of plain LFOs that run in seconds."""
    steps: dict[str, float] = {}
    for number, routing in enumerate(patch.routings, start=1):
        if routing.bypass or _is_drawn(patch, routing.source):
            continue
        is_pitch = routing.destination.endswith("transpose")
        steps[f"modulation_{number}_amount"] = _PITCH_AMOUNT if is_pitch else _AMOUNT
        if routing.source.startswith("lfo_") and not value(f"{routing.source}_sync"):
            steps[f"{routing.source}_frequency"] = 0.15
    return steps


def _is_drawn(patch: Patch, source: str) -> bool:
    """Whether a source is an LFO that runs once through a shape of its own: a measured curve."""
    return source in patch.assets and patch.values.get(f"{source}_sync_type") == _ENVELOPE_MODE
