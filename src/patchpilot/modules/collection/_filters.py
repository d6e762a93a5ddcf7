"""Filters: second-order sections, a state-variable filter, and a chain of all-passes; all may move at each sample."""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot.modules.collection._compiled import TINY, compiled
from patchpilot.modules.collection._signals import Floats

HIGHEST = 0.49
"""Of the sample rate: no filter is tuned higher."""


@compiled("void(f8[:, ::1], f8[:, ::1], f8[:, ::1])")
def section(audio: Floats, coefficients: Floats, out: Floats) -> None:
    """A second-order section, in the transposed direct form II, of both sides at once: it is quicker so.

    Args:
        audio: (1 or 2, n).
        coefficients: b0, b1, b2, a1, a2 (a0 is 1): (5, n) where they move, else (5, 1).
        out: as `audio`; may be `audio` itself.
    """
    step = 1 if coefficients.shape[1] > 1 else 0
    other = audio.shape[0] - 1
    left_first, left_second, right_first, right_second = 0.0, 0.0, 0.0, 0.0
    for i in range(audio.shape[1]):
        j = i * step
        b0, b1, b2 = coefficients[0, j], coefficients[1, j], coefficients[2, j]
        a1, a2 = coefficients[3, j], coefficients[4, j]
        left, right = audio[0, i], audio[other, i]
        y, z = b0 * left + left_first, b0 * right + right_first
        left_first = b1 * left - a1 * y + left_second
        right_first = b1 * right - a1 * z + right_second
        left_second = b2 * left - a2 * y
        right_second = b2 * right - a2 * z
        left_first = left_first if abs(left_first) > TINY else 0.0
        right_first = right_first if abs(right_first) > TINY else 0.0
        left_second = left_second if abs(left_second) > TINY else 0.0
        right_second = right_second if abs(right_second) > TINY else 0.0
        out[0, i] = y
        out[other, i] = z


@compiled("void(f8[:, ::1], f8[:, ::1], f8[::1], f8, f8, f8, f8[:, ::1])")
def state_variable(
    audio: Floats, warped: Floats, damping: Floats, low: float, band: float, high: float, out: Floats
) -> None:
    """A two-pole filter that stays itself when it moves quickly (Zavalishin, 2012).

    Args:
        audio: (2, n).
        warped: tan(pi f / sample rate), (2, n).
        damping: 1 / Q, (n,).
        low: how much of the low-pass is heard.
        band: of the band-pass, whose gain at its centre is 1.
        high: of the high-pass.
        out: (2, n); may be `audio` itself.
    """
    for c in range(audio.shape[0]):
        first, second = 0.0, 0.0
        for i in range(audio.shape[1]):
            g, k = warped[c, i], damping[i]
            hp = (audio[c, i] - (k + g) * first - second) / (1.0 + g * (g + k))
            bp = g * hp + first
            lp = g * bp + second
            first = 2.0 * bp - first
            second = 2.0 * lp - second
            if abs(first) < TINY:
                first = 0.0
            if abs(second) < TINY:
                second = 0.0
            out[c, i] = low * lp + band * k * bp + high * hp


@compiled("void(f8[:, ::1], f8[:, ::1], f8[::1], i8, f8[:, ::1])")
def all_passes(audio: Floats, warped: Floats, feedback: Floats, stages: int, out: Floats) -> None:
    """First-order all-passes one after another, what comes out fed back a sample later.

    Args:
        audio: (2, n).
        warped: tan(pi f / sample rate) of all stages, (2, n): each turns f by 90 degrees.
        feedback: between -1 and 1, (n,).
        stages: 1..24.
        out: (2, n).
    """
    state = np.zeros(24)
    for c in range(audio.shape[0]):
        state[:] = 0.0
        last = 0.0
        for i in range(audio.shape[1]):
            share = warped[c, i] / (1.0 + warped[c, i])
            y = audio[c, i] + feedback[i] * last
            for k in range(stages):
                turn = (y - state[k]) * share
                low = turn + state[k]
                kept = low + turn
                state[k] = kept if abs(kept) > TINY else 0.0
                y = 2.0 * low - y
            last = y
            out[c, i] = y


def warp(frequency_hz: Any, sample_rate: int) -> Floats:
    """tan(pi f / sample rate), f at most `HIGHEST` of the rate."""
    share = np.minimum(np.asarray(frequency_hz, np.float64) / sample_rate, HIGHEST)
    return np.asarray(np.tan(np.pi * share))


def equaliser(kind: str, frequency_hz: Any, gain_db: Any, q: Any, sample_rate: int) -> Floats:
    """Coefficients for `section` of a filter of an equaliser (Bristow-Johnson's cookbook).

    Args:
        kind: "bell", "low shelf", "high shelf", "notch", "low pass" or "high pass".
        frequency_hz: centre, corner, or middle of the shelf's slope; a number or (n,).
        gain_db: of a bell at its centre, of a shelf at its far end.
        q: width of a bell or notch, height of a pass filter at its corner, slope of a shelf (0.71: no overshoot).
        sample_rate: Hz.

    Returns:
        float64 (5, 1), or (5, n) where something moves.
    """
    share = np.minimum(np.asarray(frequency_hz, np.float64) / sample_rate, HIGHEST)
    turn, height = 2.0 * np.pi * share, np.power(10.0, np.asarray(gain_db, np.float64) / 40.0)
    cos, alpha = np.cos(turn), np.sin(turn) / (2.0 * np.asarray(q, np.float64))
    root = 2.0 * np.sqrt(height) * alpha
    up, down = height + 1.0, height - 1.0
    one = np.ones_like(cos * height * alpha)
    match kind:
        case "bell":
            b = 1.0 + alpha * height, -2.0 * cos, 1.0 - alpha * height
            a = 1.0 + alpha / height, -2.0 * cos, 1.0 - alpha / height
        case "low shelf":
            b = (
                height * (up - down * cos + root),
                2.0 * height * (down - up * cos),
                height * (up - down * cos - root),
            )
            a = up + down * cos + root, -2.0 * (down + up * cos), up + down * cos - root
        case "high shelf":
            b = (
                height * (up + down * cos + root),
                -2.0 * height * (down + up * cos),
                height * (up + down * cos - root),
            )
            a = up - down * cos + root, 2.0 * (down - up * cos), up - down * cos - root
        case "notch":
            b, a = (one, -2.0 * cos, one), (1.0 + alpha, -2.0 * cos, 1.0 - alpha)
        case "low pass":
            b, a = ((1.0 - cos) / 2.0, 1.0 - cos, (1.0 - cos) / 2.0), (1.0 + alpha, -2.0 * cos, 1.0 - alpha)
        case "high pass":
            b, a = ((1.0 + cos) / 2.0, -1.0 - cos, (1.0 + cos) / 2.0), (1.0 + alpha, -2.0 * cos, 1.0 - alpha)
        case _:
            raise ValueError(f"no filter of an equaliser is called {kind!r}")
    whole = [*b, *a[1:]]
    rows = [np.broadcast_to(part * one / a[0], one.shape).reshape(-1) for part in whole]
    return np.ascontiguousarray(np.stack(rows))
