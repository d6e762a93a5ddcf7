"""Modules that are Python functions over arrays.

    @module(delay_ms=knob(12.0, 0.0, 40.0, "ms"))
    def haas(audio, *, delay_ms, context):
        \"\"\"Delays the right side, which makes a sound wide.\"\"\"
        lag = round(delay_ms * context.sample_rate / 1000.0)
        return np.stack([audio[0], np.pad(audio[1], (lag, 0))[: audio.shape[1]]])

Positional arguments are inputs: "pitch", "gate" and "velocity" are control signals, float32 (1, n), that the notes give
where nothing else is connected; "control" is a control signal, too; all others are audio, float32 (2, n). One with the
default None is optional. Keyword arguments are the parameters, in their units, and "context" where it is asked for.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from patchpilot.errors import RackError
from patchpilot.modules.base import Context, Port, Process, Signal, Value
from patchpilot.modules.wiring import Wirable
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import Json
from patchpilot.space.parameter import Parameter

NOTE_PORTS = ("pitch", "gate", "velocity")
"""Control inputs that the notes give: Hz, 0 or 1, and 0..1."""
CONTROL_PORTS = (*NOTE_PORTS, "control")
"""Names of inputs that take control signals; all others are audio."""


@dataclass(frozen=True)
class FunctionModule(Wirable):
    """A module that is a function; `module` makes it."""

    name: str
    summary: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    parameters: tuple[Parameter, ...]
    varying: frozenset[str]
    function: Callable[..., Any]
    wants_context: bool
    is_random: bool = False
    assets: Mapping[str, Asset] = field(default_factory=dict, hash=False)

    def __call__(self, *inputs: Signal, **values: Any) -> Any:
        """The function itself, as it was written: for tests, and for other modules to use."""
        return self.function(*inputs, **values)

    def to_json(self) -> Json:
        """Where the function is to be imported from."""
        return {"kind": "function", "function": f"{self.function.__module__}:{self.function.__qualname__}"}

    def prepare(self, sample_rate: int, moving: frozenset[str]) -> Process:  # noqa: ARG002 (as all modules)
        """There is nothing to make ready."""

        def process(
            inputs: Mapping[str, Signal | None], values: Mapping[str, Value], context: Context
        ) -> Sequence[Signal]:
            known = {**values, "context": context} if self.wants_context else values
            made = self.function(*(inputs[port.name] for port in self.inputs), **known)
            signals = made if isinstance(made, tuple) else (made,)
            return [_shaped(self, signal, port) for signal, port in zip(signals, self.outputs, strict=True)]

        return process


def module(
    *,
    outputs: Sequence[str | Port] = ("out",),
    varying: Sequence[str] = (),
    control: bool = False,
    random: bool = False,
    assets: Mapping[str, Asset] | None = None,
    **knobs: Parameter,
) -> Callable[[Callable[..., Any]], FunctionModule]:
    """Make a module of a function; its first line of documentation becomes the summary.

    Args:
        outputs: names of its outputs, which it returns in this order (a tuple where there are several).
        varying: parameters that may move: then float32 (n,) comes in place of a number.
        control: whether outputs that are named only give control signals.
        random: whether it draws from `context.rng()`.
        assets: slots for a user's own sounds, each with the one by default; `context.sound(slot)` is what is in one.
        knobs: what `knob` and `choice` make, one for each keyword argument.

    Raises:
        RackError: the function has no documentation, or its arguments do not fit the knobs.
    """

    def made(function: Callable[..., Any]) -> FunctionModule:
        name = function.__name__
        arguments = inspect.signature(function).parameters.values()
        inputs = tuple(
            Port(a.name, 1 if a.name in CONTROL_PORTS else 2, a.default is None)
            for a in arguments
            if a.kind is not a.KEYWORD_ONLY
        )
        keywords = [a.name for a in arguments if a.kind is a.KEYWORD_ONLY]
        if set(keywords) - {"context"} != set(knobs):
            raise RackError(
                f"module {name}: expected a knob for each keyword argument, got knobs {', '.join(knobs) or 'none'} for "
                f"{', '.join(keywords) or 'none'}"
            )
        if unknown := set(varying) - set(knobs):
            raise RackError(
                f"module {name}: expected names of knobs in varying, got {', '.join(sorted(unknown))}"
            )
        if not (function.__doc__ or "").strip():
            raise RackError(f"module {name}: expected a docstring, whose first line says what it does")
        return FunctionModule(
            name=name,
            summary=str(inspect.getdoc(function)).splitlines()[0],
            inputs=inputs,
            outputs=tuple(
                port if isinstance(port, Port) else Port(port, 1 if control else 2) for port in outputs
            ),
            parameters=tuple(replace(knob, name=key, group=name) for key, knob in knobs.items()),
            varying=frozenset(varying),
            function=function,
            wants_context="context" in keywords,
            is_random=random,
            assets=dict(assets or {}),
        )

    return made


def function_of(data: Json) -> FunctionModule:
    """The inverse of `FunctionModule.to_json`.

    Raises:
        RackError: it cannot be imported, as where it was written in a script or a notebook.
    """
    home, _, name = str(data.get("function")).partition(":")
    try:
        if home == "__main__":
            raise RackError("it is in the running script or notebook, which no other process can import")
        found: Any = importlib.import_module(home)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError, RackError) as error:
        raise RackError(
            f"the module {home}:{name} cannot be imported ({error}): put it into a file of a package that is installed"
        ) from None
    if not isinstance(found, FunctionModule):
        raise RackError(f"expected {home}:{name} to be made with @module, got {type(found).__name__}")
    return found


def _shaped(module: FunctionModule, signal: Any, port: Port) -> Signal:
    """A signal as the port says: mono becomes two equal channels."""
    found = np.asarray(signal, np.float32)
    if found.ndim == 1:
        found = found[None]
    if found.ndim != 2 or len(found) not in (1, port.channels):
        raise RackError(
            f"module {module.name}: expected float32 ({port.channels}, n) of its output {port.name!r}, "
            f"got {found.shape}"
        )
    return np.ascontiguousarray(np.broadcast_to(found, (port.channels, found.shape[1])))
