"""Notes as control signals, for modules that play one voice: the last note that began."""

from __future__ import annotations

import numpy as np

from patchpilot.modules.base import Context, Signal
from patchpilot.space import Note


def _pitch(context: Context) -> Signal:
    """Hz of the last note that began, float32 (1, n); before the first note, that of the first."""
    return _stepped(context, [440.0 * 2.0 ** ((note.pitch - 69) / 12.0) for note in context.notes])


def _velocity(context: Context) -> Signal:
    """Of the last note that began, float32 (1, n)."""
    return _stepped(context, [note.velocity for note in context.notes])


def _gate(context: Context) -> Signal:
    """1 while a key is held, float32 (1, n); 0 for one sample where another note begins, so that envelopes do too."""
    gate = np.zeros((1, context.n_samples), np.float32)
    spans = [_span(context, note) for note in context.notes]
    for start, end in spans:
        gate[0, start:end] = 1.0
    for start, _ in spans:
        if 0 < start < context.n_samples:
            gate[0, start - 1] = 0.0
    return gate


CONTROLS = {"pitch": _pitch, "gate": _gate, "velocity": _velocity}
"""Control inputs that the notes give, by name of the port."""


def _stepped(context: Context, levels: list[float]) -> Signal:
    signal = np.full((1, context.n_samples), levels[0], np.float32)
    for note, level in zip(context.notes, levels, strict=True):
        signal[0, _span(context, note)[0] :] = level
    return signal


def _span(context: Context, note: Note) -> tuple[int, int]:
    """First sample of a note, and the first after it."""
    start = round(note.start_s * context.sample_rate)
    return start, max(start + 1, round((note.start_s + note.hold_s) * context.sample_rate))
