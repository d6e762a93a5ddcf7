"""Strings and bars are in tune, and ring as long as they should."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from patchpilot.modules.collection.strings import BODIES, modal, pluck
from patchpilot.modules.function import FunctionModule
from patchpilot.space import Note
from tests.modules.collection.spectra import amplitude, fade_ms, heard, hertz
from tests.modules.conftest import RATE


def _held(pitch: int, velocity: float = 1.0) -> list[Note]:
    return [Note(pitch, velocity, 0.0, 4.0)]


def _peak_hz(audio: npt.NDArray[np.float64], near: float) -> float:
    """Of the strongest sine within a semitone."""
    size = 1 << 20
    level = np.abs(np.fft.rfft(audio * np.hanning(len(audio)), size))
    low, high = (round(near * 2.0 ** (turn / 12.0) / RATE * size) for turn in (-1.0, 1.0))
    return float((low + level[low:high].argmax()) * RATE / size)


@pytest.mark.parametrize("pitch", [40, 64, 88])
@pytest.mark.parametrize("brightness", [0.2, 0.9])
def test_a_string_is_in_tune(pitch: int, brightness: float) -> None:
    made = heard(pluck, notes=_held(pitch), brightness=brightness, decay_ms=10_000.0)[0]
    found = _peak_hz(made[2000:], hertz(pitch))
    assert 1200.0 * np.log2(found / hertz(pitch)) == pytest.approx(0.0, abs=3.0)


@pytest.mark.parametrize("decay_ms", [500.0, 2000.0])
def test_a_strings_fundamental_fades_in_its_time(decay_ms: float) -> None:
    made = heard(pluck, notes=_held(57), decay_ms=decay_ms, n=2 * RATE)[0]
    windows = [made[start : start + 4410] for start in (4410, 4410 + RATE // 4)]
    early, late = (amplitude(x, 220.0) for x in windows)
    assert 60.0 * 250.0 / (20.0 * np.log10(early / late)) == pytest.approx(decay_ms, rel=0.02)


def test_a_string_is_damped_when_the_key_is_let_go() -> None:
    made = heard(pluck, notes=[Note(57, 1.0, 0.0, 0.3)], decay_ms=20_000.0, release_ms=100.0)[0]
    before, after = made[8000:12_000], made[round(0.4 * RATE) :]
    assert np.abs(after).max() < 0.003 * np.abs(before).max()


def test_a_string_has_no_harmonic_that_has_a_node_where_it_is_plucked() -> None:
    made = heard(pluck, notes=_held(57), position=0.25, brightness=1.0, decay_ms=20_000.0)[0, 2000:]
    others = np.mean([amplitude(made, 220.0 * k) for k in (1, 2, 3, 5, 6, 7)])
    assert max(amplitude(made, 220.0 * k) for k in (4, 8)) < 0.1 * others


def test_plucks_differ_with_the_seed() -> None:
    first, again, other = (heard(pluck, seed=seed)[0] for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other, atol=0.01)
    assert pluck.is_random


@pytest.mark.parametrize("body", BODIES)
def test_a_body_has_its_modes(body: str) -> None:
    made = heard(modal, notes=_held(69), body=body, damping=0.0, decay_ms=20_000.0, hardness=1.0)[0]
    for ratio in BODIES[body]:
        if ratio * 440.0 < 0.4 * RATE:
            assert _peak_hz(made, ratio * 440.0) == pytest.approx(ratio * 440.0, rel=1e-3)


def test_a_body_rings_for_its_time() -> None:
    made = heard(modal, notes=_held(69), decay_ms=800.0, damping=1.0, hardness=0.0, n=2 * RATE)[0]
    assert fade_ms(made, 4410) == pytest.approx(800.0, rel=0.02)


def test_high_modes_are_shorter_and_a_soft_mallet_leaves_them_out() -> None:
    long_, short = (heard(modal, notes=_held(69), damping=d, hardness=1.0)[0, 20_000:] for d in (0.0, 1.5))
    assert amplitude(short, 440.0 * 2.756) < 0.2 * amplitude(long_, 440.0 * 2.756)
    hard, soft = (heard(modal, notes=_held(69), hardness=h)[0] for h in (1.0, 0.0))
    assert amplitude(soft, 440.0 * 5.404) < 0.05 * amplitude(hard, 440.0 * 5.404)


@pytest.mark.parametrize("module", [pluck, modal])
def test_velocity_is_loudness(module: FunctionModule) -> None:
    loud, soft = (heard(module, notes=_held(60, v)) for v in (1.0, 0.25))
    assert np.allclose(soft, 0.25 * loud, rtol=0.0, atol=1e-6)
