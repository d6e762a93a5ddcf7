"""Words move any instrument: here a rack of two functions, of which nobody said what is bright."""

from __future__ import annotations

import numpy as np

from patchpilot.instruments.rack.rack import Rack
from patchpilot.modules import knob, module
from patchpilot.modules.base import Context, Signal
from patchpilot.space import Patch
from patchpilot.words import move, understand
from tests.words.toys import PERFORMANCE


@module(edge=knob(0.4, 0.0, 1.0), gain=knob(0.5, 0.0, 1.0))
def reed(pitch: Signal, gate: Signal, *, edge: float, gain: float, context: Context) -> Signal:
    """Partials that fall the less, the higher `edge`."""
    phase = 2.0 * np.pi * np.cumsum(pitch[0]) / context.sample_rate
    made = np.sum([np.sin(k * phase) / k ** (2.5 - 2.0 * edge) for k in range(1, 16)], axis=0)
    return np.asarray(0.2 * gain * made * gate[0], np.float32)


@module(breath=knob(0.2, 0.0, 1.0), random=True)
def breathing(audio: Signal, *, breath: float, context: Context) -> Signal:
    """With noise that is as loud as the sound says."""
    noise = context.rng().standard_normal(audio.shape) * np.abs(audio)
    return np.asarray(audio + 0.2 * breath**2 * noise, np.float32)


def test_words_move_a_rack() -> None:
    with Rack("reed", reed >> breathing, workers=1) as rack:
        patch = Patch.make(rack.space)
        darker = move(understand("darker"), patch, rack, PERFORMANCE, renders=24)
        noisier = move(understand("noisier but keep the brightness"), patch, rack, PERFORMANCE, renders=24)
    assert darker.ok, darker.said
    assert "reed_edge" in [one.name for one in darker.turned]
    assert noisier.ok, noisier.said
    assert "breathing_breath" in [one.name for one in noisier.turned]
