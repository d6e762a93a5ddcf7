"""How the knobs of effects are drawn: as somebody might set them, rather than anywhere in their range.

A knob is mostly near where its module has it by default. Those of the eight devices that Live has too, whose ranges go
much further than music does, have narrower ones here, in their units; and what would make an effect inaudible (a mix
near 0, an equaliser without gain) is rare, since of what is not heard nothing can be learned.
"""

from __future__ import annotations

from collections.abc import Mapping

from patchpilot.errors import ParameterError
from patchpilot.modules.playing import own_value
from patchpilot.space.distribution import Distribution, Fixed, Mix, Peaked, Uniform, choice
from patchpilot.space.parameter import Parameter
from patchpilot.space.prior import whole_range

_BAND_KINDS = {
    1: {"off": 0.4, "high pass 12 dB": 0.25, "low shelf": 0.35},
    8: {"off": 0.4, "high shelf": 0.4, "low pass 12 dB": 0.2},
}
_OTHER_BANDS = {"off": 0.6, "bell": 0.4}
_OCTAVES = {1: (40.0, 80.0, 300.0), 8: (3000.0, 8000.0, 16_000.0)}

RANGES: Mapping[tuple[str, str], tuple[float, float, float]] = {
    ("compressor", "threshold_db"): (-45.0, -24.0, -6.0),
    ("compressor", "ratio"): (1.5, 4.0, 20.0),
    ("compressor", "attack_ms"): (0.1, 10.0, 80.0),
    ("compressor", "release_ms"): (20.0, 120.0, 800.0),
    ("compressor", "output_db"): (-3.0, 0.0, 9.0),
    ("saturator", "drive_db"): (3.0, 12.0, 30.0),
    ("saturator", "low_db"): (-6.0, 0.0, 6.0),
    ("saturator", "high_db"): (-6.0, 0.0, 6.0),
    ("saturator", "output_db"): (-18.0, -6.0, 0.0),
    ("auto_filter", "cutoff_hz"): (100.0, 900.0, 9000.0),
    ("auto_filter", "resonance"): (0.0, 0.3, 0.9),
    ("auto_filter", "lfo_octaves"): (-2.0, 0.0, 2.0),
    ("auto_filter", "lfo_hz"): (0.1, 1.0, 8.0),
    ("auto_filter", "envelope_octaves"): (-2.0, 0.0, 4.0),
    ("chorus", "rate_hz"): (0.1, 0.7, 5.0),
    ("chorus", "depth_ms"): (0.5, 3.0, 8.0),
    ("chorus", "output_db"): (-6.0, 0.0, 3.0),
    ("phaser_flanger", "centre_hz"): (200.0, 1000.0, 5000.0),
    ("phaser_flanger", "amount"): (0.2, 0.6, 1.0),
    ("phaser_flanger", "rate_hz"): (0.1, 0.6, 5.0),
    ("phaser_flanger", "feedback"): (-0.9, 0.3, 0.9),
    ("delay", "left_ms"): (30.0, 250.0, 700.0),
    ("delay", "right_ms"): (30.0, 250.0, 700.0),
    ("delay", "feedback"): (0.1, 0.4, 0.75),
    ("reverb", "decay_s"): (0.4, 1.8, 8.0),
    ("reverb", "predelay_ms"): (0.0, 15.0, 80.0),
    **{("eq8", f"band_{n}_db"): (-12.0, 0.0, 12.0) for n in range(1, 9)},
    **{("eq8", f"band_{n}_q"): (0.3, 0.8, 4.0) for n in range(1, 9)},
    **{("eq8", f"band_{n}_hz"): _OCTAVES.get(n, (80.0, 900.0, 8000.0)) for n in range(1, 9)},
    ("eq8", "output_db"): (-3.0, 0.0, 3.0),
}
"""Lowest, most frequent and highest, by module and parameter, in its unit."""
OPTIONS: Mapping[tuple[str, str], Mapping[str, float]] = {
    ("auto_filter", "kind"): {"low pass": 0.5, "high pass": 0.2, "band pass": 0.2, "notch": 0.1},
    ("auto_filter", "lfo_rhythm"): {"free": 0.6, "1/4": 0.2, "1/8": 0.2},
    ("phaser_flanger", "rhythm"): {"free": 1.0},
    ("delay", "left"): {"free": 0.25, "1/16": 0.15, "1/8": 0.25, "1/8 dotted": 0.2, "1/4": 0.15},
    ("delay", "right"): {"free": 0.25, "1/16": 0.15, "1/8": 0.25, "1/8 dotted": 0.2, "1/4": 0.15},
    **{("eq8", f"band_{n}_kind"): _BAND_KINDS.get(n, _OTHER_BANDS) for n in range(1, 9)},
}
"""Options with their weights."""
WEIGHTS: Mapping[str, float] = {
    "eq8": 1.0, "compressor": 0.8, "saturator": 0.8, "auto_filter": 0.7,
    "chorus": 0.6, "phaser_flanger": 0.5, "delay": 0.8, "reverb": 1.0,
}  # fmt: skip
"""How likely an effect is to be in a chain, beside the others; 0.7 for all that are not here."""
_USUAL = 0.7
_ANYWHERE = 0.2
"""Share of the values that are drawn from the whole range."""


def weight(module: str) -> float:
    """How likely a module is to be in a chain, beside the others."""
    return WEIGHTS.get(module, _USUAL)


def setting(module: str, parameter: Parameter) -> Distribution:
    """Stored values of a parameter.

    Args:
        module: name of the module that it is of.
        parameter: by its module's name of it; its default is that of its node.
    """
    key = module, parameter.name
    if parameter.options:
        weights = OPTIONS.get(key)
        return whole_range(parameter) if weights is None else _options(parameter, weights)
    if parameter.is_categorical:
        return whole_range(parameter)
    if key in RANGES:
        low, mode, high = (own_value(parameter, {parameter.name: end}) for end in RANGES[key])
        return Peaked(low, mode, high)
    if parameter.name == "mix" or parameter.name.endswith("_mix"):
        return Uniform(parameter.minimum + 0.25 * (parameter.maximum - parameter.minimum), parameter.maximum)
    near = Peaked(parameter.minimum, parameter.default, parameter.maximum)
    return Mix(((1.0 - _ANYWHERE, near), (_ANYWHERE, whole_range(parameter))))


def _options(parameter: Parameter, weights: Mapping[str, float]) -> Distribution:
    if unknown := set(weights) - set(parameter.options):
        raise ParameterError(f"{parameter.name} has no option {', '.join(sorted(unknown))}")
    stored = {parameter.minimum + parameter.options.index(name): share for name, share in weights.items()}
    return Fixed(next(iter(stored))) if len(stored) == 1 else choice(stored)
