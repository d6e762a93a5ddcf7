"""A graph that plays: each node hears all that goes into it, in order, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from patchpilot.errors import PatchPilotError, RackError
from patchpilot.modules.base import Context, Port, Process, Signal, Value, assets_of, spoken, stored
from patchpilot.modules.graph import Graph
from patchpilot.modules.notes import CONTROLS
from patchpilot.space.assets import Asset
from patchpilot.space.parameter import Parameter

USUAL_TEMPO_BPM = 120.0
"""Of a performance that says none."""
Curve = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Player:
    """A graph whose modules are ready to play, once: some keep what they heard.

    Args:
        graph: of modules.
        sample_rate: Hz.
        moving: for each node the parameters that arcs move.
        given: nodes whose sound `play` is given.

    Raises:
        RackError: a module cannot be made, or one of `moving` cannot move.
    """

    graph: Graph
    sample_rate: int
    moving: Mapping[str, frozenset[str]]
    given: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        _ = self.processes

    @cached_property
    def processes(self) -> Mapping[str, Process]:
        """By node."""
        return {
            name: node.module.prepare(self.sample_rate, self._moves(name))
            for name, node in self.graph.nodes.items()
            if name not in self.given
        }

    def _moves(self, name: str) -> frozenset[str]:
        module = self.graph.nodes[name].module
        parameters = {parameter.name for parameter in module.parameters}
        wired = {wire.port for wire in self.graph.into[name]} & parameters
        return frozenset(wired | self.moving.get(name, frozenset()))

    def play(
        self,
        values: Mapping[str, Mapping[str, float]],
        curves: Mapping[str, Mapping[str, Curve]],
        heard: Mapping[str, Signal],
        context: Context,
        assets: Mapping[str, Mapping[str, Asset]] | None = None,
    ) -> Signal:
        """All that is heard, mixed: float32 (2, n).

        Args:
            values: stored ones by node and parameter; what is missing has the node's own, or the default.
            curves: stored ones that move, float32 (n,), likewise.
            heard: what the nodes of `given` give, by their names.
            context: of the performance; each node gets a seed of its own.
            assets: by node and slot, those that are not the default.

        Raises:
            RackError: a module fails, or gives NaN.
        """
        signals: dict[tuple[str, str], Signal] = {}
        for name, node in self.graph.nodes.items():
            if name in heard:
                signals[name, node.module.outputs[0].name] = heard[name]
                continue
            own = {p.name: own_value(p, node.values) for p in node.module.parameters}
            said = {**own, **values.get(name, {})}
            inputs = {port.name: self._input(name, port, signals, context) for port in node.module.inputs}
            moved = {p: self._moved(name, p, said, curves, signals, context) for p in self._moves(name)}
            spoke: dict[str, Value] = {
                p.name: spoken(p, moved.get(p.name, said[p.name])) for p in node.module.parameters
            }
            own_assets = {**assets_of(node.module), **(assets or {}).get(name, {})}
            made = self._made(name, inputs, spoke, replace(context, assets=own_assets))
            for port, signal in zip(node.module.outputs, made, strict=True):
                signals[name, port.name] = signal
        return mixed([signals[output] for output in self.graph.outputs])

    def _made(
        self, name: str, inputs: Mapping[str, Signal | None], spoke: Mapping[str, Value], context: Context
    ) -> list[Signal]:
        own = replace(context, seed=context.seed_of(name))
        said = ", ".join(
            f"{key} {'moving' if isinstance(v, np.ndarray) else v if isinstance(v, str) else f'{v:g}'}"
            for key, v in spoke.items()
        )
        try:
            made = list(self.processes[name](inputs, spoke, own))
        except PatchPilotError:
            raise
        except Exception as error:  # a stranger's module may raise anything
            raise RackError(f"node {name} failed with {said or 'no parameters'}: {error!r}") from error
        for signal in made:
            if signal.shape[-1] != context.n_samples:
                raise RackError(
                    f"node {name}: expected {context.n_samples} samples, as it was given, got {signal.shape[-1]}"
                )
            if not np.isfinite(signal).all():
                raise RackError(f"node {name} gives NaN or infinite samples with {said or 'no parameters'}")
        return made

    def _input(
        self, name: str, port: Port, signals: Mapping[tuple[str, str], Signal], context: Context
    ) -> Signal | None:
        """What goes into a port, mixed."""
        found = [signals[w.source, w.output] for w in self.graph.into[name] if w.port == port.name]
        if found:
            return mixed(found)
        if port.channels == 1 and port.name in CONTROLS:
            return CONTROLS[port.name](context)
        return None if port.is_optional else np.zeros((port.channels, context.n_samples), np.float32)

    def _moved(
        self,
        name: str,
        parameter: str,
        said: Mapping[str, float],
        curves: Mapping[str, Mapping[str, Curve]],
        signals: Mapping[tuple[str, str], Signal],
        context: Context,
    ) -> Curve:
        """Stored values of a parameter that an arc or control signals move: 1 turns it through its whole range."""
        found = next(p for p in self.graph.nodes[name].module.parameters if p.name == parameter)
        whole = found.maximum - found.minimum
        at = curves.get(name, {}).get(parameter, np.full(context.n_samples, said[parameter], np.float32))
        for wire in self.graph.into[name]:
            if wire.port == parameter:
                at = at + whole * signals[wire.source, wire.output][0]
        return np.clip(at, found.minimum, found.maximum).astype(np.float32)


def mixed(signals: Sequence[Signal]) -> Signal:
    """The sum of signals, in their order."""
    whole = signals[0]
    for signal in signals[1:]:
        whole = whole + signal
    return whole


def own_value(parameter: Parameter, values: Mapping[str, float | str]) -> float:
    """The stored value that a node gives a parameter in its unit, or its default.

    Raises:
        RackError: it is no option, or out of the range.
    """
    said = values.get(parameter.name)
    if said is None:
        return parameter.default
    if isinstance(said, str):
        if said not in parameter.options:
            raise RackError(f"{parameter.name}: expected one of {', '.join(parameter.options)}, got {said!r}")
        return float(stored(parameter, said))
    low, high = parameter.shown(parameter.minimum), parameter.shown(parameter.maximum)
    dust = 1e-6 * max(abs(low), abs(high))  # of float32
    if not low - dust <= said <= high + dust:
        raise RackError(
            f"{parameter.name}: expected {low:g} to {high:g} {parameter.unit}".rstrip() + f", got {said:g}"
        )
    return min(max(float(stored(parameter, said)), parameter.minimum), parameter.maximum)
