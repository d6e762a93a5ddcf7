"""Arcs on Vital, which plays one note a render: each note gets a patch of its own.

The rule, for each arc of a performance:

- at note-on its parameter has the arc's value there;
- within the note a one-shot LFO follows the arc until the key is up and the release over, exactly (straight lines and
  steps) or through up to 100 points (curves); tails of effects keep the last value. It is one that the patch does
  not use, and takes a slot of the matrix;
- what is no destination of Vital's matrix, is a whole number, or finds no free LFO or slot, stays at its value at
  note-on; the arcs that move most are served first. `remarks` says which those are.

The patch's own modulations are added to that, as always. Values outside a parameter's range are refused, but a random
walk is clipped.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from patchpilot.errors import EngineError, PatchError
from patchpilot.instruments.vital.assets import MAX_LFO_POINTS, lfo
from patchpilot.space.arc import BEATS_PER_BAR, Arc
from patchpilot.space.assets import Asset
from patchpilot.space.parameter import Parameter
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Note, Performance
from patchpilot.space.routing import FIELDS, SLOT, Routing
from patchpilot.space.space import Space

LFOS = tuple(range(8, 0, -1))
"""Numbers of Vital's LFOs, in the order in which free ones are taken."""
_TEMPO = "beats_per_minute"
_FLAT = 1e-6
"""Part of a parameter's range below which nothing moves."""
_SHORTEST_S = 0.01
"""Of a one-shot; no LFO is faster than 2 ms."""
_FINE = 6
"""Decimals of a shape's points: notes with equal shapes share what the engine has loaded."""
F64 = npt.NDArray[np.float64]


def note_patch(space: Space, patch: Patch, performance: Performance, note: Note) -> Patch:
    """The patch that one note of a performance is played with; the patch itself where nothing moves.

    Raises:
        EngineError: an arc names what there is not, or leaves its parameter's range.
    """
    if not performance.arcs:
        return patch
    lfos = _lfos(space, patch, performance)
    values: dict[str, float] = {}
    routings, assets = list(patch.routings), dict[str, Asset]()
    per_s = _tempo_bpm(space, patch, performance) / 60.0 / BEATS_PER_BAR
    start = note.start_s * per_s
    end = start + _sounding_s(space, patch, performance, note) * per_s
    for arc in performance.arcs:
        parameter = _parameter(space, patch, arc)
        number = lfos.get(arc.parameter)
        turned = _Turn(parameter, arc, start, end)
        value = turned.base if number is not None else turned.first
        match = SLOT.match(arc.parameter)
        if match is None:
            values[arc.parameter] = value
        else:
            routings[int(match[1]) - 1] = routings[int(match[1]) - 1].turned(match[2], value)
        if number is not None and turned.amount:
            routings.append(Routing(f"lfo_{number}", arc.parameter, turned.amount))
            assets[f"lfo_{number}"] = lfo(turned.shape)
            values.update(_one_shot(number, (end - start) / per_s))
    return patch.changed(space, values, routings=routings, assets=assets)


def remarks(space: Space, patch: Patch, performance: Performance) -> tuple[str, ...]:
    """A sentence for each arc that notes do not follow, but keep at its value at note-on: which, and why.

    Raises:
        EngineError: as `note_patch`.
    """
    lfos = _lfos(space, patch, performance)
    said = []
    for arc in performance.arcs:
        if arc.parameter not in lfos:
            why = _unable(space, _parameter(space, patch, arc)) or "no LFO and slot of the matrix are free"
            said.append(f"{arc.parameter} is set at each note-on and stays so within a note: {why}")
    return tuple(said)


class _Turn:
    """What an arc does within one note: base value, amount of modulation, shape of the LFO.

    Attributes:
        first: stored value at note-on, whole where categorical.
        base: stored value below (or, where it falls, above) all others.
        amount: −1..1; 0 where nothing moves.
        shape: (time, value) of the LFO, both 0..1.
    """

    def __init__(self, parameter: Parameter, arc: Arc, start: float, end: float) -> None:
        bars, values = _points(arc, start, end)
        values = np.clip(values, parameter.minimum, parameter.maximum)
        first, last = float(values[0]), float(values[-1])
        self.first = float(round(first)) if parameter.is_categorical else first
        low, high = float(values.min()), float(values.max())
        whole = parameter.maximum - parameter.minimum
        self.base, self.amount, self.shape = first, 0.0, list[tuple[float, float]]()
        if high - low > _FLAT * whole:
            # From the end that is nearer to the first value: all straight ramps then have one shape.
            self.base, top = (low, high) if first <= last else (high, low)
            self.amount = (top - self.base) / whole
            times = ((bars - start) / (end - start)).round(_FINE).tolist()
            heights = ((values - self.base) / (top - self.base)).round(_FINE) + 0.0
            self.shape = list(zip(times, heights.tolist(), strict=True))


def _points(arc: Arc, start: float, end: float) -> tuple[F64, F64]:
    """Places in bars from `start` to `end`, and values there: as few as say the arc, at most 100."""
    inside = np.array([bar for bar, _ in arc.points if start < bar < end], np.float64)
    if arc.shape == "hold" and 2 * len(inside) + 2 <= MAX_LFO_POINTS:
        bars = np.concatenate([[start], np.repeat(inside, 2), [end]])
        levels = arc.at(np.concatenate([[start], inside]))
        return bars, np.repeat(levels, 2)
    if arc.shape == "linear" and len(inside) + 2 <= MAX_LFO_POINTS:
        bars = np.concatenate([[start], inside, [end]])
    else:
        bars = np.linspace(start, end, MAX_LFO_POINTS)
    return bars, arc.at(bars)


def _lfos(space: Space, patch: Patch, performance: Performance) -> dict[str, int]:
    """The LFO that follows each arc, by its parameter; arcs that no LFO follows are not in it.

    Raises:
        EngineError: an arc names what there is not, or leaves its parameter's range.
    """
    assert space.routing is not None
    bars = performance.length_s * _tempo_bpm(space, patch, performance) / 60.0 / BEATS_PER_BAR
    moves: dict[str, float] = {}
    for arc in performance.arcs:
        parameter = _parameter(space, patch, arc)
        _check_range(parameter, arc)
        values = arc.at(np.union1d(np.linspace(0.0, bars, 200), [min(bar, bars) for bar, _ in arc.points]))
        if not _unable(space, parameter):
            moves[arc.parameter] = float(np.ptp(values)) / (parameter.maximum - parameter.minimum)
    free = _free_lfos(patch, [arc.parameter for arc in performance.arcs])
    slots = space.routing.n_slots - len(patch.routings)
    served = sorted(moves, key=lambda name: (-moves[name], name))
    return dict(zip(served[:slots], free, strict=False))


def _free_lfos(patch: Patch, moving: Sequence[str]) -> list[int]:
    """Numbers of the LFOs that the patch does not use and no arc turns."""
    touched = [*(r.source for r in patch.routings), *(r.destination for r in patch.routings), *moving]
    return [
        n for n in LFOS if not any(name == f"lfo_{n}" or name.startswith(f"lfo_{n}_") for name in touched)
    ]


def _one_shot(number: int, length_s: float) -> dict[str, float]:
    """Values of an LFO that runs through its shape once and stays at its end."""
    return {
        f"lfo_{number}_{name}": value
        for name, value in {
            "sync": 0.0,  # in seconds
            "sync_type": 2.0,  # "Envelope": from note-on, once, through note-off
            "frequency": -math.log2(length_s),
            "phase": 0.0,
            "delay_time": 0.0,
            "fade_time": 0.0,
            "smooth_mode": 0.0,
            "smooth_time": -10.0,
            "stereo": 0.0,
        }.items()
    }


def _sounding_s(space: Space, patch: Patch, performance: Performance, note: Note) -> float:
    """How long a note may sound, in seconds: until its release is over, or to the end where that is not known."""
    left = max(performance.length_s - note.start_s, _SHORTEST_S)
    moved = [r.destination for r in patch.routings] + [arc.parameter for arc in performance.arcs]
    if "env_1_release" in moved:
        return left
    release = space["env_1_release"]
    end_s = note.hold_s + release.shown(patch.values.get(release.name, release.default))
    return min(left, max(end_s, _SHORTEST_S))


def _tempo_bpm(space: Space, patch: Patch, performance: Performance) -> float:
    """The performance's tempo, or the patch's own."""
    return performance.tempo_bpm or 60.0 * patch.values.get(_TEMPO, space[_TEMPO].default)


def _unable(space: Space, parameter: Parameter) -> str:
    """Why no LFO can follow an arc of a parameter, "" where one can."""
    assert space.routing is not None
    if parameter.is_categorical:
        return "it is a whole number"
    return "" if parameter.name in space.routing.destinations else "Vital cannot modulate it"


def _parameter(space: Space, patch: Patch, arc: Arc) -> Parameter:
    """The parameter of an arc: one of the space, or "modulation_N_field" of the patch's N-th routing."""
    assert space.routing is not None
    match = SLOT.match(arc.parameter)
    if arc.parameter == _TEMPO:
        raise EngineError(f"no arc can move {_TEMPO}: bars are counted at the performance's tempo")
    if match is None:
        try:
            return space[arc.parameter]
        except PatchError as error:
            raise EngineError(f"an arc moves what is not there: {error}") from None
    if match[2] not in FIELDS or not 1 <= int(match[1]) <= len(patch.routings):
        raise EngineError(
            f"an arc moves {arc.parameter!r}, but the patch has {len(patch.routings)} routings, each with "
            f"{', '.join(FIELDS)}"
        )
    return dataclasses.replace(space.routing.fields[FIELDS.index(match[2])], name=arc.parameter)


def _check_range(parameter: Parameter, arc: Arc) -> None:
    dust = _FLAT * (parameter.maximum - parameter.minimum)
    for bar, value in arc.points:
        if not parameter.minimum - dust <= value <= parameter.maximum + dust:
            raise EngineError(
                f"the arc of {arc.parameter}: expected stored values from {parameter.minimum:g} to "
                f"{parameter.maximum:g} ({parameter.text(parameter.minimum)} to "
                f"{parameter.text(parameter.maximum)}), got {value:g} at bar {bar:g}"
            )
