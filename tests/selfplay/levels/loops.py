"""A loop whose hits are known: a kick, a hat and tones on a grid."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from patchpilot.audio import Audio

RATE = 44100
TEMPO = 120.0
STEP_S = 60.0 / TEMPO / 4
KICKS, HATS = (0, 4, 8, 12), (2, 6, 10, 14)
TONES = {1: 60, 7: 63, 11: 67}


def drum_loop(bars: int = 1) -> Audio:
    """Kicks on beats, hats between them."""
    return _mixed(dict.fromkeys(KICKS, "kick") | dict.fromkeys(HATS, "hat"), bars)


def tone_loop(bars: int = 1) -> Audio:
    """Three notes of C minor, each again."""
    return _mixed(dict(TONES), bars)


def _mixed(hits: Mapping[int, int | str], bars: int) -> Audio:
    out = np.zeros(round(bars * 16 * STEP_S * RATE))
    for bar in range(bars):
        for step, what in hits.items():
            at = round((bar * 16 + step) * STEP_S * RATE)
            sound = _sound(what)[: len(out) - at]
            out[at : at + len(sound)] += sound
    return Audio(out.astype(np.float32), RATE)


def _sound(what: int | str) -> np.ndarray:
    t = np.arange(round(0.24 * RATE)) / RATE
    if what == "kick":
        return np.asarray(
            0.8 * np.sin(2 * np.pi * (50 * t + 6 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.08)
        )
    if what == "hat":
        return 0.3 * np.random.default_rng(1).standard_normal(len(t)) * np.exp(-t / 0.02)
    hz = 440.0 * 2 ** ((int(what) - 69) / 12)
    return np.asarray(sum(0.3 / k * np.sin(2 * np.pi * k * hz * t) for k in range(1, 5)) * np.exp(-t / 0.15))
