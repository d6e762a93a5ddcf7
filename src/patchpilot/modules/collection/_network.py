"""A feedback delay network: sixteen lines whose outputs are mixed by a Hadamard matrix and go in again (Jot, 1991)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from patchpilot.modules.collection._compiled import TINY, compiled
from patchpilot.modules.collection._signals import Floats

LINES = 16
Whole = npt.NDArray[np.int64]


@compiled("void(f8[:, ::1], i8[::1], f8[::1], f8[::1], f8, f8[:, ::1], f8[:, ::1])")
def network(
    audio: Floats, lags: Whole, low: Floats, high: Floats, corner: float, lines: Floats, out: Floats
) -> None:
    """Reverberate: the left goes into the even lines and comes out of them, the right likewise of the odd ones.

    Args:
        audio: (2, n).
        lags: samples of each line, (16,).
        low: what is left of low frequencies after a line, (16,).
        high: of high ones, (16,).
        corner: coefficient of the one-pole between them.
        lines: zeros, (16, the longest lag).
        out: (2, n).
    """
    at = np.zeros(16, np.int64)
    soft = np.zeros(16)
    x = np.zeros(16)
    for i in range(audio.shape[1]):
        left, right = 0.0, 0.0
        for k in range(16):
            y = lines[k, at[k]]
            soft[k] += corner * (y - soft[k])
            if abs(soft[k]) < TINY:
                soft[k] = 0.0
            sign = 1.0 if (k >> 1) & 1 == 0 else -1.0
            if k & 1 == 0:
                left += sign * y
            else:
                right += sign * y
            x[k] = high[k] * y + (low[k] - high[k]) * soft[k]
        out[0, i] = left
        out[1, i] = right
        width = 1
        while width < 16:
            for k in range(16):
                if k & width == 0:
                    a, b = x[k], x[k + width]
                    x[k], x[k + width] = a + b, a - b
            width *= 2
        for k in range(16):
            kept = 0.25 * x[k] + audio[k & 1, i]
            lines[k, at[k]] = kept if abs(kept) > TINY else 0.0
            at[k] += 1
            if at[k] == lags[k]:
                at[k] = 0


@compiled("void(f8[:, ::1], i8[:, ::1], f8, f8[:, ::1])")
def diffuse(audio: Floats, lags: Whole, amount: float, room: Floats) -> None:
    """All-passes of Schroeder's one after another, in place: a click becomes a cloud of them.

    Args:
        audio: (2, n).
        lags: samples of the all-passes of each side, (2, stages).
        amount: their coefficient, 0..1.
        room: (2, n), for what is in them.
    """
    for c in range(2):
        for s in range(lags.shape[1]):
            lag = lags[c, s]
            for i in range(audio.shape[1]):
                late = room[c, i - lag] if i >= lag else 0.0
                kept = audio[c, i] - amount * late
                room[c, i] = kept if abs(kept) > TINY else 0.0
                audio[c, i] = late + amount * kept
