"""Modules that are off in a patch, and LFOs that move nothing: what turning them up would take.

An instrument says which edits are hardly heard at once (`Edit.is_neutral`). What of such a module is worth turning is
what says how much of it is heard: a level, a mix, a gain; and a filter's cutoff, which is open as yet.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.instruments.base import Instrument
from patchpilot.space import Edit, Patch, Routing, Space

PITCH = re.compile(r"(?<!de)tune$|transpose|pitch|semitone|octave")
"""Names of parameters that play another pitch."""
_HEARD = re.compile(r"(level|mix|dry_wet|drive|gain|amount)$")
_CUTOFF = re.compile(r"cutoff$")
_SWEPT = re.compile(r"(cutoff|wave_frame|_\d_level)$")
_SHAKEN = re.compile(r"(cutoff|_\d_level)$")
_ROUTE_STEP = 0.12
_SPEED_HZ, _ROUGH_HZ = 5.0, 70.0
"""Of an LFO that moves a sound, and of one that makes it rough."""


@dataclass(frozen=True)
class Opening:
    """A module that is off, or a routing that is not there.

    Attributes:
        edit: switches it on so that it is hardly heard.
        steps: typical steps of what is turned then, in stored units; "" for the amount of the edit's routing.
    """

    edit: Edit
    steps: Mapping[str, float]

    @property
    def goes_down(self) -> bool:
        """Whether it may be turned down as well: an amount, a gain in dB."""
        return self.edit.routings != () or all(name.endswith("gain") for name in self.steps)

    def turned(self, space: Space, by: float) -> Edit:
        """The edit, with its knobs turned by some steps."""
        moved = {
            name: float(np.clip(self.edit.values[name] + by * step, space[name].minimum, space[name].maximum))
            for name, step in self.steps.items()
            if name
        }
        routings = tuple(
            dataclasses.replace(one, amount=float(np.clip(one.amount + by * self.steps[""], -1.0, 1.0)))
            if "" in self.steps
            else one
            for one in self.edit.routings
        )
        return dataclasses.replace(self.edit, values={**self.edit.values, **moved}, routings=routings)


def found_openings(instrument: Instrument, patch: Patch, *, rough: bool = False) -> Iterator[Opening]:
    """Neutral edits with what turns them up.

    Args:
        instrument: that plays the patch.
        patch: whose modules are off.
        rough: whether an LFO so fast that it is heard as roughness is of use, too.
    """
    space = instrument.space
    sweeps = _sweeps(space, patch, rough=rough)
    for edit in [*(one for one in instrument.edits(patch) if one.is_neutral), *sweeps]:
        if any(PITCH.search(routing.destination) for routing in edit.routings):
            continue
        if edit.routings:
            yield Opening(edit, {"": _ROUTE_STEP})
            continue
        steps = instrument.knobs(edit.apply(space, patch))
        heard = {name: steps[name] for name in edit.values if name in steps and _HEARD.search(name)}
        for name in [name for name in heard if name.endswith("gain")]:
            yield Opening(edit, {name: heard.pop(name)})
        for name in edit.values:
            if _CUTOFF.search(name) and edit.values[name] >= 0.9 * space[name].maximum and name in steps:
                heard[name] = -2.0 * steps[name]  # a filter is heard once it closes
        if heard:
            yield Opening(edit, heard)


def merged(openings: Sequence[Opening], turns: Sequence[float], space: Space) -> Edit:
    """One edit of several handles of one module."""
    edit = openings[0].turned(space, turns[0])
    for opening, by in zip(openings[1:], turns[1:], strict=True):
        turned = opening.turned(space, by).values
        edit = dataclasses.replace(edit, values={**edit.values, **{k: turned[k] for k in opening.steps}})
    return edit


def _sweeps(space: Space, patch: Patch, *, rough: bool) -> Iterator[Edit]:
    """LFOs that move what could be swept, by nothing as yet."""
    if space.routing is None:
        return
    used = {routing.source for routing in patch.routings}
    free = [one for one in space.routing.sources if one.startswith("lfo_") and one not in used]
    if space.routing.n_slots - len(patch.routings) <= 2:
        return
    kinds = [(_SWEPT, _SPEED_HZ), *([(_SHAKEN, _ROUGH_HZ)] if rough else [])]
    for lfo, (swept, hz) in zip(free, kinds, strict=False):
        for name in space.routing.destinations:
            module = re.match(r"[a-z]+_\d", name)
            switch = f"{module[0]}_on" if module else ""
            if not swept.search(name) or switch not in space.by_name:
                continue
            if patch.values.get(switch, space[switch].default):
                route = Routing(lfo, name, 0.0, bipolar=True)
                yield Edit(f"{lfo} > {name}", _speed(space, lfo, hz), routings=(route,), is_neutral=True)


def _speed(space: Space, lfo: str, hz: float) -> dict[str, float]:
    """What has an LFO swing that fast, where the instrument says it that way."""
    said = {f"{lfo}_sync": 0.0, f"{lfo}_frequency": math.log2(hz)}
    ok = all(name in space.by_name for name in said) and space[f"{lfo}_frequency"].curve == "exponential"
    return said if ok else {}
