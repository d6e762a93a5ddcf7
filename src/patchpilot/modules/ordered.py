"""Effects in any order: one node that holds several, and whose parameters say which of them sound, one after another.

    fx = ordered([saturator, eq3, delay])
    Rack("free", source(vital) >> fx)

For n effects there are n places, "slot_1" to "slot_n", first what a sound goes through first; the options of each are
"off" and the effects. An effect that is named again is passed over, as "off" is, so whatever the places say is a chain,
and none holds an effect twice. The effects' own parameters are there too, with their names before ("eq3_mid_db").

Why places and not the number of a permutation (as Vital has, `instruments.vital.effect_order`): each place is one
categorical parameter of n + 1 options, which an estimator tells as a token, a sampler draws and an edit changes, and
which needs no switches beside it; a number has n! options of which neighbours sound nothing alike. The price is that
several places' values are one chain: `slots` gives the one way of saying it that data sets and scores should use, and
`chain_of` is its inverse.

    >>> chain_of({"slot_1": 2.0, "slot_2": 0.0, "slot_3": 2.0}, ("saturator", "eq3", "delay"))
    ('eq3',)
    >>> slots(("delay", "eq3"), ("saturator", "eq3", "delay"))
    {'slot_1': 3.0, 'slot_2': 2.0, 'slot_3': 0.0}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from patchpilot.errors import ParameterError, RackError
from patchpilot.modules.base import Context, Port, Process, Signal, Value, assets_of, choice
from patchpilot.modules.wiring import Node, Wirable
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import Json
from patchpilot.space.parameter import Parameter

OFF = "off"
"""The option of a place where there is no effect."""


@dataclass(frozen=True, eq=False)
class OrderedModule(Wirable):
    """Effects in an order that is chosen; `ordered` makes it.

    Attributes:
        name: of the module.
        effects: nodes, whose names differ; their order is the one by default.
    """

    name: str
    effects: tuple[Node, ...]
    inputs: tuple[Port, ...] = (Port("in"),)
    outputs: tuple[Port, ...] = (Port("out"),)

    @property
    def summary(self) -> str:
        """Which effects it holds."""
        return f"Effects in any order: {', '.join(self.names)}."

    @property
    def names(self) -> tuple[str, ...]:
        """Of the effects."""
        return tuple(effect.name for effect in self.effects)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The places, then those of the effects with their names before; effects' own values are the defaults."""
        from patchpilot.modules.playing import own_value

        places = [
            replace(choice(OFF, *self.names, default=name), name=f"slot_{i}", group=self.name)
            for i, name in enumerate(self.names, 1)
        ]
        theirs = [
            replace(p, name=f"{effect.name}_{p.name}", default=own_value(p, effect.values), group=self.name)
            for effect in self.effects
            for p in effect.module.parameters
        ]
        return (*places, *theirs)

    @cached_property
    def varying(self) -> frozenset[str]:
        """Whatever of an effect may move; the order stays."""
        return frozenset(f"{e.name}_{name}" for e in self.effects for name in e.module.varying)

    @property
    def is_random(self) -> bool:
        """Whether an effect rolls dice."""
        return any(effect.module.is_random for effect in self.effects)

    @property
    def assets(self) -> Mapping[str, Asset]:
        """Slots of the effects, with their names before."""
        return {
            f"{e.name}_{slot}": asset for e in self.effects for slot, asset in assets_of(e.module).items()
        }

    def to_json(self) -> Json:
        """All effects, in the order by default."""
        return {
            "kind": "ordered",
            "name": self.name,
            "effects": [
                {"name": e.name, "module": e.module.to_json(), "values": dict(e.values)} for e in self.effects
            ],
        }

    def prepare(self, sample_rate: int, moving: frozenset[str]) -> Process:
        """Make all effects ready, those too that will not sound."""
        ready = {
            effect.name: effect.module.prepare(sample_rate, _own(effect, moving)) for effect in self.effects
        }
        effects = {effect.name: effect for effect in self.effects}

        def process(
            inputs: Mapping[str, Signal | None], values: Mapping[str, Value], context: Context
        ) -> Sequence[Signal]:
            sound = inputs["in"]
            assert sound is not None
            for name in _once(str(values[f"slot_{i}"]) for i in range(1, len(effects) + 1)):
                module = effects[name].module
                heard = {port.name: None for port in module.inputs} | {module.inputs[0].name: sound}
                own = {p.name: values[f"{name}_{p.name}"] for p in module.parameters}
                assets = {slot: context.assets[f"{name}_{slot}"] for slot in assets_of(module)}
                sound = ready[name](heard, own, replace(context, seed=context.seed_of(name), assets=assets))[
                    0
                ]
            return [sound]

        return process


def ordered(effects: Sequence[Any], name: str = "ordered") -> OrderedModule:
    """One module of several effects, whose order can be chosen.

    Args:
        effects: modules, or nodes with names and values of their own; each hears audio and gives audio, and what else
            it could hear (a sidechain) is left open.
        name: of the module.

    Raises:
        RackError: there are none, two have one name, or one is no effect.
    """
    nodes = tuple(effect if isinstance(effect, Node) else Node(effect) for effect in effects)
    names = [node.name for node in nodes]
    if not nodes or len(set(names)) != len(names) or OFF in names:
        raise RackError(
            f"expected effects, each with a name of its own (not {OFF!r}), got {', '.join(names) or 'none'}"
        )
    for effect in nodes:
        first, *others = effect.module.inputs or (Port("none", 1),)
        if first.channels != 2 or effect.module.outputs[0].channels != 2:
            raise RackError(f"expected effects that hear audio and give audio, which {effect.name} does not")
        if needed := [port.name for port in others if not port.is_optional]:
            raise RackError(
                f"{effect.name} needs {', '.join(needed)}, which a chain of effects cannot give it"
            )
    return OrderedModule(name, nodes)


def ordered_of(data: Json) -> OrderedModule:
    """The inverse of `OrderedModule.to_json`; raises `KeyError` where a part is missing."""
    from patchpilot.modules.kinds import module_of

    said = [Node(module_of(e["module"]), e["name"], e["values"]) for e in data["effects"]]
    return ordered(said, data["name"])


def chain_of(values: Mapping[str, float], names: Sequence[str], before: str = "") -> tuple[str, ...]:
    """The effects that sound, first to last.

    Args:
        values: stored ones of a patch, with "slot_1" and so on among them; what is missing has its default.
        names: of the effects, in the order by default.
        before: what stands before "slot_1" in a rack's space ("fx_").
    """
    options = (OFF, *names)
    said = (round(values.get(f"{before}slot_{i}", i)) for i in range(1, len(names) + 1))
    return _once(options[k] for k in said)


def slots(chain: Sequence[str], names: Sequence[str], before: str = "") -> dict[str, float]:
    """The stored values that say a chain, without gaps; the inverse of `chain_of`.

    Raises:
        ParameterError: an effect is unknown or there twice.
    """
    if len(set(chain)) != len(chain) or not set(chain) <= set(names):
        raise ParameterError(
            f"expected any of {', '.join(names)}, each once, got {', '.join(chain) or 'none'}"
        )
    places = [names.index(name) + 1 for name in chain] + [0] * (len(names) - len(chain))
    return {f"{before}slot_{i}": float(place) for i, place in enumerate(places, 1)}


def _own(effect: Node, moving: frozenset[str]) -> frozenset[str]:
    """The effect's own names of what moves."""
    return frozenset(p.name for p in effect.module.parameters if f"{effect.name}_{p.name}" in moving)


def _once(names: Any) -> tuple[str, ...]:
    """Each once, where it is first, and no "off"."""
    return tuple(name for name in dict.fromkeys(names) if name != OFF)
