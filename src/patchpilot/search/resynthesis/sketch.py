"""A Vital patch in the making: what resynthesis decides, by Vital's own names."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.instruments.vital.assets import lfo, wavetable
from patchpilot.space import Patch, Routing, Space


@dataclass(frozen=True, eq=False)
class Table:
    """A wavetable.

    Attributes:
        positions: (k,) ascending, 0..256.
        frames: float32 (k, 2048), within ±1.
    """

    positions: tuple[int, ...]
    frames: F32


@dataclass(frozen=True)
class Shape:
    """An LFO's drawing that is passed through once.

    Attributes:
        points: (time, value) pairs in 0..1, ascending in time from 0 to 1.
        length_s: how long the pass takes.
        smooth: whether Vital rounds the corners.
    """

    points: tuple[tuple[float, float], ...]
    length_s: float
    smooth: bool = False


@dataclass(frozen=True, eq=False)
class Sketch:
    """Everything that differs from Vital's init patch.

    Attributes:
        controls: stored values by control name.
        tables: by oscillator, from 1.
        lfos: by LFO, from 1; each runs once from note-on, through note-off.
        routings: modulations.
    """

    controls: dict[str, float]
    tables: dict[int, Table] = field(default_factory=dict)
    lfos: dict[int, Shape] = field(default_factory=dict)
    routings: tuple[Routing, ...] = ()


def to_patch(space: Space, sketch: Sketch) -> Patch:
    """The patch of a sketch."""
    controls = dict(sketch.controls)
    for number, shape in sketch.lfos.items():
        controls |= _one_pass(number, shape.length_s)
    tables = {
        f"wavetable_{i}": wavetable(t.frames, t.positions, morph="crossfade")
        for i, t in sketch.tables.items()
    }
    shapes = {f"lfo_{i}": lfo(s.points, smooth=s.smooth) for i, s in sketch.lfos.items()}
    names = {**dict.fromkeys(tables, "Resynthesis"), **dict.fromkeys(shapes, "Once")}
    return Patch.make(
        space, controls, routings=sketch.routings, assets={**tables, **shapes}, info={"assets": names}
    )


def _one_pass(number: int, length_s: float) -> dict[str, float]:
    """An LFO in Envelope mode: from note-on once through its drawing, whatever the key does."""
    return {
        f"lfo_{number}_sync": 0.0,
        f"lfo_{number}_sync_type": 2.0,
        f"lfo_{number}_frequency": float(np.clip(-np.log2(length_s), -7.0, 9.0)),
        f"lfo_{number}_smooth_mode": 0.0,
    }


def drawing(times_s: F64, values: F64, length_s: float) -> Shape:
    """A shape through `values` (k,) in 0..1 at ascending `times_s` (k,), of `length_s`."""
    x, keep = np.unique(np.clip(times_s / length_s, 0.0, 1.0), return_index=True)
    y = np.clip(values[keep], 0.0, 1.0)
    if x[0] > 0.0:
        x, y = np.concatenate([[0.0], x]), np.concatenate([y[:1], y])
    if x[-1] < 1.0:
        x, y = np.concatenate([x, [1.0]]), np.concatenate([y, y[-1:]])
    return Shape(tuple(zip(x.tolist(), y.tolist(), strict=True)), length_s)
