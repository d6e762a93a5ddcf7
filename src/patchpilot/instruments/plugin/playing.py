"""A patch and a performance as a plug-in's host is told of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from patchpilot.errors import RackError
from patchpilot.instruments.plugin.info import PluginInfo
from patchpilot.instruments.rack.inputs import heard_input
from patchpilot.instruments.rack.sources import DEFAULT_INPUT
from patchpilot.modules.base import Signal
from patchpilot.modules.hosting.hosted import Played
from patchpilot.modules.hosting.knobs import can_move, told
from patchpilot.modules.playing import USUAL_TEMPO_BPM
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance

SEED_SAMPLES = 1637
"""Silence that is played before, for each engine seed: free oscillators and LFOs are then elsewhere. It is no multiple
of a block, nor of a usual period."""


def played(info: PluginInfo, patch: Patch, performance: Performance) -> Played:
    """What is to be played: notes by an instrument, the performance's audio through an effect.

    Raises:
        RackError: an effect is given no audio, or an arc moves what cannot move.
    """
    n_samples = round(performance.length_s * performance.sample_rate)
    tempo_bpm = performance.tempo_bpm or USUAL_TEMPO_BPM
    notes = sorted(performance.notes, key=lambda note: note.start_s)
    return Played(
        n_samples,
        told(info.knobs, patch.values),
        dict(_curves(info, performance, n_samples, tempo_bpm)),
        tuple(notes) if info.is_instrument else (),
        None if info.is_instrument else heard_input(DEFAULT_INPUT, performance, n_samples),
        tempo_bpm,
        SEED_SAMPLES * performance.engine_seed,
    )


def _curves(
    info: PluginInfo, performance: Performance, n_samples: int, tempo_bpm: float
) -> Iterator[tuple[int, Signal]]:
    """The plug-in's values of what arcs move, float32 (n,) by the host's index."""
    knobs = {knob.parameter.name: knob for knob in info.knobs}
    for arc in performance.arcs:
        knob = knobs.get(arc.parameter)
        if knob is None:
            raise RackError(f"{info.file}: an arc moves {arc.parameter!r}, but there is no such parameter")
        if not can_move(knob, info.host):
            able = (
                ", ".join(k.parameter.name for k in info.knobs if can_move(k, info.host)) or "none of its own"
            )
            raise RackError(
                f"{info.file}: {arc.parameter} cannot move within a performance; these can: {able}"
            )
        curve = arc.values(n_samples, performance.sample_rate, tempo_bpm)
        yield knob.index, np.clip(curve, 0.0, 1.0).astype(np.float32)
