"""What tests listen for: levels, gains at frequencies, decays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tests.modules.conftest import RATE, context

Floats = npt.NDArray[np.float64]


def fx(module: Any, *inputs: Any, tempo_bpm: float = 120.0, **values: Any) -> npt.NDArray[np.float32]:
    """What a module that is a function makes, all parameters at their defaults but `values`."""
    from patchpilot.modules.base import spoken

    usual: dict[str, Any] = {p.name: spoken(p, p.default) for p in module.parameters}
    assert set(values) <= set(usual), f"{module.name} has no {set(values) - set(usual)}"
    heard = [np.asarray(signal, np.float32) for signal in inputs]
    if module.wants_context:
        usual["context"] = context(heard[0].shape[1], tempo_bpm=tempo_bpm)
    made = np.asarray(module(*heard, **{**usual, **values}))
    assert made.shape == heard[0].shape
    assert np.isfinite(made).all()
    return made


def stereo(signal: npt.ArrayLike) -> Floats:
    """The same on both sides, (2, n)."""
    return np.stack([np.asarray(signal, np.float64)] * 2)


def click(n: int = RATE, at: int = 0) -> Floats:
    found = np.zeros((2, n))
    found[:, at] = 1.0
    return found


def sine(frequency_hz: float, seconds: float = 1.0, level: float = 1.0) -> Floats:
    return stereo(level * np.sin(2.0 * np.pi * frequency_hz * np.arange(round(seconds * RATE)) / RATE))


def noise(n: int = RATE, level: float = 0.3) -> Floats:
    return np.random.default_rng(3).standard_normal((2, n)) * level


def db(level: Any) -> Any:
    return 20.0 * np.log10(np.maximum(np.abs(level), 1e-12))


def response_db(made: Any, frequencies_hz: Any) -> Floats:
    """Of a response to `click`, left side, dB at frequencies."""
    turn = np.exp(-2j * np.pi * np.outer(np.atleast_1d(frequencies_hz), np.arange(made.shape[1])) / RATE)
    return np.asarray(db(turn @ np.asarray(made[0], np.float64)))


def partial_db(made: Any, frequency_hz: float) -> float:
    """Level of a sine of that frequency (a whole number of cycles in the signal), dB of amplitude."""
    n = made.shape[1]
    turn = np.exp(-2j * np.pi * frequency_hz * np.arange(n) / RATE)
    return float(db(2.0 * (np.asarray(made[0], np.float64) @ turn) / n))


def rt60_s(made: Any) -> float:
    """Seconds of a decay by 60 dB, of the slope from -5 to -35 dB of Schroeder's integral."""
    energy = np.sum(np.square(np.asarray(made, np.float64)), axis=0)
    left = 10.0 * np.log10(np.cumsum(energy[::-1])[::-1] / energy.sum() + 1e-30)
    begin, end = int(np.argmax(left < -5.0)), int(np.argmax(left < -35.0))
    return 2.0 * (end - begin) / RATE
