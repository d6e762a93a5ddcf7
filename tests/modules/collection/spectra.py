"""What tests of sources measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.modules.base import spoken
from patchpilot.modules.function import FunctionModule
from patchpilot.modules.notes import CONTROLS
from patchpilot.space import Note
from tests.modules.conftest import RATE, context

Floats = npt.NDArray[np.float64]


def spectrum(audio: npt.NDArray[Any], rate: int = RATE) -> tuple[Floats, Floats]:
    """Frequencies, and amplitudes of the sines of one channel, under a window whose side lobes lie below -110 dB."""
    window = np.kaiser(len(audio), 20.0)
    level = np.abs(np.fft.rfft(np.asarray(audio, np.float64) * window)) * 2.0 / window.sum()
    return np.asarray(np.fft.rfftfreq(len(audio), 1.0 / rate)), np.asarray(level, np.float64)


def amplitude(audio: npt.NDArray[Any], hertz: float, rate: int = RATE) -> float:
    """Of the sine at a frequency."""
    window = np.kaiser(len(audio), 20.0)
    turn = np.exp(-2.0j * np.pi * hertz / rate * np.arange(len(audio)))
    return float(2.0 * np.abs(np.sum(np.asarray(audio, np.float64) * window * turn)) / window.sum())


def between_harmonics_db(audio: npt.NDArray[Any], hertz: float, rate: int = RATE) -> float:
    """Energy that is not at a multiple of a frequency (or at 0 Hz), over all energy, in dB."""
    frequencies, level = spectrum(audio, rate)
    lobe = 8.0 * rate / len(audio)
    away = np.abs(frequencies - hertz * np.round(frequencies / hertz)) > lobe
    return float(10.0 * np.log10(np.sum(level[away] ** 2) / np.sum(level**2) + 1e-30))


def response_db(impulse_response: npt.NDArray[Any], hertz: npt.ArrayLike, rate: int = RATE) -> Floats:
    """Gain at frequencies in dB, float64 of their shape, of a filter that was given one sample of 1."""
    turns = np.exp(
        -2.0j * np.pi * np.asarray(hertz, np.float64)[..., None] / rate * np.arange(len(impulse_response))
    )
    return np.asarray(20.0 * np.log10(np.abs(turns @ np.asarray(impulse_response, np.float64)) + 1e-15))


def fade_ms(audio: npt.NDArray[Any], start: int, rate: int = RATE) -> float:
    """Time in which what rings from a sample on would fade by 60 dB, from a line through its level in dB."""
    block = rate // 100
    heard = np.asarray(audio[start : start + (len(audio) - start) // block * block], np.float64)
    level = 10.0 * np.log10((heard.reshape(-1, block) ** 2).mean(axis=1) + 1e-30)
    seen = np.flatnonzero(level > level[0] - 50.0)
    last = seen[-1] if np.array_equal(seen, np.arange(len(seen))) else np.argmax(level <= level[0] - 50.0) - 1
    slope = np.polyfit(np.arange(last + 1) * 10.0, level[: last + 1], 1)[0]
    return float(-60.0 / slope)


def hertz(pitch: int) -> float:
    """Of a MIDI note."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12.0))


def heard(
    module: FunctionModule,
    *,
    notes: Sequence[Note] = (),
    n: int = RATE,
    seed: int = 0,
    tempo_bpm: float = 120.0,
    inputs: Mapping[str, npt.ArrayLike] | None = None,
    **values: Any,
) -> Floats:
    """What a function makes of notes (C4 throughout where there are none), the rest at its defaults: (channels, n)."""
    at = context(n, notes=notes, seed=seed, tempo_bpm=tempo_bpm)
    known: dict[str, Any] = {p.name: spoken(p, p.default) for p in module.parameters}
    given: list[Any] = [
        np.atleast_2d(np.asarray(inputs[port.name], np.float32))
        if inputs and port.name in inputs
        else None
        if port.is_optional
        else CONTROLS[port.name](at)
        for port in module.inputs
    ]
    more = {"context": at} if module.wants_context else {}
    return np.atleast_2d(np.asarray(module(*given, **{**known, **values}, **more), np.float64))
