"""What a module is: ports, parameters and a process.

Signals are float32 (channels, n): 2 channels of audio, or 1 of control (a pitch in Hz, a gate, an envelope, an LFO).
A module hears all of a performance at once and answers with arrays as long, so there is no block size to depend on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from patchpilot.audio import Audio
from patchpilot.errors import ParameterError
from patchpilot.modules.sounds import heard
from patchpilot.space import Note
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import Json, sha256
from patchpilot.space.parameter import Parameter

Signal: TypeAlias = npt.NDArray[np.float32]
"""float32 (channels, n)."""
Value: TypeAlias = float | str | npt.NDArray[np.float32]
"""Of a parameter as its unit says it: a number, an option's name, or float32 (n,) where it moves."""


@dataclass(frozen=True)
class Port:
    """Where a signal goes in or comes out.

    Attributes:
        name: "in", "sidechain", "pitch", …; unique among a module's inputs, and among its outputs.
        channels: 2 for audio, 1 for control.
        is_optional: of an input: whether the module does without it (it then gets None). A required input to which
            nothing goes is silent; "pitch", "gate" and "velocity" come from the notes.
    """

    name: str
    channels: int = 2
    is_optional: bool = False


@dataclass(frozen=True)
class Context:
    """What a process knows besides its inputs.

    Attributes:
        sample_rate: Hz.
        n_samples: length of all signals.
        tempo_bpm: beats a minute.
        notes: what is played, in order of their starts.
        seed: >= 0, of all random numbers of this module in this performance.
        assets: content of the module's slots.
    """

    sample_rate: int
    n_samples: int
    tempo_bpm: float
    notes: tuple[Note, ...]
    seed: int
    assets: Mapping[str, Asset] = field(default_factory=dict)

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """Seconds of all samples, float64 (n,)."""
        return np.arange(self.n_samples) / self.sample_rate

    def seed_of(self, name: str) -> int:
        """The seed of a part of it: a node, a voice."""
        return int(sha256(name.encode(), str(self.seed).encode())[:15], 16)

    def rng(self) -> np.random.Generator:
        """Random numbers that depend on nothing but the seed."""
        return np.random.Generator(np.random.PCG64(self.seed))

    def sound(self, slot: str) -> Audio:
        """The sound in a slot of the module, at its own rate.

        Raises:
            RackError: something else is in it.
        """
        return heard(self.assets[slot], slot)


Process: TypeAlias = Callable[[Mapping[str, Signal | None], Mapping[str, Value], Context], Sequence[Signal]]
"""(inputs by port, values by parameter, context) to the outputs, in the order of the ports."""


class Module(Protocol):
    """A part of a rack. Make one with `module` (a Python function), `faust` or `effect`, and register it."""

    @property
    def name(self) -> str:
        """What it is called, in lower case with underscores; nodes are named after it."""

    @property
    def summary(self) -> str:
        """What it does, in a sentence."""

    @property
    def inputs(self) -> tuple[Port, ...]:
        """The first is where `a >> module` goes; none for a source."""

    @property
    def outputs(self) -> tuple[Port, ...]:
        """At least one; the first is what `module >> b` takes."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What can be chosen."""

    @property
    def varying(self) -> frozenset[str]:
        """Names of the parameters that may move within a performance."""

    @property
    def is_random(self) -> bool:
        """Whether it rolls dice (`Context.rng`), so that engine seeds sound different."""

    def to_json(self) -> Json:
        """All that `kinds.module_of` needs to make it again, in another process or another year."""

    def prepare(self, sample_rate: int, moving: frozenset[str]) -> Process:
        """Make it ready, in a process of its own: what is slow, and does not depend on values.

        Args:
            sample_rate: Hz.
            moving: those of `varying` whose values will be arrays.

        Raises:
            RackError: it cannot be made (a syntax error, a missing library).
        """


def assets_of(module: Module) -> Mapping[str, Asset]:
    """Slots of a module for a user's own content (`module(assets=…)`), each with what is in it by default."""
    found: Mapping[str, Asset] = getattr(module, "assets", {})  # most modules have none
    return found


def knob(
    default: float, low: float, high: float, unit: str = "", *, octaves: bool = False, whole: bool = False
) -> Parameter:
    """A parameter to be named: `@module(cutoff=knob(1000.0, 20.0, 20_000.0, "Hz", octaves=True))`.

    Args:
        default: in [low, high], as is passed to the process unless `octaves`.
        low: lowest value.
        high: highest value, above `low`.
        unit: "Hz", "dB", "ms", "semitones", "%", ….
        octaves: what is stored is log2 of the value, so that equal turns are equal ratios; the process gets the value.
        whole: only whole numbers mean something.

    Raises:
        ParameterError: the range is empty, or the default is not within it.
    """
    if not low < high or not low <= default <= high or (octaves and low <= 0.0):
        raise ParameterError(
            "expected low < high and a default between them (all above 0 with octaves), "
            f"got {low:g}, {high:g}, {default:g}"
        )
    if octaves:
        low, high, default = (float(np.float32(np.log2(x))) for x in (low, high, default))
    return Parameter("", low, high, default, whole, curve="exponential" if octaves else "linear", unit=unit)


def choice(*options: str, default: str = "") -> Parameter:
    """A parameter with named options: `@module(shape=choice("saw", "square"))`; the process gets the option's name.

    Raises:
        ParameterError: there are fewer than two options, or the default is none of them.
    """
    if len(set(options)) != len(options) or len(options) < 2 or (default and default not in options):
        raise ParameterError(f"expected two different options or more, and a default of them, got {options}")
    at = options.index(default) if default else 0
    return Parameter("", 0.0, len(options) - 1.0, float(at), True, curve="indexed", options=options)


def spoken(parameter: Parameter, stored: float | npt.NDArray[np.float32]) -> Value:
    """A stored value, or float32 (n,) of them, as a process gets it: in its unit, or the option's name."""
    if isinstance(stored, np.ndarray):
        shown = np.exp2(stored.astype(np.float64)) if parameter.curve == "exponential" else stored
        return np.asarray(shown, np.float32)
    if parameter.options:
        return parameter.options[round(stored - parameter.minimum)]
    return parameter.shown(stored)


def stored(parameter: Parameter, value: Value) -> float | npt.NDArray[np.float32]:
    """The inverse of `spoken`; an option that there is not raises `ValueError`."""
    if isinstance(value, np.ndarray):
        return np.asarray(np.log2(value) if parameter.curve == "exponential" else value, np.float32)
    if isinstance(value, str):
        return parameter.minimum + parameter.options.index(value)
    return float(np.log2(value)) if parameter.curve == "exponential" else float(value)
