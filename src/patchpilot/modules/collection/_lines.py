"""Delay lines."""

from __future__ import annotations

import math

from patchpilot.modules.collection._compiled import TINY, compiled
from patchpilot.modules.collection._signals import Floats


@compiled("void(f8[:, ::1], f8[:, ::1], f8[::1], f8[:, ::1], f8[:, ::1])")
def moving_line(audio: Floats, lag: Floats, feedback: Floats, line: Floats, out: Floats) -> None:
    """A delay line whose length moves, read with a cubic between samples.

    Args:
        audio: (channels, n).
        lag: samples, (channels, n); at least 2 where there is feedback.
        feedback: part of the output that goes in again, (n,).
        line: room for what is in the line, (channels, n).
        out: what comes out of it, (channels, n).
    """
    for c in range(audio.shape[0]):
        for i in range(audio.shape[1]):
            line[c, i] = audio[c, i]
            at = i - lag[c, i]
            k = math.floor(at)
            t = at - k
            a = line[c, k - 1] if k >= 1 else 0.0
            b = line[c, k] if k >= 0 else 0.0
            d = line[c, min(k + 1, i)] if k >= -1 else 0.0
            e = line[c, min(k + 2, i)] if k >= -2 else 0.0
            if t == 0.0:
                y = b
            else:
                half = 0.5 * (d - a)
                y = b + t * (
                    half + t * (a - 2.5 * b + 2.0 * d - 0.5 * e + t * (0.5 * (e - a) + 1.5 * (b - d)))
                )
            out[c, i] = y
            kept = audio[c, i] + feedback[i] * y
            line[c, i] = kept if abs(kept) > TINY else 0.0


@compiled("void(f8[:, ::1], f8[:, ::1], f8[::1], f8[::1], f8[:, ::1], f8[::1], f8[::1], f8[:, ::1])")
def voices(
    audio: Floats,
    turn: Floats,
    lag: Floats,
    depth: Floats,
    ahead: Floats,
    feedback: Floats,
    line: Floats,
    out: Floats,
) -> None:
    """Copies through delay lines whose lengths follow one sine, each at another place of it; read as `moving_line`.

    Args:
        audio: (2, n).
        turn: the sine and the cosine, (2, n).
        lag: middle length, samples, (n,).
        depth: how far the sine moves it, samples, (n,).
        ahead: radians by which the copies of the left, and of the right, are ahead of the sine, (2, copies).
        feedback: part of a copy that goes into its line again, (n,).
        line: room, (n,).
        out: the sum of all copies, (2, n).
    """
    n = audio.shape[1]
    for c in range(2):
        for i in range(n):
            out[c, i] = 0.0
        for v in range(ahead.shape[1]):
            along, across = math.cos(ahead[c, v]), math.sin(ahead[c, v])
            for i in range(n):
                line[i] = audio[c, i]
                at = i - max(2.0, lag[i] + depth[i] * (along * turn[0, i] + across * turn[1, i]))
                k = math.floor(at)
                t = at - k
                a = line[k - 1] if k >= 1 else 0.0
                b = line[k] if k >= 0 else 0.0
                d = line[min(k + 1, i)] if k >= -1 else 0.0
                e = line[min(k + 2, i)] if k >= -2 else 0.0
                half = 0.5 * (d - a)
                y = b + t * (
                    half + t * (a - 2.5 * b + 2.0 * d - 0.5 * e + t * (0.5 * (e - a) + 1.5 * (b - d)))
                )
                out[c, i] += y
                kept = audio[c, i] + feedback[i] * y
                line[i] = kept if abs(kept) > TINY else 0.0


@compiled("void(f8[:, ::1], i8, i8, f8[::1], b1, f8, f8, f8[:, ::1], f8[:, ::1])")
def echoes(
    audio: Floats,
    lag_left: int,
    lag_right: int,
    feedback: Floats,
    crosses: bool,
    low: float,
    high: float,
    line: Floats,
    out: Floats,
) -> None:
    """Two delay lines of whole samples.

    Args:
        audio: (2, n).
        lag_left: samples, >= 1.
        lag_right: likewise.
        feedback: part of an echo that is its next one, (n,).
        crosses: whether each side's echo goes on to the other side; the input then enters at the left only.
        low: coefficient of the high-pass that each echo goes through, 0 for none.
        high: coefficient of the low-pass, 1 for none.
        line: room, (2, n).
        out: the echoes, (2, n).
    """
    lags = (lag_left, lag_right)
    slow = [0.0, 0.0]
    soft = [0.0, 0.0]
    for i in range(audio.shape[1]):
        for c in range(2):
            y = line[c, i - lags[c]] if i >= lags[c] else 0.0
            soft[c] += high * (y - soft[c])
            slow[c] += low * (soft[c] - slow[c])
            if abs(soft[c]) < TINY:
                soft[c] = 0.0
            if abs(slow[c]) < TINY:
                slow[c] = 0.0
            out[c, i] = soft[c] - slow[c]
        for c in range(2):
            if crosses:
                first = 0.5 * (audio[0, i] + audio[1, i]) if c == 0 else 0.0
                kept = first + feedback[i] * out[1 - c, i]
            else:
                kept = audio[c, i] + feedback[i] * out[c, i]
            line[c, i] = kept if abs(kept) > TINY else 0.0
