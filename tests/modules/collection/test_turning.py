"""What producers modulate moves when an LFO or an envelope goes into it."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.modules.collection import envelopes, filters, modulators, oscillators, wavetable
from patchpilot.modules.function import FunctionModule
from patchpilot.modules.graph import Graph
from patchpilot.modules.playing import Player
from patchpilot.modules.wiring import node
from tests.modules.collection.spectra import heard
from tests.modules.conftest import RATE, context

TURNED = [
    (oscillators.saw, "cents"),
    (oscillators.saw, "semitones"),
    (oscillators.saw, "level"),
    (oscillators.pulse, "width"),
    (oscillators.supersaw, "detune"),
    (oscillators.fm, "index"),
    (wavetable.wavetable, "position"),
    (filters.ladder, "cutoff"),
    (filters.ladder, "resonance"),
]


@pytest.mark.parametrize("by", [modulators.lfo, envelopes.adsr])
@pytest.mark.parametrize(("module", "parameter"), TURNED)
def test_a_control_signal_turns_it(module: FunctionModule, parameter: str, by: FunctionModule) -> None:
    target = node(module)
    heads = [oscillators.saw >> target] if module is filters.ladder else [target.part()]

    def played(depth: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        graph = Graph.of([*heads, node(by, depth=depth) >> target[parameter]])
        return Player(graph, RATE, {}).play({}, {}, {}, context(RATE // 4))

    still, turned = played(0.0), played(0.3)
    assert np.abs(still).max() > 0.1
    assert np.abs(turned - still).max() > 0.02
    assert np.isfinite(turned).all()


def test_an_lfo_of_a_quarter_range_on_cents_is_a_vibrato_of_fifty() -> None:
    """1 turns a parameter through its whole range: 0.25 of 200 cents are 50 to either side."""
    target = node(oscillators.sine)
    graph = Graph.of([target.part(), node(modulators.lfo, depth=0.25, rate=2.0) >> target["cents"]])
    made = Player(graph, RATE, {}).play({}, {}, {}, context(RATE))
    cents = 50.0 * np.sin(2.0 * np.pi * 2.0 * np.arange(RATE) / RATE)
    wanted = heard(oscillators.sine, cents=cents.astype(np.float32))
    assert np.allclose(made[0], wanted[0], rtol=0.0, atol=1e-3)
