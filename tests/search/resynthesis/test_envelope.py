"""The envelope model is the engine's, and the fit finds envelopes that it is shown."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.ndimage import uniform_filter1d

from patchpilot.audio import F32, F64
from patchpilot.instruments.vital.vital import Vital
from patchpilot.search.resynthesis.envelope import MAX_RELEASE_S, Adsr, fit, gain, sustains
from patchpilot.space import Patch, Performance

SAMPLE_RATE = 44100
HOP_S = 0.002
NOTE = 81
PERIODS = 8


def rms(y: npt.NDArray[np.floating]) -> F64:
    """Centred running RMS over whole periods of the note, (n,)."""
    size = round(PERIODS * SAMPLE_RATE / 880.0)
    return np.asarray(
        np.sqrt(np.maximum(uniform_filter1d(y.astype(np.float64) ** 2, size, mode="constant"), 1e-20))
    )


def play(vital: Vital, adsr: Adsr, hold_s: float) -> F32:
    controls = {**adsr.controls(), "osc_1_random_phase": 0.0}
    performance = Performance.one_note(NOTE, hold_s=hold_s, length_s=1.5)
    return vital.render(Patch.make(vital.space, controls), performance).mono()


@pytest.fixture(scope="module")
def steady(vital: Vital) -> F64:
    return rms(play(vital, Adsr(), 1.5))


@pytest.mark.parametrize("seed", range(4))
def test_the_model_is_the_engine(vital: Vital, steady: F64, seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = rng.uniform(0.02, 0.4, 4)
    sustain, *powers = rng.uniform(0.3, 0.9), *rng.uniform(-6.0, 6.0, 3)
    adsr = Adsr(times[0], times[1], times[2], sustain, times[3], *powers)
    heard = rms(play(vital, adsr, 0.7)) / np.median(steady)
    seconds = np.arange(len(heard)) / SAMPLE_RATE
    expected = rms(gain(adsr, seconds, 0.7))
    assert np.abs(heard - expected)[1000:].mean() < 0.002
    loud = (expected > 0.1) & (seconds > 0.02)
    assert np.abs(20 * np.log10(heard[loud] / expected[loud])).mean() < 0.3


@pytest.mark.parametrize(
    ("adsr", "hold_s"),
    [
        (Adsr(0.002, 0.0, 1.2, 0.0, 0.1, 0.0, -5.0, -2.0), 2.0),
        (Adsr(0.3, 0.1, 0.4, 0.7, 0.4, 2.0, -2.0, -3.0), 1.5),
        (Adsr(0.05, 0.2, 0.3, 0.5, 0.2, 0.0, 1.0, -1.0), 1.6),
    ],
)
def test_the_fit_finds_a_known_envelope_at_any_scale(adsr: Adsr, hold_s: float) -> None:
    seconds = np.arange(0.0, 2.0, HOP_S)
    wanted = gain(adsr, seconds, hold_s)
    found = gain(fit(0.03 * wanted, HOP_S, hold_s), seconds, hold_s)
    assert np.abs(found - wanted).mean() < 0.01
    assert np.abs(np.log(found + 1e-3) - np.log(wanted + 1e-3)).mean() < 0.05


def test_a_release_that_falls_slowly_first_is_fitted_by_one_that_stops_at_once() -> None:
    seconds = np.arange(0.0, 3.0, HOP_S)
    slow = gain(Adsr(release_s=1.4, release_power=4.0), seconds, 1.5)
    found = fit(slow, HOP_S, 1.5)
    assert found.release_power <= 0.0
    let_go = gain(found, np.array([0.1, 0.2 + 0.9 * MAX_RELEASE_S]), 0.2)
    assert let_go[1] <= 0.01 * let_go[0]


def test_the_rms_that_measured_an_envelope_is_seen_through() -> None:
    seconds = np.arange(0.0, 1.0, HOP_S)
    struck = np.exp(-seconds / 0.1)
    blurred = np.sqrt(uniform_filter1d(struck**2, 7, mode="constant"))
    assert fit(blurred, HOP_S, 1.0, smooth_s=7 * HOP_S).attack_s < 0.004


def test_a_sound_sustains_only_where_it_is_flat_until_the_key_goes_up() -> None:
    seconds = np.arange(0.0, 2.0, HOP_S)
    assert sustains(gain(Adsr(sustain=0.6, decay_s=0.3), seconds, 1.5), HOP_S, 1.5)
    assert not sustains(np.exp(-seconds), HOP_S, 2.0)
    assert not sustains(np.zeros(100), HOP_S, 0.1)


def test_nothing_to_fit_gives_the_default() -> None:
    assert fit(np.zeros(100), HOP_S, 0.1) == Adsr()
    assert fit(np.ones(3), HOP_S, 0.1) == Adsr()
