"""Sounds that differ in one thing must differ in its descriptor, and in the right direction."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.audio.descriptors import DESCRIPTORS, NAMES, described, said
from tests.audio.tones import SAMPLE_RATE, harmonics, noise, silence, sine


def _of(name: str, audio: Audio) -> float:
    return float(described(audio)[NAMES.index(name)])


def _faded_in(audio: Audio, seconds: float) -> Audio:
    ramp = np.minimum(np.arange(len(audio)) / (seconds * SAMPLE_RATE), 1.0)
    return Audio(audio.samples * ramp, SAMPLE_RATE)


def _wide() -> Audio:
    return Audio(np.stack([noise(0.5, seed=1).samples[0], noise(0.5, seed=2).samples[0]]), SAMPLE_RATE)


TONE = harmonics(220.0, {k: 1.0 / k for k in range(1, 20)}, seconds=1.0)
WOBBLE = Audio(
    TONE.samples * (1.0 + 0.8 * np.sin(2 * np.pi * 9.0 * np.arange(len(TONE)) / SAMPLE_RATE)), SAMPLE_RATE
)


@pytest.mark.parametrize(
    ("name", "little", "much"),
    [
        ("attack", TONE, _faded_in(TONE, 0.5)),
        ("length", sine(220, 0.2), sine(220, 1.0)),
        ("brightness", sine(220), sine(880)),
        ("fullness", sine(220), noise()),
        ("bass", sine(400), sine(60)),
        ("noise", TONE, noise()),
        ("width", noise(), _wide()),
        ("movement", TONE, WOBBLE),
    ],
)
def test_a_descriptor_says_what_its_name_says(name: str, little: Audio, much: Audio) -> None:
    assert _of(name, little) < _of(name, much)


def test_numbers_are_right_where_the_truth_is_known() -> None:
    assert _of("brightness", sine(1000)) == pytest.approx(0.0, abs=0.15)
    assert _of("attack", _faded_in(sine(440, 1.0), 0.5)) == pytest.approx(
        np.log10(0.3), abs=0.1
    )  # 10 % to 71 %
    assert _of("width", _wide()) == pytest.approx(0.5, abs=0.02)
    assert _of("bass", sine(60)) > 0.95


def test_level_does_not_matter_and_silence_is_finite() -> None:
    quiet = Audio(0.01 * TONE.samples, SAMPLE_RATE)
    assert described(quiet) == pytest.approx(described(TONE), abs=1e-3)
    assert np.isfinite(described(silence())).all()
    assert len(described(silence())) == len(DESCRIPTORS)


def test_the_most_unusual_is_said_first() -> None:
    typical, spread = np.zeros(8), np.ones(8)
    values = np.array([3.0, 0.1, -1.0, 0, 0, 0, 2.0, 0])
    assert said(values, typical=typical, spread=spread) == ["slow attack", "wide", "dark"]
    assert said(values, typical=typical, spread=spread, most=1) == ["slow attack"]
    assert said(typical, typical=typical, spread=spread) == []
