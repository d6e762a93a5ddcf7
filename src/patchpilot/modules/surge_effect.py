"""Surge's effects as modules. `patchpilot.instruments.surge.effects` makes them.

An effect of Surge does not play alone: it is in the first slot of a patch whose oscillator hears the input, with
nothing between them, and a key that is held. What the way there and back costs in level and in time is made good.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from patchpilot.errors import PatchPilotError, RackError
from patchpilot.modules.base import Context, Port, Process, Signal, Value
from patchpilot.modules.hosting import surge
from patchpilot.modules.wiring import Wirable
from patchpilot.space.canonical import Json
from patchpilot.space.parameter import Parameter

_KEY, _VELOCITY = 60, 127
_WARM_UP = 64
"""Blocks of silence before anything is heard."""
_MOST_DELAY = 64
"""Samples."""


@dataclass(frozen=True, eq=False)
class SurgeEffect(Wirable):
    """An effect of Surge.

    Attributes:
        name: of the module.
        summary: what it is, in a sentence.
        preset: FXP file of the patch that it is in.
        numbers: the engine's numbers of its parameters.
        parameters: in the engine's own units.
        gain: of the way there and back, which is made good.
        delay: of it, in samples.
        is_random: whether it rolls the engine's dice.
    """

    name: str
    summary: str
    preset: bytes
    numbers: tuple[int, ...]
    parameters: tuple[Parameter, ...]
    gain: float
    delay: int
    is_random: bool = False
    inputs: tuple[Port, ...] = field(default=(Port("in"),), init=False)
    outputs: tuple[Port, ...] = field(default=(Port("out"),), init=False)

    @property
    def varying(self) -> frozenset[str]:
        """All that are no whole numbers: they move once in 32 samples."""
        return frozenset(p.name for p in self.parameters if not p.is_categorical)

    def to_json(self) -> Json:
        """The patch and its parameters."""
        from patchpilot.modules.kinds import parameter_to_json

        return {
            "kind": "surge_effect",
            "name": self.name,
            "summary": self.summary,
            "preset": base64.b64encode(self.preset).decode(),
            "numbers": list(self.numbers),
            "parameters": [parameter_to_json(parameter) for parameter in self.parameters],
            "gain": self.gain,
            "delay": self.delay,
            "is_random": self.is_random,
        }

    def prepare(self, sample_rate: int, moving: frozenset[str]) -> Process:  # noqa: ARG002 (as all modules)
        """Make an engine that has played nothing; each performance needs one of its own."""

        def loaded() -> Any:
            try:
                synth = surge.engine(sample_rate)
                surge.load_preset(synth, self.preset)
            except (PatchPilotError, ValueError) as error:
                raise RackError(f"module {self.name}: {error}") from None
            return synth

        ready = [loaded()]

        def process(
            inputs: Mapping[str, Signal | None], values: Mapping[str, Value], context: Context
        ) -> Sequence[Signal]:
            surge.roll(context.seed % 2**31)
            return [self._played(ready.pop() if ready else loaded(), inputs["in"], values, context.n_samples)]

        return process

    def _played(
        self, synth: Any, audio: Signal | None, values: Mapping[str, Value], n_samples: int
    ) -> Signal:
        size = synth.getBlockSize()
        n_blocks = -(-(n_samples + _MOST_DELAY) // size)
        handles = surge.parameters(synth)
        moving: list[tuple[Any, Signal]] = []
        synth.processMultiBlock(synth.createMultiBlock(_WARM_UP))
        for number, parameter in zip(self.numbers, self.parameters, strict=True):
            value = values[parameter.name]
            if isinstance(value, np.ndarray):
                moving.append((handles[number], value))
                synth.setParamVal(handles[number], float(value[0]))
            else:
                synth.setParamVal(handles[number], float(value))
        synth.playNote(0, _KEY, _VELOCITY, 0)
        synth.processMultiBlock(synth.createMultiBlock(_WARM_UP))
        heard, out = synth.createMultiBlock(n_blocks), synth.createMultiBlock(n_blocks)
        if audio is not None:
            heard[:, :n_samples] = audio / self.gain
        for block in range(n_blocks if moving else 1):
            for handle, curve in moving:
                synth.setParamVal(handle, float(curve[min(block * size, n_samples - 1)]))
            synth.processMultiBlockWithInput(heard, out, block, 1 if moving else n_blocks)
        return np.ascontiguousarray(out[:, self.delay : self.delay + n_samples])


def surge_effect_of(data: Json) -> SurgeEffect:
    """The inverse of `SurgeEffect.to_json`, also where Surge is missing; raises `KeyError`, `TypeError`."""
    from patchpilot.modules.kinds import parameter_of

    return SurgeEffect(
        data["name"],
        data["summary"],
        base64.b64decode(data["preset"]),
        tuple(data["numbers"]),
        tuple(parameter_of(said) for said in data["parameters"]),
        data["gain"],
        data["delay"],
        data["is_random"],
    )
