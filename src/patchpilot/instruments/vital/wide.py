"""Vital's priors for datasets: every control of a tier over its whole range, unless there is a reason against it.

`core-v1` and `tier3-v1` are what a sound designer might make; these are what a model should have seen. A control
that no rule below names is drawn uniformly, so that controls of a later engine are drawn as well. Each rule has its
reason, which is printed with the prior. What is no control of the tier stays at its default.

    wide-tier1-v1    the view "tier1"
    wide-tier2-v1    every control, no modulation
    wide-tier3-v1    every control, and up to twelve routings at random
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass

from patchpilot.instruments.vital.wavetables import built_in, built_in_names
from patchpilot.space.distribution import Distribution, Fixed, Mix, Peaked, Uniform, Whole, choice, sometimes
from patchpilot.space.matrix import Matrix
from patchpilot.space.parameter import Parameter
from patchpilot.space.prior import Prior
from patchpilot.space.space import Space

TIERS = (1, 2, 3)


@dataclass(frozen=True)
class Rule:
    """How some controls are drawn instead of uniformly over their range.

    Attributes:
        names: of the controls, with `*` and `?`, separated by spaces.
        drawn: from what, in stored values; None for the default, always.
        reason: why, as it is printed.
    """

    names: str
    drawn: Distribution | None
    reason: str

    def fits(self, name: str) -> bool:
        """Whether a control is one of these."""
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.names.split())


_FAST_OR_SLOW = Mix(((0.65, Uniform(0.0, 0.35)), (0.35, Uniform(0.35, 0.95))))
_EFFECT = choice({0: 0.7, 1: 0.3})
_WARPS = Mix(((0.45, Fixed(0.0)), (0.06, Fixed(1.0)), (0.02, Fixed(2.0)), (0.47, Whole(3, 12))))
_MODELS = Mix(((0.7, Whole(0, 4)), (0.04, Fixed(5.0)), (0.26, Whole(6, 7))))
_STYLES = Mix(((0.7, Whole(0, 1)), (0.3, Whole(2, 4))))

RULES = (
    Rule(
        "bypass mpe_enabled legato polyphony portamento_* pitch_wheel pitch_bend_range voice_priority voice_override",
        None,
        "one note without controllers sounds the same whatever they say",
    ),
    Rule("oversampling", None, "costs up to four times the time; no part of a sound's design"),
    Rule("osc_1_on", Fixed(1.0), "something must sound"),
    Rule("osc_2_on", choice({0: 0.5, 1: 0.5}), "half of all patches have a second oscillator"),
    Rule("osc_3_on", choice({0: 0.65, 1: 0.35}), "a third is rarer than a second"),
    Rule("sample_on", choice({0: 0.75, 1: 0.25}), "noise hides all else"),
    Rule("filter_1_on", choice({0: 0.35, 1: 0.65}), "two patches of three are filtered"),
    Rule("filter_2_on", choice({0: 0.65, 1: 0.35}), "a second filter is rarer than the first"),
    Rule("*_on", _EFFECT, "with all effects on, none could be told apart; about three of nine are"),
    Rule("osc_?_destination sample_destination", Whole(0, 4), "from 5 on nothing is heard on this engine"),
    Rule("osc_1_level", Uniform(0.5, 1.0), "the one oscillator that is always on must be heard"),
    Rule("osc_?_level sample_level", Uniform(0.2, 1.0), "an oscillator that is on should be heard"),
    Rule("osc_1_transpose", Whole(-24, 24), "further away the note leaves the range of hearing"),
    Rule("osc_?_transpose sample_transpose", Whole(-36, 36), "further away the note leaves the range of hearing"),
    Rule("voice_transpose", choice({0: 0.7, -12: 0.15, 12: 0.15}), "adds to the transposition of each oscillator"),
    Rule("*_transpose_quantize", sometimes(0.25, Whole(0, 8191)), "a scale undoes most transpositions"),
    Rule("osc_?_midi_track", choice({0: 0.1, 1: 0.9}), "without it the note that is played does not count"),
    Rule("osc_?_stack_style", sometimes(0.4, Whole(1, 10)), "chords of unison voices are rarer than unison"),
    Rule("osc_?_detune_range", Peaked(0.0, 2.0, 48.0), "voices four octaves apart are no unison"),
    Rule("osc_?_spectral_morph_type", sometimes(0.6, Whole(1, 11)), "the plain table is what all else changes"),
    Rule("osc_?_distortion_type", _WARPS, "the plain table is what all else changes; a formant warp (2) is often DC"),
    Rule("volume", Uniform(3800.0, 6800.0), "-18 to +2.5 dB: below nothing is heard, above it clips"),
    Rule("voice_amplitude", Uniform(0.7, 1.0), "near 0 nothing is heard"),
    Rule("velocity_track", Uniform(-0.5, 1.0), "further down, soft notes are the loud ones"),
    Rule("env_1_delay", sometimes(0.2, Uniform(0.0, 0.7)), "later than 0.25 s the note is nearly over"),
    Rule("env_1_attack", _FAST_OR_SLOW, "beyond 0.8 s a held note is over before it is heard"),
    Rule("env_1_decay", Uniform(0.35, 2.0), "less than 15 ms are a click where nothing is sustained"),
    Rule("env_1_sustain", sometimes(0.75, Uniform(0.1, 1.0)), "one patch of four dies away by itself"),
    Rule("env_1_*_power", Uniform(-10.0, 10.0), "steeper is a step, and then silent or on"),
    Rule("filter_*_model", _MODELS, "a formant filter (5) is silent in any style but its first two"),
    Rule("filter_*_style", _STYLES, "from 5 on a ladder filter is silent, and most others repeat"),
    Rule("filter_1_cutoff filter_2_cutoff", Uniform(28.0, 132.0), "below all that is played is cut off"),
    Rule("filter_fx_cutoff", Uniform(40.0, 132.0), "below all that is played is cut off"),
    Rule("filter_?_mix filter_fx_mix", sometimes(0.5, Uniform(0.2, 1.0), otherwise=1.0), "a filter should be heard"),
    Rule("distortion_drive", Uniform(-12.0, 30.0), "lower only makes it quiet"),
    Rule("distortion_filter_cutoff", Uniform(40.0, 130.0), "below nothing is left"),
    Rule("eq_low_cutoff", Uniform(8.0, 90.0), "as a high pass, higher it leaves nothing"),
    Rule("eq_high_cutoff", Uniform(60.0, 136.0), "as a low pass, lower it leaves nothing"),
    Rule("flanger_dry_wet", Uniform(0.05, 0.5), "an effect that is on should be heard"),
    Rule("*_dry_wet", Uniform(0.05, 0.8), "an effect that is on should be heard, and so should what goes into it"),
    Rule("delay_feedback", Uniform(-0.85, 0.85), "grows for ever at 1"),
    Rule("compressor_*_gain", Uniform(-12.0, 18.0), "30 dB of make-up clip, -30 dB are silent"),
    Rule("reverb_decay_time", Uniform(-4.0, 4.0), "16 s outlast the recording"),
    Rule("beats_per_minute", Uniform(1.0, 3.0), "beats a second: 60 to 180 a minute"),
)  # fmt: skip
"""The first that fits a control is the one that counts."""

_TABLES = dict.fromkeys(built_in_names(), 1.0) | {"Basic Shapes": 3.0, "Saw to Square": 3.0, "Noise": 0.5}
_SWITCHED = (
    "osc_2", "osc_3", "sample", "filter_1", "filter_2", "filter_fx",
    "chorus", "compressor", "delay", "distortion", "eq", "flanger", "phaser", "reverb",
)  # fmt: skip
_CUTOFFS: dict[str, str | None] = {
    "filter_1_cutoff": "filter_1_keytrack",
    "filter_2_cutoff": "filter_2_keytrack",
    "filter_fx_cutoff": "filter_fx_keytrack",
    "eq_low_cutoff": None,
    "eq_band_cutoff": None,
    "eq_high_cutoff": None,
}

_MATRIX = Matrix(
    count=Mix(((0.1, Fixed(0.0)), (0.6, Whole(1, 5)), (0.3, Whole(6, 12)))),
    most=12,
    sources={
        "env_1": 4.0,
        "env_?": 26.0,
        "lfo_?": 34.0,
        "random_?": 8.0,
        "macro_control_?": 8.0,
        "velocity": 6.0,
        "note*": 4.0,
        "random": 3.0,
        "stereo": 3.0,
        "*": 4.0,
    },
    destinations={
        "osc_?_wave_frame": 10.0,
        "osc_?_level": 4.0,
        "osc_?_pan": 2.0,
        "osc_?_transpose": 2.0,
        "osc_?_*": 20.0,
        "sample_*": 3.0,
        "voice_*": 4.0,
        "filter_*_cutoff": 10.0,
        "filter_*": 14.0,
        "env_?_*": 5.0,
        "lfo_?_*": 6.0,
        "random_?_*": 1.0,
        "macro_control_?": 1.0,
        "modulation_*": 5.0,
        "*": 13.0,
    },
    amounts={
        "osc_?_transpose": Peaked(-0.13, 0.0, 0.13),
        "sample_transpose": Peaked(-0.13, 0.0, 0.13),
        "voice_transpose": Peaked(-0.13, 0.0, 0.13),
        "osc_?_level": Uniform(-0.5, 0.5),
        "voice_amplitude": Uniform(-0.4, 0.4),
        "volume": Uniform(-0.15, 0.1),
        "env_1_*": Uniform(-0.3, 0.15),
        "beats_per_minute": Uniform(-0.3, 0.3),
        "*": Uniform(-1.0, 1.0),
    },
    power=sometimes(0.3, Uniform(-10.0, 10.0)),
    bipolar=0.4,
    stereo=0.1,
    bypass=0.03,
    uses={
        **{f"env_{i}": (f"env_{i}_",) for i in range(2, 7)},
        **{f"lfo_{i}": (f"lfo_{i}_",) for i in range(1, 9)},
        **{f"random_{i}": (f"random_{i}_",) for i in range(1, 5)},
        **{f"macro_control_{i}": (f"macro_control_{i}",) for i in range(1, 5)},
    },
)
_MATRIX_REASONS = {
    "routings at random": "sparse, as sound designers route; a patch of ten has none",
    "amount to osc_?_transpose": "the range is 96 semitones: 0.13 is an octave",
    "amount to osc_?_level": "more would silence the oscillator",
    "amount to env_1_*": "more would shut the note off",
}


def wide_prior(space: Space, tier: int) -> Prior:
    """The prior of a tier.

    Args:
        space: Vital's, as the live engine describes it.
        tier: 1, 2 or 3.
    """
    view = space.views[f"tier{tier}"]
    gates: dict[str, tuple[str, ...]] = {
        f"{module}_on": (f"{module}_",) for module in _SWITCHED if f"{module}_on" in view
    }
    tables = [i for i in (1, 2, 3) if f"osc_{i}_on" in view]
    gates |= {f"osc_{i}_on": (f"osc_{i}_", f"wavetable_{i}") for i in tables[1:]}
    is_routed = tier == 3
    return Prior(
        name=f"wide-tier{tier}-v1",
        values={name: drawn(space[name]) for name in view},
        assets={f"wavetable_{i}": _TABLES for i in tables},
        gates=gates,
        asset=built_in,
        cutoffs={name: follows for name, follows in _CUTOFFS.items() if name in view},
        matrix=_MATRIX if is_routed else None,
        reasons={**dict(_reasons(view)), **(_MATRIX_REASONS if is_routed else {})},
    )


def drawn(parameter: Parameter) -> Distribution:
    """What a control is drawn from: what the first rule for it says, or its whole range."""
    for rule in RULES:
        if rule.fits(parameter.name):
            return Fixed(parameter.default) if rule.drawn is None else rule.drawn
    if parameter.is_categorical:
        return Whole(round(parameter.minimum), round(parameter.maximum))
    return Uniform(parameter.minimum, parameter.maximum)


def _reasons(view: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The rules that are for controls of a view, and why they are there."""
    for rule in RULES:
        if any(rule.fits(name) for name in view):
            yield rule.names, rule.reason
