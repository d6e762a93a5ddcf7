"""Levels are what they say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from patchpilot.modules.collection.amp import amp, crossfade, gain, pan, vca
from patchpilot.modules.collection.envelopes import adsr
from patchpilot.modules.collection.oscillators import saw
from patchpilot.modules.graph import Graph
from patchpilot.modules.wiring import node
from patchpilot.space import Note
from tests.modules.collection.spectra import heard
from tests.modules.conftest import RATE, context, forked

AUDIO = np.random.default_rng(0).uniform(-1.0, 1.0, (2, RATE)).astype(np.float32)
OTHER = np.random.default_rng(1).uniform(-1.0, 1.0, (2, RATE)).astype(np.float32)


def test_vca_multiplies() -> None:
    ramp = np.linspace(-1.0, 1.0, RATE, dtype=np.float32)
    made = heard(vca, inputs={"audio": AUDIO, "control": ramp}, level=0.5)
    assert np.allclose(made, 0.5 * AUDIO * ramp, rtol=0.0, atol=1e-7)
    assert np.allclose(heard(vca, inputs={"audio": AUDIO}, level=0.5), 0.5 * AUDIO, rtol=0.0, atol=1e-7)


def test_a_vca_shapes_a_voice_in_a_graph() -> None:
    """The same as the envelope times the saw: an envelope goes into "control"."""
    voice = node(saw, release_ms=10_000.0) >> node(vca, "out_level")
    shaper = node(adsr, attack_ms=100.0)
    graph = Graph.of([voice, shaper >> voice.nodes[1]["control"]])
    at = context(RATE // 2, notes=[Note(48, 0.8, 0.0, 0.2)])
    made = forked(graph, at)
    source = heard(saw, notes=at.notes, n=RATE // 2, release_ms=10_000.0)
    shape = heard(adsr, notes=at.notes, n=RATE // 2, attack_ms=100.0)
    assert np.allclose(made, np.broadcast_to(source * shape, made.shape), rtol=0.0, atol=1e-6)
    assert np.abs(made).max() > 0.2


def test_amp_is_an_envelope_of_its_own() -> None:
    notes = [Note(60, 0.5, 0.0, 0.4)]
    times: dict[str, Any] = {
        "attack_ms": 50.0,
        "decay_ms": 100.0,
        "sustain": 0.6,
        "release_ms": 80.0,
        "sensitivity": 1.0,
    }
    made = heard(amp, notes=notes, inputs={"audio": AUDIO}, **times)
    assert np.allclose(made, AUDIO * heard(adsr, notes=notes, **times), rtol=0.0, atol=1e-6)


@pytest.mark.parametrize("level_db", [-60.0, -6.0, 24.0])
def test_gain(level_db: float) -> None:
    made = heard(gain, inputs={"audio": AUDIO}, level_db=level_db)
    assert np.allclose(20.0 * np.log10(made.std() / AUDIO.std()), level_db, rtol=0.0, atol=1e-3)


def test_pan_keeps_the_power() -> None:
    mono = np.stack([AUDIO[0], AUDIO[0]])
    for position in (-1.0, -0.3, 0.0, 0.8):
        made = heard(pan, inputs={"audio": mono}, position=position)
        assert (made**2).sum() == pytest.approx((mono.astype(float) ** 2).sum(), rel=1e-5)
    assert np.allclose(heard(pan, inputs={"audio": mono}, position=0.0), mono, rtol=0.0, atol=1e-6)
    left = heard(pan, inputs={"audio": mono}, position=-1.0)
    assert np.abs(left[1]).max() < 1e-6
    moving = heard(pan, inputs={"audio": mono}, position=np.linspace(-1.0, 1.0, RATE, dtype=np.float32))
    assert np.abs(moving[1, :10]).max() < 1e-3
    assert np.abs(moving[0, -10:]).max() < 1e-3


def test_crossfade_goes_from_one_to_the_other_at_equal_power() -> None:
    given = {"audio": AUDIO, "other": OTHER}
    assert np.allclose(heard(crossfade, inputs=given, mix=0.0), AUDIO, rtol=0.0, atol=1e-6)
    assert np.allclose(heard(crossfade, inputs=given, mix=1.0), OTHER, rtol=0.0, atol=1e-6)
    assert heard(crossfade, inputs=given, mix=0.5).std() == pytest.approx(AUDIO.std(), rel=0.01)
