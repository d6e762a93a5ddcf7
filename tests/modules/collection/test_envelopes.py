"""Envelopes take the times that they are told."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.modules.collection.envelopes import ad, adsr
from patchpilot.modules.function import FunctionModule
from patchpilot.space import Note
from tests.modules.collection.spectra import heard
from tests.modules.conftest import RATE

HELD = [Note(60, 0.5, 0.0, 1.0)]


def _first(condition: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    """Seconds of the first sample that is so."""
    return float(np.flatnonzero(condition)[0]) / RATE


@pytest.mark.parametrize("attack_ms", [10.0, 200.0])
def test_attack(attack_ms: float) -> None:
    made = heard(adsr, notes=HELD, attack_ms=attack_ms)[0]
    assert _first(made >= 1.0) == pytest.approx(attack_ms / 1000.0, rel=0.01)
    half = _first(made >= 0.5)
    assert half == pytest.approx(attack_ms / 2000.0, rel=0.01)  # on a line


@pytest.mark.parametrize(("decay_ms", "sustain"), [(100.0, 0.0), (400.0, 0.5)])
def test_decay_leaves_a_thousandth_of_the_way(decay_ms: float, sustain: float) -> None:
    made = heard(adsr, notes=HELD, attack_ms=10.0, decay_ms=decay_ms, sustain=sustain)[0]
    left = 0.001 * (1.0 - sustain)
    after = _first((made <= sustain + left) & (np.arange(RATE) > 0.011 * RATE))
    assert after - _first(made >= 1.0) == pytest.approx(decay_ms / 1000.0, rel=0.01)
    assert made[int(0.99 * RATE)] == pytest.approx(sustain, abs=2 * left)


def test_release_leaves_a_thousandth() -> None:
    made = heard(adsr, notes=[Note(60, 0.5, 0.0, 0.5)], sustain=0.8, decay_ms=50.0, release_ms=200.0)[0]
    at = _first((made <= 0.0008) & (np.arange(RATE) > RATE // 2))
    assert at == pytest.approx(0.7, rel=0.01)
    assert made[RATE // 2 - 1] == pytest.approx(0.8, abs=1e-3)


def test_a_note_in_the_attack_goes_on_from_where_it_is() -> None:
    notes = [Note(60, 0.5, 0.0, 0.05), Note(60, 0.5, 0.1, 0.5)]
    made = heard(adsr, notes=notes, attack_ms=100.0, release_ms=500.0)[0]
    assert np.abs(np.diff(made)).max() < 1.1 / (0.1 * RATE) + 0.001
    assert made[round(0.1 * RATE)] == pytest.approx(0.5 * 0.001**0.1, rel=0.02)


def test_ad_does_not_wait_for_the_key() -> None:
    for hold_s in (0.001, 0.9):
        made = heard(ad, notes=[Note(60, 0.5, 0.1, hold_s)], attack_ms=20.0, decay_ms=100.0)[0]
        assert _first(made >= 1.0) - 0.1 == pytest.approx(0.02, rel=0.01)
        assert _first((made < 0.001) & (np.arange(RATE) > 0.13 * RATE)) - 0.12 == pytest.approx(0.1, rel=0.01)


@pytest.mark.parametrize("module", [adsr, ad])
def test_depth_and_sensitivity(module: FunctionModule) -> None:
    made = heard(module, notes=HELD, depth=-0.5, sensitivity=1.0)[0]
    assert made.min() == pytest.approx(-0.25)  # a velocity of 0.5
    assert made.max() <= 0.0
    moving = heard(module, notes=HELD, depth=np.zeros(RATE, np.float32))[0]
    assert not moving.any()


def test_they_are_control_signals() -> None:
    assert [port.channels for module in (adsr, ad) for port in module.outputs] == [1, 1]
