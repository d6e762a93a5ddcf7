"""Several notes at once: a part of a rack as the voice of each of them.

    pad = node(poly(saw >> ladder >> amp, voices=6), "pad")
    Rack("choir", pad >> hall, lfo >> pad["ladder_cutoff"])

Each voice hears only the notes that it plays, so its pitch, gate and velocity are theirs; all are mixed. A note goes to
a voice that never played, else to the one that was released longest ago, so that releases ring as long as they can,
else to the one whose note began first. What all voices have in common (an LFO, a reverb) stays outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.errors import RackError
from patchpilot.modules.base import Context, Port, Process, Signal, Value, assets_of, stored
from patchpilot.modules.graph import Graph
from patchpilot.modules.wiring import Wirable
from patchpilot.space import Note
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import Json
from patchpilot.space.parameter import Parameter

MOST_VOICES = 32
"""A rack that plays so many at once is hardly faster than real time."""


@dataclass(frozen=True, eq=False)
class PolyModule(Wirable):
    """Voices that are all alike; `poly` makes it.

    Attributes:
        name: of the module.
        voices: how many there are.
        graph: of one voice.
    """

    name: str
    voices: int
    graph: Graph
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = (Port("out"),)

    @property
    def summary(self) -> str:
        """What a voice is."""
        return f"Up to {self.voices} notes at once, each through {', '.join(self.graph.nodes)}."

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of a voice's nodes with their names before; all voices have the same values."""
        from patchpilot.modules.playing import own_value

        return tuple(
            replace(p, name=f"{key}_{p.name}", default=own_value(p, node.values), group=self.name)
            for key, node in self.graph.nodes.items()
            for p in node.module.parameters
        )

    @cached_property
    def varying(self) -> frozenset[str]:
        """Whatever of a voice may move."""
        return frozenset(
            f"{key}_{name}" for key, node in self.graph.nodes.items() for name in node.module.varying
        )

    @property
    def is_random(self) -> bool:
        """Whether a voice rolls dice; each rolls its own."""
        return any(node.module.is_random for node in self.graph.nodes.values())

    @property
    def assets(self) -> Mapping[str, Asset]:
        """Slots of a voice, with the nodes' names before."""
        return {
            f"{key}_{slot}": asset
            for key, node in self.graph.nodes.items()
            for slot, asset in assets_of(node.module).items()
        }

    @property
    def missing(self) -> str:
        """Why a plug-in in it cannot be played here, "" where all can."""
        reasons = (getattr(node.module, "missing", "") for node in self.graph.nodes.values())
        return "; ".join(filter(None, reasons))

    def to_json(self) -> Json:
        """The graph of a voice."""
        return {"kind": "poly", "name": self.name, "voices": self.voices, "voice": self.graph.to_json()}

    def prepare(self, sample_rate: int, moving: frozenset[str]) -> Process:
        """Make all voices ready, those too that will play nothing."""
        from patchpilot.modules.playing import Player

        own = {
            key: frozenset(p.name for p in node.module.parameters if f"{key}_{p.name}" in moving)
            for key, node in self.graph.nodes.items()
        }
        players = [Player(self.graph, sample_rate, own) for _ in range(self.voices)]

        def process(
            _inputs: Mapping[str, Signal | None], values: Mapping[str, Value], context: Context
        ) -> Sequence[Signal]:
            still, curves = self._said(values)
            assets = {
                key: {slot: context.assets[f"{key}_{slot}"] for slot in assets_of(node.module)}
                for key, node in self.graph.nodes.items()
            }
            sound = np.zeros((2, context.n_samples), np.float32)
            for number, notes in enumerate(allotted(context.notes, self.voices)):
                voice = replace(context, notes=notes, seed=context.seed_of(str(number)))
                try:
                    sound += players[number].play(still, curves, {}, voice, assets)
                except RackError as error:
                    raise RackError(f"{self.name}: {error}") from None
            return [sound]

        return process

    def _said(
        self, values: Mapping[str, Value]
    ) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, npt.NDArray[np.float32]]]]:
        """Stored values by node: those that stay, and those that move."""
        still: dict[str, dict[str, float]] = {key: {} for key in self.graph.nodes}
        curves: dict[str, dict[str, npt.NDArray[np.float32]]] = {key: {} for key in self.graph.nodes}
        for key, node in self.graph.nodes.items():
            for p in node.module.parameters:
                value = stored(p, values[f"{key}_{p.name}"])
                if isinstance(value, np.ndarray):
                    curves[key][p.name] = value
                else:
                    still[key][p.name] = value
        return still, curves


def poly(voice: Wirable, voices: int = 8, name: str = "poly") -> PolyModule:
    """A source that plays several notes at once.

    Args:
        voice: what each note goes through; modules only, and what no wire takes on is heard.
        voices: 1..32, how many notes may sound at once, releases counted.
        name: of the module.

    Raises:
        RackError: the voice is no sound of notes, or its parts do not fit together.
    """
    if not 1 <= voices <= MOST_VOICES:
        raise RackError(f"poly {name}: expected 1 to {MOST_VOICES} voices, got {voices}")
    return _checked(PolyModule(name, voices, Graph.of([voice.part()])))


def poly_of(data: Json) -> PolyModule:
    """The inverse of `PolyModule.to_json`; raises `KeyError` where a part is missing."""
    from patchpilot.modules.kinds import graph_of

    return _checked(PolyModule(data["name"], int(data["voices"]), graph_of(data["voice"])))


def allotted(notes: Sequence[Note], voices: int) -> list[tuple[Note, ...]]:
    """The notes of each voice that plays any, in order of their starts.

    Args:
        notes: in any order.
        voices: how many there are at most.
    """
    found: list[list[Note]] = []
    for note in sorted(notes, key=lambda note: note.start_s):
        if len(found) < voices:
            found.append([note])
            continue
        last = [own[-1] for own in found]
        released = [i for i, one in enumerate(last) if one.start_s + one.hold_s <= note.start_s]
        if released:
            at = min(released, key=lambda i: (last[i].start_s + last[i].hold_s, i))
        else:
            at = min(range(voices), key=lambda i: (last[i].start_s, i))
        found[at].append(note)
    return [tuple(own) for own in found]


def _checked(made: PolyModule) -> PolyModule:
    from patchpilot.modules.kinds import KINDS

    for key, node in made.graph.nodes.items():
        module: Any = node.module
        if module.to_json()["kind"] not in KINDS:
            raise RackError(
                f"poly {made.name}: expected modules in a voice, got the instrument {key}, which plays its own voices"
            )
        first = next(iter(module.inputs), Port("none", 1))
        fed = {wire.port for wire in made.graph.into[key]}
        if first.channels == 2 and not first.is_optional and first.name not in fed:
            raise RackError(
                f"poly {made.name}: expected a voice that makes its sound of notes, but {key} hears nothing: put a "
                "source before it, or the effect after the voices"
            )
    for key, output in made.graph.outputs:
        ports = {port.name: port.channels for port in made.graph.nodes[key].module.outputs}
        if ports[output] != 2:
            raise RackError(
                f"poly {made.name}: expected audio from a voice, but {key} gives control: wire it to a parameter"
            )
    names = [parameter.name for parameter in made.parameters]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise RackError(
            f"poly {made.name}: two parameters would be called {twice!r}: give a node another name"
        )
    return made
