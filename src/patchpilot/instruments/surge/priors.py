"""Surge's prior: playable sounds of scene A, most of them heard, of which hardly any draws from dice.

Oscillators retrigger, nothing drifts, noise is muted. Parameters whose meaning a type decides are drawn by their places
(see `catalogue`): most often near what Surge begins with.
"""

from __future__ import annotations

from patchpilot.instruments.surge.catalogue import Catalogue
from patchpilot.space.distribution import Distribution, Fixed, Mix, Peaked, Uniform, choice, sometimes
from patchpilot.space.parameter import Parameter
from patchpilot.space.prior import Prior, Route

_NEAR = Mix(((0.4, Fixed(0.5)), (0.6, Peaked(0.1, 0.5, 0.9))))
_WIDE = Peaked(0.0, 0.5, 1.0)
_RARE = sometimes(0.25, Uniform(0.5, 0.85), otherwise=0.5)
_SECONDS: dict[str, Distribution] = {
    "attack": Mix(((0.6, Fixed(-8.0)), (0.4, Uniform(-6.0, -0.5)))),
    "decay": Uniform(-4.0, 1.5),
    "release": Uniform(-5.5, 0.0),
}
_OSCILLATORS: dict[str, Distribution] = {
    **{f"a_osc{n}_retrigger": Fixed(1.0) for n in (1, 2, 3)},
    "a_osc1_type": choice({0: 0.62, 1: 0.16, 6: 0.14, 7: 0.08}),
    "a_osc2_type": choice({0: 0.7, 1: 0.3}),
    **{f"a_osc{o}_param{n}": _WIDE for o in (1, 2) for n in (0, 1, 2)},
    **{f"a_osc{o}_param{n}": _RARE for o in (1, 2) for n in (3, 4)},
    "a_osc1_param5": _NEAR,
    "a_osc1_param6": choice({0.5: 0.7, 0.567: 0.12, 0.634: 0.1, 0.7: 0.08}),
    "a_osc1_octave": choice({0: 0.7, -1: 0.2, 1: 0.1}),
    "a_mute_o2": choice({0: 0.45, 1: 0.55}),
    "a_level_o2": Uniform(0.2, 1.0),
    "a_osc2_octave": choice({0: 0.6, -1: 0.2, 1: 0.2}),
    "a_osc2_pitch": Mix(((0.5, Fixed(0.0)), (0.35, Peaked(-0.2, 0.0, 0.2)), (0.15, Fixed(7.0)))),
    "a_fm_switch": choice({0: 0.85, 1: 0.15}),
    "a_fm_depth": Uniform(-30.0, 0.0),
    "a_drift": Fixed(0.0),
}
_FILTER: dict[str, Distribution] = {
    "a_filter1_type": choice({0: 0.2, 1: 0.22, 2: 0.28, 3: 0.1, 4: 0.06, 6: 0.08, 7: 0.03, 8: 0.03}),
    "a_filter1_cutoff": Peaked(-42.0, 12.0, 65.0),
    "a_filter1_resonance": Peaked(0.0, 0.2, 0.9),
    "a_filter1_envmod": sometimes(0.6, Uniform(-20.0, 60.0)),
    "a_filter1_keytrack": choice({0: 0.4, 0.5: 0.2, 1: 0.4}),
    "a_ws_type": choice({0: 0.75, 1: 0.1, 2: 0.05, 3: 0.05, 4: 0.05}),
    "a_ws_drive": Uniform(-6.0, 15.0),
    "a_lowcut": sometimes(0.15, Uniform(-60.0, 0.0), otherwise=-72.0),
}
_ENVELOPES: dict[str, Distribution] = {
    **{f"a_env{n}_{part}": drawn for n in (1, 2) for part, drawn in _SECONDS.items()},
    "a_env1_sustain": Mix(((0.35, Fixed(1.0)), (0.65, Uniform(0.0, 1.0)))),
    "a_env2_sustain": Mix(((0.4, Fixed(0.0)), (0.6, Uniform(0.0, 1.0)))),
    "a_lfo0_shape": choice({0: 0.5, 1: 0.3, 2: 0.1, 3: 0.1}),
    "a_lfo0_rate": Uniform(-2.0, 3.5),
}
_EFFECTS: dict[str, Distribution] = {
    "fx1_type": choice({0: 0.55, 1: 0.08, 2: 0.06, 3: 0.05, 5: 0.08, 6: 0.05, 9: 0.06, 11: 0.07}),
    **{f"fx1_p{n}": _NEAR for n in range(12)},
}
_ROUTES = (
    Route("filtereg", "a_osc1_param0", Uniform(-0.5, 0.5), 0.2),
    Route("filtereg", "a_osc1_param1", Uniform(-0.5, 0.5), 0.12),
    Route("filtereg", "a_osc1_pitch", Uniform(-0.6, 0.6), 0.06),
    Route("lfo1", "a_filter1_cutoff", Uniform(-0.2, 0.2), 0.2),
    Route("lfo1", "a_osc1_param0", Uniform(-0.4, 0.4), 0.12),
    Route("lfo1", "a_osc1_pitch", Peaked(0.0, 0.01, 0.04), 0.15),
    Route("velocity", "a_filter1_cutoff", Uniform(0.0, 0.25), 0.15),
)
_GATES = {
    "a_filter1_type": ("a_filter1_",),
    "a_ws_type": ("a_ws_",),
    "fx1_type": ("fx1_",),
    "a_fm_switch": ("a_fm_",),
}


_CUTOFFS = {"a_filter1_cutoff": "a_filter1_keytrack"}


def core_prior(catalogue: Catalogue) -> Prior:
    """ "core-v1", of what this version of Surge has of it; it has all of it since version 1.8."""
    names = catalogue.space.by_name
    values = {**_OSCILLATORS, **_FILTER, **_ENVELOPES, **_EFFECTS}
    return Prior(
        name="core-v1",
        values={name: _within(drawn, names[name]) for name, drawn in values.items() if name in names},
        routes=tuple(r for r in _ROUTES if r.destination in catalogue.reach.get(r.source, ())),
        gates={switch: gated for switch, gated in _GATES.items() if switch in names},
        cutoffs={name: follows for name, follows in _CUTOFFS.items() if name in names and follows in names},
        reasons={
            "a_osc1_retrigger": "a phase that is random would be another at each render",
            "a_mute_noise": "left at its default, muted: noise is drawn from dice that nobody can set",
        },
    )


def _within(drawn: Distribution, parameter: Parameter) -> Distribution:
    """A choice without the options that a version does not have."""
    if not isinstance(drawn, Mix) or not parameter.is_categorical:
        return drawn
    parts = [(w, d) for w, d in drawn.parts if parameter.minimum <= d.value(0.0, 0.0) <= parameter.maximum]
    return Mix(tuple(parts))
