import numpy as np
import pytest

from patchpilot.modules.collection.dynamics import compressor, limiter, transients
from tests.modules.collection.hearing import db, fx, noise, stereo
from tests.modules.conftest import RATE


def square(level_db: float, n: int = RATE) -> np.ndarray:
    """A wave whose peak and power are the same at each sample."""
    return stereo(10.0 ** (level_db / 20.0) * np.where(np.arange(n) // 100 % 2, -1.0, 1.0))


@pytest.mark.parametrize("model", ["peak", "rms"])
@pytest.mark.parametrize(("ratio", "knee"), [(2.0, 0.0), (4.0, 12.0), (100.0, 0.0)])
def test_the_static_curve(ratio: float, knee: float, model: str) -> None:
    threshold = -20.0
    for level in (-40.0, -24.0, -20.0, -16.0, -10.0, 0.0):
        wet = fx(
            compressor,
            square(level),
            threshold_db=threshold,
            ratio=ratio,
            knee_db=knee,
            attack_ms=1.0,
            release_ms=20.0,
            model=model,
        )
        over = level - threshold
        if 2.0 * over < -knee:
            expected = level
        elif 2.0 * abs(over) <= knee and knee:
            expected = level + (1.0 / ratio - 1.0) * (over + knee / 2.0) ** 2 / (2.0 * knee)
        else:
            expected = threshold + over / ratio
        assert db(np.abs(wet[0, -1000:]).mean()) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(("attack_ms", "release_ms"), [(10.0, 50.0), (100.0, 200.0)])
def test_attack_and_release_are_63_percent_of_the_reduction(attack_ms: float, release_ms: float) -> None:
    steps = np.concatenate([square(-40.0), square(0.0), square(-40.0)], axis=1)
    wet = fx(
        compressor,
        steps,
        threshold_db=-20.0,
        ratio=2.0,
        knee_db=0.0,
        attack_ms=attack_ms,
        release_ms=release_ms,
    )
    turned = -db(wet[0] / steps[0])
    assert np.argmax(turned > 10.0 * (1.0 - np.exp(-1.0))) - RATE == pytest.approx(attack_ms * 44.1, abs=3)
    later = turned[2 * RATE :]
    assert np.argmax(later < 10.0 * np.exp(-1.0)) == pytest.approx(release_ms * 44.1, abs=3)


def test_a_sidechain_is_what_is_heard() -> None:
    quiet = square(-40.0)
    wet = np.asarray(
        compressor(
            quiet.astype(np.float32),
            square(0.0).astype(np.float32),
            **_compressor(threshold_db=-20.0, ratio=100.0, attack_ms=1.0),
        )
    )
    assert db(np.abs(wet[0, -100:]).mean()) == pytest.approx(-40.0 - 19.8, abs=0.02)


def test_both_sides_are_turned_alike() -> None:
    loud = noise() * np.array([[1.0], [0.1]])
    wet = fx(compressor, loud, threshold_db=-40.0)
    np.testing.assert_allclose(wet[1] * loud[0], wet[0] * loud[1], atol=1e-6)


@pytest.mark.parametrize("release_ms", [1.0, 300.0])
@pytest.mark.parametrize("lookahead_ms", [0.1, 1.5, 10.0])
def test_no_sample_is_above_the_ceiling(lookahead_ms: float, release_ms: float) -> None:
    dry = noise(level=1.0)
    dry[:, 0] = 3.0
    wet = fx(limiter, dry, input_db=12.0, ceiling_db=-1.0, lookahead_ms=lookahead_ms, release_ms=release_ms)
    assert db(np.abs(wet).max()) == pytest.approx(-1.0, abs=0.01)


def test_a_limiter_turns_before_a_peak_and_does_not_clip_it() -> None:
    n, at = RATE, RATE // 2
    dry = np.full((2, n), 0.5)
    dry[:, at] = 2.0
    wet = fx(limiter, dry, ceiling_db=0.0, lookahead_ms=5.0, release_ms=50.0)
    turned = db(wet[0] / dry[0])
    assert turned[at] == pytest.approx(-db(2.0), abs=1e-4)
    np.testing.assert_allclose(turned[: at - 230], 0.0, atol=1e-5)
    assert np.abs(np.diff(turned)).max() < 0.1  # 6 dB in 220 samples, not in one
    assert turned[at + round(0.05 * RATE) + 110] == pytest.approx(-db(2.0) * np.exp(-1.0), abs=0.1)


def test_what_is_below_the_ceiling_stays() -> None:
    dry = noise(level=0.05)
    np.testing.assert_allclose(fx(limiter, dry), dry, atol=1e-7)


def test_transients_are_louder_and_what_follows_softer() -> None:
    at = np.arange(RATE)
    strokes = stereo(np.sin(0.3 * at) * np.exp(-(at % 11025) / 3000.0))
    np.testing.assert_allclose(fx(transients, strokes), strokes, atol=1e-6)
    louder = fx(transients, strokes, attack_db=12.0)
    softer = fx(transients, strokes, sustain_db=-12.0)
    begins = slice(11025, 11225)
    later = slice(11025 + 6000, 11025 + 8000)
    assert db(louder[0, begins].std() / strokes[0, begins].std()) > 6.0
    assert db(louder[0, later].std() / strokes[0, later].std()) < 1.0
    assert db(softer[0, begins].std() / strokes[0, begins].std()) > -2.0
    assert db(softer[0, later].std() / strokes[0, later].std()) < -4.0
    quiet = fx(transients, 0.01 * strokes, attack_db=12.0)
    np.testing.assert_allclose(100.0 * quiet[0, begins], louder[0, begins], rtol=0.05, atol=0.02)


def _compressor(**values: object) -> dict[str, object]:
    from patchpilot.modules.base import spoken
    from tests.modules.conftest import context

    usual = {p.name: spoken(p, p.default) for p in compressor.parameters}
    return {**usual, **values, "context": context(RATE)}
