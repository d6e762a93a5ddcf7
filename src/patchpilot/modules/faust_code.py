"""Modules that are written in Faust, whose libraries are the largest collection of audio DSP there is.

    ladder = faust(
        "ladder", "A four-pole low-pass that can sing.", "ve.moog_vcf_2bn(resonance, cutoff)",
        cutoff=knob(1000.0, 20.0, 20_000.0, "Hz", octaves=True), resonance=knob(0.2, 0.0, 0.95),
    )

The expression is of one channel unless `channels=2`, and names its parameters. Control inputs are named likewise: a
source is an expression without an input, of "pitch" and "gate".
Parameters that move are audio inputs of the compiled program, so they are exact to the sample.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import numpy as np

from patchpilot.errors import PluginError, RackError
from patchpilot.modules.base import Context, Port, Process, Signal, Value
from patchpilot.modules.function import CONTROL_PORTS
from patchpilot.modules.wiring import Wirable
from patchpilot.space.canonical import Json
from patchpilot.space.parameter import Parameter

BLOCK = 512
"""Samples that the host computes at once; no result depends on it."""
_PATH = "/dawdreamer/"
_WRAPPED_LINES = re.compile(r"dawdreamer:(\d+) : ")


@dataclass(frozen=True)
class FaustModule(Wirable):
    """A Faust program; `faust` makes it.

    Attributes:
        expression: of `process`, for one channel or two.
        channels: of audio that the expression takes and gives: 1 (made twice, for two channels) or 2.
        definitions: Faust code before it.
    """

    name: str
    summary: str
    expression: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    parameters: tuple[Parameter, ...]
    channels: int = 1
    definitions: str = ""
    is_random: bool = False  # Faust's noise is the same each time

    @property
    def varying(self) -> frozenset[str]:
        """All that are continuous."""
        return frozenset(p.name for p in self.parameters if not p.is_categorical)

    def to_json(self) -> Json:
        """The whole program."""
        from patchpilot.modules.kinds import parameter_to_json

        return {
            "kind": "faust",
            "name": self.name,
            "summary": self.summary,
            "expression": self.expression,
            "channels": self.channels,
            "definitions": self.definitions,
            "inputs": [port.name for port in self.inputs],
            "control": self.outputs[0].channels == 1,
            "parameters": [parameter_to_json(parameter) for parameter in self.parameters],
        }

    def source(self, moving: frozenset[str]) -> str:
        """The program: audio, then control inputs, then the parameters that move, are its inputs."""
        lines = ['import("stdfaust.lib");', *self.definitions.splitlines()]
        for parameter in self.parameters:
            if parameter.name not in moving:
                lines.append(f"{parameter.name} = {_slider(parameter)};")
        controls = [port.name for port in self.inputs if port.channels == 1]
        controls += [p.name for p in self.parameters if p.name in moving]
        n_audio = 2 if any(port.channels == 2 for port in self.inputs) else 0
        of_one = f"({self.expression})"
        copies = 1 if self.channels == 2 or self.outputs[0].channels == 1 else 2
        if n_audio == 0 and copies == 2:
            body = f"{of_one} <: _, _"
        else:
            body = of_one if copies == 1 else f"par(channel, 2, {of_one})"
        if not controls:
            return "\n".join([*lines, f"process = {body};"])
        if not n_audio:
            return "\n".join([*lines, f"sound({', '.join(controls)}) = {body};", "process = sound;"])
        names = ["left_in", "right_in", *controls]
        return "\n".join(
            [*lines, f"sound({', '.join(names)}) = (left_in, right_in) : {body};", "process = sound;"]
        )

    def prepare(self, sample_rate: int, moving: frozenset[str]) -> Process:
        """Compile it; see `Module.prepare`."""
        daw = _dawdreamer()
        engine = daw.RenderEngine(sample_rate, BLOCK)
        processor = engine.make_faust_processor(self.name)
        text = self.source(moving)
        # The host gives a program one array for input and output: without this it reads what it has already written.
        processor.compile_flags = ["-inpl"]
        processor.set_dsp_string(text)
        try:
            processor.compile()
        except RuntimeError as error:
            raise RackError(f"module {self.name}: {_said(str(error), text)}") from None
        return _Player(self, engine, processor, moving)


@dataclass(frozen=True, eq=False)
class _Player:
    """A compiled program."""

    module: FaustModule
    engine: Any
    processor: Any
    moving: frozenset[str]

    def __call__(
        self, inputs: Mapping[str, Signal | None], values: Mapping[str, Value], context: Context
    ) -> Sequence[Signal]:
        signals = [signal for port in self.module.inputs if (signal := inputs[port.name]) is not None]
        for parameter in self.module.parameters:
            value = values[parameter.name]
            if parameter.name in self.moving:
                signals.append(np.broadcast_to(np.asarray(value, np.float32), (1, context.n_samples)))
            else:
                number = parameter.options.index(value) if isinstance(value, str) else value
                self.processor.set_parameter(f"{_PATH}{parameter.name}", float(number))
        graph: list[tuple[Any, list[str]]] = [(self.processor, [])]
        if signals:
            data = np.ascontiguousarray(np.concatenate(signals))
            graph = [(self.engine.make_playback_processor("inputs", data), []), (self.processor, ["inputs"])]
        self.engine.load_graph(graph)
        self.engine.render((context.n_samples + 0.5) / context.sample_rate)
        audio = self.engine.get_audio()[:, : context.n_samples]
        channels = self.module.outputs[0].channels
        return [np.ascontiguousarray(np.broadcast_to(audio, (channels, context.n_samples)), np.float32)]


def faust(
    name: str,
    summary: str,
    expression: str,
    *,
    inputs: Sequence[str] = ("in",),
    channels: int = 1,
    control: bool = False,
    definitions: str = "",
    **knobs: Parameter,
) -> FaustModule:
    """Make a module of a Faust expression.

    Args:
        name: of the module.
        summary: what it does, in a sentence.
        expression: of `process`, which names the knobs and the control inputs ("pitch" in Hz, "gate", "velocity").
        inputs: names of its ports; none, or only control ones, for a source. At most one is audio.
        channels: of audio that the expression takes and gives: 1 or 2.
        control: whether it gives a control signal.
        definitions: Faust code before it.
        knobs: what `knob` and `choice` make, by the names that the expression uses.

    Raises:
        RackError: more than one input is audio.
    """
    ports = tuple(Port(port, 1 if port in CONTROL_PORTS else 2) for port in inputs)
    if sum(port.channels == 2 for port in ports) > 1:
        raise RackError(f"module {name}: expected at most one audio input, got {', '.join(inputs)}")
    return FaustModule(
        name=name,
        summary=summary,
        expression=expression,
        inputs=ports,
        outputs=(Port("out", 1 if control else 2),),
        parameters=tuple(replace(knob, name=key, group=name) for key, knob in knobs.items()),
        channels=channels,
        definitions=definitions,
    )


def faust_of(data: Json) -> FaustModule:
    """The inverse of `FaustModule.to_json`; raises `KeyError` where a part is missing."""
    from patchpilot.modules.kinds import parameter_of

    return faust(
        data["name"],
        data["summary"],
        data["expression"],
        inputs=data["inputs"],
        channels=data["channels"],
        control=data["control"],
        definitions=data["definitions"],
        **{p.name: p for p in map(parameter_of, data["parameters"])},
    )


def _slider(parameter: Parameter) -> str:
    """A slider over what the process gets."""
    from patchpilot.modules.base import spoken

    ends = [parameter.default, parameter.minimum, parameter.maximum]
    shown = ends if parameter.options else [float(spoken(parameter, end)) for end in ends]
    # A step of 0 leaves values as they are set.
    return f'hslider("{parameter.name}", {", ".join(f"{x:.9g}" for x in shown)}, 0)'


def _said(message: str, text: str) -> str:
    """Faust's own words, with the line that they are about."""
    words = message.split("ERROR : ")[-1].split(". Check the faustlibraries")[0].strip()
    found = _WRAPPED_LINES.search(message)
    if found is None:
        return words
    lines = text.splitlines()
    number = int(found[1]) - 3  # the host puts lines of its own before it
    line = lines[number - 1] if 1 <= number <= len(lines) else ""
    return f"{words}, in line {number}: {line.strip()}" if line else words


def _dawdreamer() -> Any:
    if find_spec("dawdreamer") is None:
        raise PluginError("modules in Faust need DawDreamer: pip install 'patchpilot[racks]'")
    import dawdreamer

    return dawdreamer
