"""The instrument "ableton-wavetable": a rack of ours that stands for Live's Wavetable and eight effects after it.

Its parameters are called after the device and Live's own name ("wavetable_Flt 1 Freq", "eq8_3 Gain A"), and hold what
Live stores, so a patch of it is sent to a prepared track as it is (`patchpilot live send`). The order of the devices is
fixed, since nothing can move them in Live from outside; each has its "Device On". Its prior "live-v1" draws settings
that somebody might make: those of the eight effects as `musical` has them, in Live's numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchpilot.instruments.rack import musical
from patchpilot.instruments.rack.rack import Rack
from patchpilot.modules.collection.live_devices import BIG_8
from patchpilot.modules.collection.live_names import settings
from patchpilot.modules.live_device import ON, LiveModule, live
from patchpilot.modules.wiring import Node
from patchpilot.space.distribution import Distribution, Fixed, Mix, Peaked, Uniform, choice, sometimes
from patchpilot.space.parameter import Parameter
from patchpilot.space.prior import Prior, whole_range

NAME = "ableton_wavetable"
SYNTH = "wavetable"
"""Name of the synthesizer's node; the effects' are those of our modules."""
PRIOR = "live-v1"
_LIKELY = 0.35
"""How often an effect of weight 1 is on."""
_OSCILLATOR: Mapping[str, Distribution] = {
    "Transp": choice({0.0: 0.6, 12.0: 0.12, -12.0: 0.15, 7.0: 0.08, -24.0: 0.05}),
    "Detune": Peaked(0.3, 0.5, 0.7),
    "Pos": Uniform(0.0, 1.0),
    "Pan": Peaked(0.2, 0.5, 0.8),
    "Gain": Peaked(0.5, 0.85, 1.0),
}
_FILTER: Mapping[str, Distribution] = {
    "Type": choice({0.0: 0.7, 1.0: 0.15, 2.0: 0.1, 3.0: 0.05}),
    "Slope": choice({0.0: 0.3, 1.0: 0.7}),
    "Freq": Peaked(0.2, 0.65, 1.0),
    "Res": Peaked(0.0, 0.15, 0.8),
    "Drive": sometimes(0.3, Uniform(0.0, 0.6)),
}
_SYNTH: Mapping[str, Distribution] = {
    ON: Fixed(1.0),
    "Osc 1 On": sometimes(0.95, Fixed(1.0)),
    "Osc 2 On": sometimes(0.5, Fixed(1.0)),
    "Sub On": sometimes(0.35, Fixed(1.0)),
    "Sub Gain": Peaked(0.5, 0.8, 1.0),
    "Flt 1 On": sometimes(0.7, Fixed(1.0)),
    "Flt 2 On": sometimes(0.15, Fixed(1.0)),
    **{f"Osc {n} {name}": drawn for n in (1, 2) for name, drawn in _OSCILLATOR.items()},
    **{f"Flt {n} {name}": drawn for n in (1, 2) for name, drawn in _FILTER.items()},
    "Amp Attack": Peaked(0.0, 0.25, 0.75),
    "Amp Decay": Peaked(0.3, 0.55, 0.85),
    "Amp Release": Peaked(0.3, 0.45, 0.8),
    "Transpose": Fixed(0.0),
    "Volume": Peaked(0.5, 0.65, 0.95),
}
"""What Live stores for a Wavetable that somebody might make; anywhere in its range for all that is not here."""


def ableton_wavetable(**options: Any) -> Rack:
    """The rack; effects are off by default, so that the init patch is the synthesizer alone.

    Args:
        options: as for a rack ("workers", "timeout_s").

    Raises:
        PluginError: the extra "racks" is not installed.
    """
    nodes = {SYNTH: live("live_voice"), **{name: live(name, on=False) for name in BIG_8}}
    parts = [Node(module, name).part() for name, module in nodes.items()]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole >> part
    rack = Rack(NAME, whole, **options)
    rack.priors = {PRIOR: _prior(nodes)}
    return rack


def devices(rack: Rack) -> dict[str, LiveModule]:
    """The devices in their order, by the names of their nodes."""
    return {
        name: node.module for name, node in rack.graph.nodes.items() if isinstance(node.module, LiveModule)
    }


def _prior(nodes: Mapping[str, LiveModule]) -> Prior:
    values: dict[str, Distribution] = {}
    for node, module in nodes.items():
        for p in module.parameters:
            drawn = _SYNTH.get(p.name) if node == SYNTH else _setting(module, p)
            values[f"{node}_{p.name}"] = drawn or whole_range(p)
    return Prior(PRIOR, values)


def _setting(module: LiveModule, parameter: Parameter) -> Distribution | None:
    """An effect's knob as `musical` would turn it, in what Live stores; None where it says nothing."""
    name = module.device.module
    if parameter.name == ON:
        return sometimes(_LIKELY * musical.weight(name), Fixed(1.0))
    (ours, *_) = (p for p in module.device.parameters if p.names[0] == parameter.name)
    if parameter.options:
        weights = musical.OPTIONS.get((name, ours.ours), {})
        drawn = {parameter.options.index(ours.options[k]): w for k, w in weights.items() if k in ours.options}
        if ours.names[0].endswith("Filter On A"):  # of a band of the equaliser: all that is not off
            return sometimes(1.0 - weights["off"], Fixed(1.0))
        return choice({float(k): w for k, w in drawn.items()}) if drawn else None
    if ours.ours == "mix":
        return Uniform(0.25, 1.0)
    ends = musical.RANGES.get((name, ours.ours))
    if ends is None:
        return Mix(
            (
                (0.8, Peaked(parameter.minimum, parameter.default, parameter.maximum)),
                (0.2, whole_range(parameter)),
            )
        )
    low, mode, high = (_stored(module, ours.ours, parameter.name, end) for end in ends)
    return Peaked(low, mode, high)


def _stored(module: LiveModule, ours: str, name: str, value: float) -> float:
    """What Live stores for a number of ours."""
    (found, *_) = (s for s in settings(module.device.module, {ours: value}) if s.names[0] == name)
    return found.guess if found.raw is None else found.raw
