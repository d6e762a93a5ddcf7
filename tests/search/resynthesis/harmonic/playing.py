"""Sounds made here, and the engine playing drafts of them."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, F64, Audio, Target, listen
from patchpilot.instruments.vital.vital import Vital
from patchpilot.search.resynthesis.harmonic import HarmonicDraft
from patchpilot.search.resynthesis.sketch import to_patch
from patchpilot.space import Performance

SAMPLE_RATE = 44100


def seconds(length_s: float) -> F64:
    return np.arange(round(length_s * SAMPLE_RATE)) / SAMPLE_RATE


def tone(f0_hz: F64 | float, loudness: F64, *, n_harmonics: int = 12, slope: float = 1.0) -> F32:
    """Harmonics of `f0_hz` (n,) with amplitudes ``1 / number ** slope``, under `loudness` (n,)."""
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(f0_hz, loudness.shape)) / SAMPLE_RATE
    numbers = np.arange(1, n_harmonics + 1)
    wave = sum(np.sin(k * phase + 0.5 * k * k) / k**slope for k in numbers)
    return np.asarray(0.2 * wave * loudness, np.float32)


def plucked(f0_hz: float, *, length_s: float = 1.2, decay_s: float = 0.3) -> F32:
    t = seconds(length_s)
    return tone(f0_hz, np.exp(-t / decay_s) * np.minimum(t / 0.004, 1.0))


def held(f0_hz: float, *, hold_s: float = 0.8, release_s: float = 0.15) -> F32:
    t = seconds(hold_s + release_s)
    return tone(
        f0_hz, np.minimum(t / 0.02, 1.0) * np.clip((hold_s + release_s - t) / release_s, 0.0, 1.0) ** 2
    )


def heard(y: F32) -> Target:
    return listen(Audio(y, SAMPLE_RATE), whole=True)


def play(
    vital: Vital,
    draft: HarmonicDraft,
    target: Target,
    *,
    up: int = 0,
    hold_s: float = 0.0,
    length_s: float = 0.0,
) -> F32:
    """The draft at the target's note and `up` semitones, held and long as the target unless said otherwise."""
    performance = Performance.one_note(
        target.note + up,
        velocity=target.velocity,
        hold_s=hold_s or target.hold_s,
        length_s=length_s or target.length_s + 0.2,
    )
    return vital.render(to_patch(vital.space, draft.sketch()), performance).mono()


def level_db(y: F32, start_s: float, end_s: float) -> float:
    part = y[round(start_s * SAMPLE_RATE) : round(end_s * SAMPLE_RATE)]
    return float(10 * np.log10(np.mean(np.square(part, dtype=np.float64)) + 1e-12))


def partials(y: F32, f0_hz: float, count: int, *, at_s: float = 0.1) -> tuple[F64, F64]:
    """Frequencies in Hz and levels in dB of the first harmonics, both (count,), in 190 ms from `at_s`."""
    size = 8192
    piece = y[round(at_s * SAMPLE_RATE) :][:size]
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 8 * size))
    hz, db = [], []
    for number in range(1, count + 1):
        low, high = (int(number * f0_hz * ratio * 8 * size / SAMPLE_RATE) for ratio in (0.985, 1.015))
        peak = low + int(np.argmax(spectrum[low : high + 2]))
        left, top, right = np.log(spectrum[peak - 1 : peak + 2] + 1e-12)
        hz.append((peak + 0.5 * (left - right) / (left - 2 * top + right)) * SAMPLE_RATE / 8 / size)
        db.append(20 * np.log10(spectrum[peak] + 1e-12))
    return np.array(hz), np.array(db)
