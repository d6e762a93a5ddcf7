"""Filters, all tuned by a cutoff or a frequency that may move at each sample.

The state-variable ones are Oleg Nesterov's in the Faust libraries. Their gain at the cutoff is the resonance, with 12
and with 24 dB an octave: the second section of the steep ones has what the first, a flat one, leaves to it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from patchpilot.modules.base import Context, Signal, choice, knob
from patchpilot.modules.collection._compiled import TINY, compiled
from patchpilot.modules.collection._signals import Floats, curve, doubles
from patchpilot.modules.faust_code import faust
from patchpilot.modules.function import module

CUTOFF = knob(1000.0, 20.0, 20_000.0, "Hz", octaves=True)
RESONANCE = knob(0.7071, 0.5, 20.0, octaves=True)
SLOPE = choice("12 dB", "24 dB")
State = tuple[float, float, float, float, float]
_KEPT = "min(cutoff, 0.49 * ma.SR)"
_LOW_OR_HIGH = (
    "_ <: select2(slope, fi.svf.{kind}({f}, resonance), "
    "(fi.svf.{kind}({f}, 0.541196) : fi.svf.{kind}({f}, 1.847759 * resonance)))"
)

lowpass = faust(
    "lowpass",
    "Lets through what lies below the cutoff, where the resonance lifts it.",
    _LOW_OR_HIGH.format(kind="lp", f=_KEPT),
    cutoff=CUTOFF,
    resonance=RESONANCE,
    slope=SLOPE,
)
highpass = faust(
    "highpass",
    "Lets through what lies above the cutoff, where the resonance lifts it.",
    _LOW_OR_HIGH.format(kind="hp", f=_KEPT),
    cutoff=CUTOFF,
    resonance=RESONANCE,
    slope=SLOPE,
)
bandpass = faust(
    "bandpass",
    "Lets through what lies around the cutoff; the resonance makes the band narrow.",
    f"_ <: select2(slope, once, (once : once)) with {{ once = fi.svf.bp({_KEPT}, resonance) : *(1.0 / resonance); }}",
    cutoff=CUTOFF,
    resonance=RESONANCE,
    slope=SLOPE,
)
notch = faust(
    "notch",
    "Takes out what lies around the cutoff; the resonance makes the gap narrow.",
    f"_ <: select2(slope, once, (once : once)) with {{ once = fi.svf.notch({_KEPT}, resonance); }}",
    cutoff=CUTOFF,
    resonance=RESONANCE,
    slope=SLOPE,
)
comb = faust(
    "comb",
    "Peaks (of 0 dB) at all harmonics of a frequency, or between them where the feedback is negative.",
    "*(1.0 - abs(feedback)) : + ~ (de.fdelay3(16384, ma.SR / frequency - 1.0) : *(feedback))",
    frequency=knob(220.0, 20.0, 5000.0, "Hz", octaves=True),
    feedback=knob(0.8, -0.98, 0.98),
)

_TENOR = {
    "a": ((650, 1080, 2650, 2900, 3250), (0, -6, -7, -8, -22), (80, 90, 120, 130, 140)),
    "e": ((400, 1700, 2600, 3200, 3580), (0, -14, -12, -14, -20), (70, 80, 100, 120, 120)),
    "i": ((290, 1870, 2800, 3250, 3540), (0, -15, -18, -20, -30), (40, 90, 100, 120, 120)),
    "o": ((400, 800, 2600, 2800, 3000), (0, -10, -12, -12, -26), (70, 80, 100, 130, 135)),
    "u": ((350, 600, 2700, 2900, 3300), (0, -20, -17, -14, -26), (40, 60, 100, 120, 120)),
}
"""Formants of a tenor: Hz, dB and bandwidths in Hz (the tables in the manual of Csound)."""


def _between(numbers: list[float]) -> str:
    """Faust for what lies between the numbers of a, e, i, o and u, on lines."""
    moves = [f"({b - a:.6g}) * max(0, min(1, vowel - {k}))" for k, (a, b) in enumerate(pairwise(numbers))]
    return " + ".join([f"{numbers[0]:.6g}", *moves])


def _formant(k: int) -> str:
    hertz, decibels, widths = ([float(v[part][k]) for v in _TENOR.values()] for part in range(3))
    gains = [10.0 ** (db / 20.0) for db in decibels]
    return f"(band(shift * ({_between(hertz)}), shift * ({_between(widths)})) : *({_between(gains)}))"


formant = faust(
    "formant",
    "Five bands of a voice that sings, in between, a (0), e (1), i (2), o (3) and u (4).",
    f"_ <: {', '.join(_formant(k) for k in range(5))} :> _",
    definitions="band(f, w) = fi.svf.bp(f, f / w) : *(w / f);",
    vowel=knob(0.0, 0.0, 4.0),
    shift=knob(1.0, 0.5, 2.0, octaves=True),
)


@module(
    varying=("cutoff", "resonance"),
    cutoff=knob(1200.0, 20.0, 20_000.0, "Hz", octaves=True),
    resonance=knob(0.3, 0.0, 0.98),
    drive=knob(1.0, 0.25, 16.0, octaves=True),
)
def ladder(audio: Signal, *, cutoff: Any, resonance: Any, drive: float, context: Context) -> Floats:
    """A ladder of four low-passes with feedback: 24 dB an octave, near 1 it sings, and drive makes it growl."""
    n = context.n_samples
    hertz = np.minimum(np.asarray(cutoff, np.float64), 0.45 * context.sample_rate)
    warped = np.tan(np.pi * hertz / context.sample_rate)
    feedback = 4.0 * np.asarray(resonance, np.float64)
    share = warped / (1.0 + warped)
    loop = 1.0 / (1.0 + feedback * share**4)
    # Two equal sides, as most sources give, are one.
    out = doubles(audio[:1] if np.array_equal(audio[0], audio[1]) else audio)
    _ladder(out, curve(share, n), curve(feedback, n), curve(loop, n), drive)
    return np.broadcast_to(out, (2, n))


@compiled("UniTuple(f8, 5)(f8, UniTuple(f8, 5), f8, f8, f8, f8)")
def _poles(x: float, state: State, g: float, k: float, loop: float, drive: float) -> State:
    """One sample: four states and what comes out."""
    a, b, c, d, _ = state
    if abs(a) + abs(b) + abs(c) + abs(d) < TINY:
        a, b, c, d = 0.0, 0.0, 0.0, 0.0
    free = (g * (g * (g * a + b) + c) + d) * (1.0 - g)
    x = (x * (1.0 + 0.5 * k) - k * free) * loop * drive
    x = min(max(x, -3.0), 3.0)
    x = x * (27.0 + x * x) / ((27.0 + 9.0 * x * x) * drive)
    move = (x - a) * g
    x = move + a
    a = x + move
    move = (x - b) * g
    x = move + b
    b = x + move
    move = (x - c) * g
    x = move + c
    c = x + move
    move = (x - d) * g
    x = move + d
    d = x + move
    return a, b, c, d, x


@compiled("void(f8[:, ::1], f8[::1], f8[::1], f8[::1], f8)")
def _ladder(audio: Floats, share: Floats, feedback: Floats, loop: Floats, drive: float) -> None:
    """Zavalishin's ladder without a delay in its feedback, its input saturated by the rational approximation of tanh.

    Args:
        audio: (channels, n), changed.
        share: g / (1 + g) where g = tan(pi f / sample rate), (n,).
        feedback: 4 makes it sing, (n,).
        loop: 1 / (1 + feedback share^4), (n,).
        drive: gain before the saturation, taken back after it.
    """
    n = audio.shape[1]
    state = (0.0, 0.0, 0.0, 0.0, 0.0)
    if audio.shape[0] == 1:
        for i in range(n):
            state = _poles(audio[0, i], state, share[i], feedback[i], loop[i], drive)
            audio[0, i] = state[4]
    else:  # side by side, so that the processor need not wait for either
        other = state
        for i in range(n):
            state = _poles(audio[0, i], state, share[i], feedback[i], loop[i], drive)
            other = _poles(audio[1, i], other, share[i], feedback[i], loop[i], drive)
            audio[0, i], audio[1, i] = state[4], other[4]
