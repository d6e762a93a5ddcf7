"""Closing the loop: tables are corrected until the mel spectrogram they make is the target's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F32, F64, fitted, hz_to_mel
from patchpilot.distance import at_common_level, band_distance, mel_bands
from patchpilot.distance.bands import ADDED, HOP, N_FFT, N_MELS, band_mels
from patchpilot.search.resynthesis.dense.oscillator import HARMONICS, Layer, play

RESIDUAL_DB = 12.0
STRONGEST = 1.2
"""Limit of one correction, in natural logarithms of amplitude."""


@dataclass(frozen=True)
class Goal:
    """What the tables work towards.

    Attributes:
        mel: (frames, N_MELS) of the target, normalised.
        samples: length over which it was taken.
        rms: of the target, over `samples`.
        envelope: (samples,) gain of the voice.
        times_s: (k,) the keyframes' times.
        sample_rate_hz: of the target, 44 100 as the metric's.
    """

    mel: F32
    samples: int
    rms: float
    envelope: F32
    times_s: F64
    sample_rate_hz: int


def mix(layers: list[Layer], goal: Goal) -> F32:
    """(samples,) what the layers sound like together."""
    total = np.zeros(goal.samples, np.float32)
    for layer in layers:
        total += play(layer, goal.times_s, goal.samples, goal.sample_rate_hz)
    return total * goal.envelope


def _overlap(goal: Goal, count: int) -> F64:
    """(frames, k) how much of each keyframe's stretch lies under each analysis window (power)."""
    centres_s = np.arange(count) * HOP / goal.sample_rate_hz
    half_s = 0.5 * N_FFT / goal.sample_rate_hz
    edges = np.concatenate(
        [[0.0], 0.5 * (goal.times_s[1:] + goal.times_s[:-1]), [goal.samples / goal.sample_rate_hz]]
    )
    inner = edges[:-1, None] + (edges[1:] - edges[:-1])[:, None] * (np.arange(5) + 0.5) / 5.0
    x = np.clip((inner[None] - centres_s[:, None, None]) / half_s, -1.0, 1.0)
    weight = (0.5 + 0.5 * np.cos(np.pi * x)) ** 2
    return np.asarray((weight.mean(2) * (edges[1:] - edges[:-1])) + 1e-12)


def _band_gains(goal: Goal, made: F32) -> F64:
    """(k, N_MELS) logarithmic amplitude corrections of the keyframes, from the mel spectrogram `made`."""
    error = np.log((goal.mel + ADDED) / (made + ADDED)).astype(np.float64)
    error = np.clip(error, -3.0, 3.0)
    weight = 1.0 / (made.astype(np.float64) ** 2 + ADDED**2) ** 0.5
    overlap = _overlap(goal, len(made))
    gains = (overlap.T @ (error * weight)) / (overlap.T @ weight)
    return np.asarray(np.clip(gains, -STRONGEST, STRONGEST))


def _per_line(gains: F64, hz: F64) -> F64:
    """(k, lines) `gains` (k, N_MELS) at the frequencies `hz` (k, lines) or (1, lines)."""
    bands = band_mels()
    at = np.clip((hz_to_mel(hz) - bands[0]) / (bands[1] - bands[0]), 0.0, N_MELS - 1.001)
    lower = at.astype(int)
    blend = at - lower
    rows = np.arange(len(gains))[:, None]
    lower = np.broadcast_to(lower, (len(gains), hz.shape[1]))
    return np.asarray((1.0 - blend) * gains[rows, lower] + blend * gains[rows, lower + 1])


def corrected(layers: list[Layer], goal: Goal, made: F32, step: float = 1.0) -> list[Layer]:
    """The layers with their magnitudes multiplied by what `made` (frames, N_MELS; normalised) lacks.

    A sweep stays as measured: its few harmonics must move smoothly.
    """
    gains = step * _band_gains(goal, made)
    lines = np.arange(HARMONICS + 1)
    better = []
    for layer in layers:
        if layer.sweep is not None:
            better.append(layer)
            continue
        per_line = _per_line(gains, np.asarray(layer.f0_hz * lines[None], dtype=np.float64))
        better.append(layer.with_magnitudes(layer.magnitudes * np.exp(per_line)))
    return limited(better)


def limited(layers: list[Layer]) -> list[Layer]:
    """The layers with the loudness of their common frames within ±12 dB of its middle."""
    power = np.sum([(layer.magnitudes**2).sum(1) for layer in layers], axis=0) + 1e-20
    level = 0.5 * np.log(power)
    loud = level[level > level.max() - 6.0]
    bound = RESIDUAL_DB / 20.0 * np.log(10.0)
    middle = float(np.clip(np.median(loud), loud.max() - bound, None))
    change = np.exp(np.clip(level, middle - bound, middle + bound) - level)[:, None]
    return [layer.with_magnitudes(layer.magnitudes * change) for layer in layers]


def measured(sound: F32, goal: Goal) -> F32:
    """(frames, N_MELS) mel spectrogram of `sound` (n,) as the distance sees it."""
    return mel_bands(at_common_level(fitted(sound, goal.samples)))


def refine(layers: list[Layer], goal: Goal, rounds: int) -> tuple[list[Layer], float]:
    """Correct the layers by simulation; returns the best and their distance."""
    best, best_gap = layers, np.inf
    step = 1.0
    for _ in range(rounds):
        made = measured(mix(layers, goal), goal)
        now = band_distance(goal.mel, made)
        if now < best_gap:
            best, best_gap = layers, now
        else:
            step = max(0.7 * step, 0.3)
        layers = corrected(layers, goal, made, step)
    return best, float(best_gap)
