"""The distance that orders the answers."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.distance import METRICS, compare
from patchpilot.matching.composite import PARTS, composite

FAR = {"logmel": 0.4, "mss": 3.0, "wmfcc": 0.2, "sot": 0.01, "rms_cosine": 0.98}


def test_nearer_in_any_part_is_nearer() -> None:
    for part in PARTS:
        nearer = {**FAR, part: 1.0 - 0.5 * (1.0 - FAR[part]) if part == "rms_cosine" else 0.5 * FAR[part]}
        assert composite(nearer) < composite(FAR)


def test_a_share_counts_the_same_in_each_part() -> None:
    halves = [composite({**FAR, part: 0.5 * FAR[part]}) for part in PARTS[:3]]
    assert halves == pytest.approx([halves[0]] * 3, rel=0.01)


def test_other_metrics_do_not_count() -> None:
    assert composite({**FAR, "log_stft_mae": 9.0}) == composite(FAR)
    assert tuple(METRICS)[:5] == PARTS  # as the page says


def test_the_same_sound_is_at_0_and_worse_ones_are_farther() -> None:
    rng = np.random.default_rng(0)
    t = np.arange(22050) / 44100
    tone = 0.3 * np.sin(2 * np.pi * 220 * t) * np.exp(-3 * t)
    target = Audio(tone.astype(np.float32), 44100)
    noisy = [
        Audio((tone + level * rng.standard_normal(22050)).astype(np.float32), 44100) for level in (0.01, 0.1)
    ]
    same, near, far = (composite(compare(target, sound)) for sound in (target, *noisy))
    assert same == pytest.approx(0.0, abs=1e-6)
    assert 0 < near < far


def test_rounding_does_no_harm() -> None:
    assert composite({**FAR, "rms_cosine": 1.0 + 1e-7}) < composite(FAR)
