"""What can be turned in a rack: priors, knobs and edits over the union of its parameters, and arcs over time."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from patchpilot.errors import ParameterError, RackError
from patchpilot.instruments.base import KNOB_STEP
from patchpilot.instruments.rack.chained import chain_priors
from patchpilot.instruments.rack.union import Union
from patchpilot.modules.base import Value
from patchpilot.modules.live_device import LiveModule
from patchpilot.modules.ordered import OrderedModule, chain_of, slots
from patchpilot.space.arc import Arc
from patchpilot.space.edit import Edit
from patchpilot.space.parameter import Parameter
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance
from patchpilot.space.prior import Distribution, Prior, whole_range


def own_parameters(union: Union) -> list[Parameter]:
    """Macros, and the free parameters of nodes that are no instruments, by the rack's names."""
    theirs = {name for name, (node, _) in union.places.items() if node in union.instruments}
    return [parameter for parameter in union.space if parameter.name not in theirs]


def priors(union: Union) -> Mapping[str, Prior]:
    """Those of `_plain_priors`; and where effects stand in any order, each with musical chains, and dry."""
    plain = _plain_priors(union)
    chains = {
        name: node.module
        for name, node in union.graph.nodes.items()
        if isinstance(node.module, OrderedModule)
    }
    if len(chains) != 1:
        return plain
    ((node, effects),) = chains.items()
    return {**plain, **chain_priors(plain, union.space, node, effects)}


def _plain_priors(union: Union) -> Mapping[str, Prior]:
    """ "uniform-v1", all values alike; with one instrument inside, its priors with the rest turned so."""
    ours: dict[str, Distribution] = {p.name: whole_range(p) for p in own_parameters(union)}
    if not union.instruments:
        return {"uniform-v1": Prior("uniform-v1", ours)}
    if len(union.instruments) > 1:
        everything = {p.name: whole_range(p) for p in union.space}
        return {"uniform-v1": Prior("uniform-v1", everything)}
    (inside,) = union.instruments.values()
    free = {parameter.name for parameter in union.space}
    return {
        name: dataclasses.replace(
            prior, values={**{k: v for k, v in prior.values.items() if k in free}, **ours}
        )
        for name, prior in inside.priors.items()
    }


def knobs(union: Union, patch: Patch) -> Mapping[str, float]:
    """Continuous parameters with a typical turn each, in stored units; of a chain those of effects that sound."""
    silent = _silent(union, patch)
    found = {
        p.name: KNOB_STEP * (p.maximum - p.minimum)
        for p in own_parameters(union)
        if not p.is_categorical and p.name not in silent
    }
    for node, instrument in union.instruments.items():
        before = union.prefix(node)
        inside = instrument.knobs(union.part(patch, node))
        found.update(
            {before + name: step for name, step in inside.items() if not before or "modulation_" not in name}
        )
    free = {parameter.name for parameter in union.space}
    return {name: step for name, step in found.items() if name in free or name.startswith("modulation_")}


def edits(union: Union, patch: Patch) -> list[Edit]:
    """Other options of categorical parameters, neighbours swapped in chains, and an only instrument's own edits."""
    found, silent = _swaps(union, patch), _silent(union, patch)
    for p in own_parameters(union):
        if p.name in silent:
            continue
        now = patch.values.get(p.name, p.default)
        for k in range(p.n_categories if p.options else 0):
            if round(now - p.minimum) != k:
                found.append(Edit(f"{p.group} {p.name}: {p.options[k]}", {p.name: p.minimum + k}))
    if len(union.instruments) == 1:
        ((node, instrument),) = union.instruments.items()
        free = {parameter.name for parameter in union.space}
        inside = instrument.edits(union.part(patch, node))
        found = [edit for edit in inside if set(edit.values) <= free] + found
    return found


def _swaps(union: Union, patch: Patch) -> list[Edit]:
    """Two effects that follow one another in a chain whose order is free, the other way round."""
    found = []
    for node, effects, now in _chains(union, patch):
        before = f"{node}_"
        for i in range(len(now) - 1):
            swapped = [*now[:i], now[i + 1], now[i], *now[i + 2 :]]
            name = f"{node}: {now[i + 1]} before {now[i]}"
            found.append(Edit(name, slots(swapped, effects.names, before)))
    return found


def _silent(union: Union, patch: Patch) -> set[str]:
    """Names of parameters of effects that are not in their chain, and of what is off in devices as of Live."""
    found = {
        f"{node}_{effect.name}_{parameter.name}"
        for node, effects, now in _chains(union, patch)
        for effect in effects.effects
        if effect.name not in now
        for parameter in effect.module.parameters
    }
    for node, at in union.graph.nodes.items():
        if isinstance(at.module, LiveModule):
            found |= {f"{node}_{name}" for name in at.module.silent(union.stored(patch)[node])}
    return found


def _chains(union: Union, patch: Patch) -> Iterator[tuple[str, OrderedModule, tuple[str, ...]]]:
    """Nodes with effects whose order is free, and which of them sound; not those with a place that is pinned."""
    values = {p.name: patch.values.get(p.name, p.default) for p in union.space}
    for node, at in union.graph.nodes.items():
        if isinstance(at.module, OrderedModule):
            names, before = at.module.names, f"{node}_"
            if set(slots((), names, before)) <= set(values):
                yield node, at.module, chain_of(values, names, before)


def own(union: Union, node: str, performance: Performance) -> Performance:
    """The performance as an instrument inside hears it: its own arcs and those of macros, and no audio.

    Raises:
        RackError: an exponential arc of a macro turns one of its parameters.
    """
    arcs = []
    for arc in performance.arcs:
        if union.places.get(arc.parameter, ("",))[0] == node:
            arcs.append(dataclasses.replace(arc, parameter=union.places[arc.parameter][1].name))
        for full, (macro, low, high) in union.tied.items():
            if macro == arc.parameter and union.places[full][0] == node:
                arcs.append(_tied_arc(arc, union.places[full][1].name, low, high))
    return dataclasses.replace(performance, arcs=tuple(arcs), inputs=())


def _tied_arc(arc: Arc, name: str, low: float, high: float) -> Arc:
    """What a macro's arc does to a parameter that it turns from `low` to `high`."""
    if arc.shape == "exponential":
        raise RackError(
            f"an exponential arc of the macro {arc.parameter} cannot turn {name}: use another shape"
        )
    points = tuple((bar, low + (high - low) * value) for bar, value in arc.points)
    return dataclasses.replace(arc, parameter=name, points=points, spread=arc.spread * abs(high - low))


def curves(
    union: Union, performance: Performance, n_samples: int, tempo_bpm: float
) -> dict[str, dict[str, Value]]:
    """Stored values of what arcs move, float32 (n,) by node and the module's own name; macros turn all their own.

    Raises:
        RackError: an arc names what there is not, what cannot move, or leaves a range.
    """
    found: dict[str, dict[str, Value]] = {}
    for arc in performance.arcs:
        name = arc.parameter
        targets = (
            {name: (0.0, 1.0)}
            if name not in union.macros
            else {full: (low, high) for full, (macro, low, high) in union.tied.items() if macro == name}
        )
        if name not in union.macros and name not in union.places:
            raise RackError(f"an arc moves {name!r}, but the rack has: {', '.join(list(union.places)[:40])}")
        low, high = (0.0, 1.0) if name in union.macros else union.places[name][1].ends
        if arc.shape != "walk" and not all(low <= value <= high for _, value in arc.points):
            raise RackError(
                f"the arc of {name}: expected stored values from {low:g} to {high:g}, got {arc.points}"
            )
        try:
            curve = arc.values(n_samples, performance.sample_rate, tempo_bpm)
        except ParameterError as error:
            raise RackError(f"the arc of {name}: {error}") from None
        for full, (low, high) in targets.items():
            node, parameter = union.places[full]
            if node in union.instruments:
                continue
            varying = union.graph.nodes[node].module.varying
            if parameter.name not in varying:
                able = ", ".join(sorted(varying)) or "none of its parameters"
                raise RackError(f"{full} cannot move within a performance; of {node} can: {able}")
            found.setdefault(node, {})[parameter.name] = (low + (high - low) * curve).astype("float32")
    return found
