import numpy as np
import pytest

from patchpilot.modules.collection.distortion import (
    CURVES,
    KINDS,
    bitcrush,
    distortion,
    saturator,
    wavefolder,
)
from tests.modules.collection.hearing import db, fx, noise, partial_db, sine, stereo
from tests.modules.conftest import RATE


@pytest.mark.parametrize("curve", list(CURVES))
def test_a_slow_wave_is_bent_by_the_curve(curve: str) -> None:
    dry = sine(50.0, 0.2, 0.5)
    wet = fx(saturator, dry, curve=curve, drive_db=6.0206)
    expected = CURVES[curve]((2.0 * dry).astype(np.float32))
    inner = slice(200, -200)
    np.testing.assert_allclose(
        wet[:, inner], expected[:, inner], atol=2e-3 if curve != "digital clip" else 2e-2
    )


@pytest.mark.parametrize("curve", list(CURVES))
def test_no_aliases_above_minus_80_db(curve: str) -> None:
    """A sine of 5 kHz: its odd harmonics up to 15 kHz are music, everything else is alias."""
    dry = sine(5000.0, 1.0, 0.9)
    wet = fx(saturator, dry, curve=curve, drive_db=3.0)[0, 11025:33075]
    spectrum = np.abs(np.fft.rfft(wet * np.blackman(22050))) / 22050 / 0.42 * 2.0
    music = [5000, 10_000, 15_000, 20_000]
    hz = np.arange(len(spectrum)) * 2
    far = np.all([np.abs(hz - f) > 20 for f in music], axis=0) & (hz < 19_000)
    plain = CURVES[curve]((1.4125 * dry[0, 11025:33075]).astype(np.float32))
    aliased = np.abs(np.fft.rfft(plain * np.blackman(22050))) / 22050 / 0.42 * 2.0
    loudest, before = db(spectrum[far].max()), db(aliased[far].max())
    assert loudest < (-45.0 if curve in ("digital clip", "hard curve", "soft sine") else -58.0)
    assert loudest < before - 12.0 or loudest < -80.0


def test_no_drive_is_nothing() -> None:
    dry = sine(1000.0, 0.5, 0.01)
    np.testing.assert_allclose(fx(saturator, dry, drive_db=0.0)[:, 200:-200], dry[:, 200:-200], atol=2e-6)


def test_bass_and_treble_before_the_curve() -> None:
    quiet = 0.001 * (sine(40.0) + sine(1000.0) + sine(15_000.0))
    wet = fx(saturator, quiet, drive_db=0.0, low_db=-12.0, high_db=6.0, high_hz=5000.0)
    assert partial_db(wet, 40.0) == pytest.approx(-72.0, abs=0.5)
    assert partial_db(wet, 15_000.0) == pytest.approx(-54.0, abs=0.5)


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_distortion_has_no_dc_and_even_harmonics(kind: str) -> None:
    wet = fx(distortion, sine(100.0, 1.0, 0.5), kind=kind, bias=0.3, tone_hz=20_000.0)[:, RATE // 2 :]
    assert abs(wet.mean()) < 0.01
    assert partial_db(wet, 200.0) > partial_db(wet, 100.0) - 40.0


def test_a_fold_folds() -> None:
    wet = fx(wavefolder, sine(100.0, 1.0, 0.5), fold_db=db(4.0), output_db=0.0)[:, RATE // 2 :]
    driven = sine(100.0, 0.5, 2.0)
    folded = np.where(np.abs(driven) > 1.0, np.sign(driven) * (2.0 - np.abs(driven)), driven)
    for harmonic in (1, 3, 5, 7):
        expected = partial_db(folded, 100.0 * harmonic)
        assert partial_db(wet, 100.0 * harmonic) == pytest.approx(expected, abs=0.05)
    still = fx(wavefolder, sine(200.0, 0.5, 0.3), fold_db=0.0, output_db=0.0)
    np.testing.assert_allclose(still[:, 5000:-500], sine(200.0, 0.5, 0.3)[:, 5000:-500], atol=0.02)


@pytest.mark.parametrize("bits", [2.0, 4.0, 8.0])
def test_bits(bits: float) -> None:
    wet = fx(bitcrush, stereo(np.linspace(-1.0, 1.0, RATE)), bits=bits, rate_hz=48_000.0)[0]
    assert len(np.unique(wet)) == 2**bits + 1
    full = fx(bitcrush, sine(997.0, 1.0), bits=bits, rate_hz=48_000.0)
    rest = (full - sine(997.0, 1.0)).std()
    assert db(np.sqrt(0.5) / rest) == pytest.approx(6.02 * bits + 1.76, abs=1.0)


def test_samples_are_held() -> None:
    dry = noise(4410)
    wet = fx(bitcrush, dry, bits=16.0, rate_hz=4410.0)
    np.testing.assert_allclose(wet, np.repeat(dry[:, ::10], 10, axis=1), atol=2.0**-15)
