"""Vital's amplitude envelope: an exact model of ``env_1`` and a fit of it to a measured curve.

Measured in the engine: every stage runs over ``time = control ** 4`` seconds and follows
``(exp(p u) - 1) / (exp(p) - 1)`` with ``u`` in 0..1; the attack uses ``p = -attack_power``, decay and release
``p = +power``. The voice's gain is the SQUARE of the envelope's value, so ``env_1_sustain = 0.5`` is -12 dB.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

F64 = npt.NDArray[np.float64]

MAX_TIME_S = 32.0
MAX_HOLD_S = 4.0
MAX_POWER = 20.0
MAX_RELEASE_S = 1.0
FLOOR = 1e-3
"""Amplitudes are compared as ``log(amplitude + FLOOR)``, the peak being 1."""


@dataclass(frozen=True)
class Adsr:
    """The stages of ``env_1``: times in seconds, sustain as the control (gain is its square), curve powers."""

    attack_s: float = 0.0
    hold_s: float = 0.0
    decay_s: float = 1.0
    sustain: float = 1.0
    release_s: float = 0.05
    attack_power: float = 0.0
    decay_power: float = -2.0
    release_power: float = -2.0

    def controls(self, number: int = 1) -> dict[str, float]:
        """The values of Vital's controls ``env_<number>_*``."""
        stages = {
            "attack": self.attack_s**0.25,
            "hold": self.hold_s**0.25,
            "decay": self.decay_s**0.25,
            "sustain": self.sustain,
            "release": self.release_s**0.25,
            "attack_power": self.attack_power,
            "decay_power": self.decay_power,
            "release_power": self.release_power,
        }
        return {f"env_{number}_delay": 0.0} | {f"env_{number}_{name}": float(v) for name, v in stages.items()}


def curve(position: F64, power: float) -> F64:
    """Vital's power curve from (0, 0) to (1, 1); ``position`` of any shape, clipped to 0..1."""
    u = np.clip(position, 0.0, 1.0)
    if abs(power) < 0.01:
        return u
    scaled: F64 = np.expm1(power * u) / np.expm1(power)
    return scaled


def _stage(times_s: F64, start_s: float, length_s: float, power: float) -> F64:
    return curve((times_s - start_s) / max(length_s, 1e-6), power)


def held_value(adsr: Adsr, times_s: F64) -> F64:
    """The envelope's value (0..1) at ``times_s`` (n,), the key being held."""
    attack = _stage(times_s, 0.0, adsr.attack_s, -adsr.attack_power)
    decay = _stage(times_s, adsr.attack_s + adsr.hold_s, adsr.decay_s, adsr.decay_power)
    return attack * (1.0 + (adsr.sustain - 1.0) * decay)


def gain(adsr: Adsr, times_s: F64, note_off_s: float | None = None) -> F64:
    """The voice's gain at ``times_s`` (n,): the squared value, key up at ``note_off_s`` (None: held for ever)."""
    value = held_value(adsr, times_s)
    if note_off_s is not None:
        at_off = held_value(adsr, np.array([note_off_s]))[0]
        falling = at_off * (1.0 - _stage(times_s, note_off_s, adsr.release_s, adsr.release_power))
        value = np.where(times_s >= note_off_s, falling, value)
    squared: F64 = value**2
    return squared


def sustains(envelope: F64, hop_s: float, hold_s: float) -> bool:
    """Whether the sound really holds: flat (within 6 dB/s) and above -20 dB in the last 40 % before note-off."""
    held = envelope[: max(int(hold_s / hop_s), 4)]
    tail = held[int(0.6 * len(held)) :]
    if len(tail) < 4 or held.max() <= 0.0:
        return False
    level_db = 20.0 * np.log10(tail / held.max() + 1e-6)
    times_s = np.arange(len(tail)) * hop_s
    if times_s[-1] < 0.08:
        return False
    slope_db_s = float(np.polyfit(times_s, level_db, 1)[0])
    fall_db = slope_db_s * float(times_s[-1])
    return float(np.median(level_db)) > -20.0 and slope_db_s > -6.0 and fall_db > -4.0


def fit_adsr(envelope: F64, hop_s: float, hold_s: float, *, points: int = 120) -> dict[str, float]:
    """Fit ``env_1`` to an amplitude envelope and return its control values.

    Args:
        envelope: (n,) amplitudes at ``i * hop_s`` seconds from the note's start, any scale, not negative.
        hop_s: seconds between two values.
        hold_s: when the key goes up; at or after the end of ``envelope`` where the sound shows no release.
        points: how many instants the fit looks at (denser at the start).

    Returns:
        Control values by Vital's names; ``gain`` of the fit has its peak at 1.
    """
    return fit(envelope, hop_s, hold_s, points=points).controls()


def fit(envelope: F64, hop_s: float, hold_s: float, *, points: int = 120, smooth_s: float = 0.0) -> Adsr:
    """As ``fit_adsr``, but as an ``Adsr``; ``smooth_s``: the length of the running RMS that made ``envelope``."""
    peak = float(envelope.max(initial=0.0))
    if peak <= 0.0 or len(envelope) < 4:
        return Adsr()
    length_s = (len(envelope) - 1) * hop_s
    warped_s = length_s * np.linspace(0.0, 1.0, points) ** 1.7
    target = np.log(np.interp(warped_s, np.arange(len(envelope)) * hop_s, envelope / peak) + FLOOR)
    holding = sustains(envelope, hop_s, hold_s)
    has_release = hold_s < length_s - 2.0 * hop_s
    level = _held_level(envelope / peak, hop_s, hold_s) if holding else 0.0
    starts = _starts(envelope / peak, hop_s, hold_s, length_s, level)
    lower, upper = _bounds(length_s, level)
    if has_release:
        upper[3] = np.clip(length_s - hold_s, 0.01, MAX_RELEASE_S) ** 0.25

    def misfit(x: F64) -> F64:
        model = _smoothed_gain(_unpack(x), warped_s, hold_s if has_release else None, smooth_s)
        return np.asarray(np.log(model * np.exp(x[8]) + FLOOR) - target, np.float64)

    fits = [
        least_squares(
            misfit,
            np.clip(x0, lower + 1e-7, upper - 1e-7),
            bounds=(lower, upper),
            loss="soft_l1",
            max_nfev=25,
        )
        for x0 in starts
    ]
    best = _unpack(min(fits, key=lambda result: float(result.cost)).x)
    return (
        best
        if has_release
        else _with_short_release(best, float(envelope[-1 - len(envelope) // 50 :].max()) / peak)
    )


def _smoothed_gain(adsr: Adsr, times_s: F64, note_off_s: float | None, smooth_s: float) -> F64:
    """``gain`` as a centred running RMS over ``smooth_s`` sees it (n,), silence before the note."""
    if smooth_s <= 0.0:
        return gain(adsr, times_s, note_off_s)
    offsets_s = smooth_s * (np.arange(9) - 4.0) / 9.0
    seen_s = (times_s[:, None] + offsets_s).ravel()
    power = np.where(seen_s >= 0.0, gain(adsr, seen_s, note_off_s) ** 2, 0.0)
    rms: F64 = np.sqrt(power.reshape(len(times_s), -1).mean(axis=1))
    return rms


def _unpack(x: F64) -> Adsr:
    """Parameters of the search (times as their fourth roots) as an ``Adsr``."""
    attack, hold, decay, release = (float(v) ** 4 for v in x[:4])
    return Adsr(attack, hold, decay, float(x[4]), release, float(x[5]), float(x[6]), float(x[7]))


def _held_level(envelope: F64, hop_s: float, hold_s: float) -> float:
    """The sustain control's value that the last 40 % before note-off speak for."""
    held = envelope[: max(int(hold_s / hop_s), 4)]
    return float(np.sqrt(np.clip(np.median(held[int(0.6 * len(held)) :]), 0.003, 1.0)))


def _bounds(length_s: float, level: float) -> tuple[F64, F64]:
    longest = min(MAX_TIME_S, 3.0 * length_s + 0.1) ** 0.25
    top_hold = min(MAX_HOLD_S, length_s + 0.01) ** 0.25
    sustain = (0.8 * level, min(1.25 * level, 1.0)) if level > 0.0 else (0.0, 1e-3)
    lower = np.array([0.0, 0.0, 0.1, 0.2, sustain[0], -8.0, -MAX_POWER, -8.0, -1.0])
    upper = np.array([longest, top_hold, longest, longest, sustain[1], 12.0, 8.0, 4.0, 1.0])
    return lower, upper


def _starts(envelope: F64, hop_s: float, hold_s: float, length_s: float, level: float) -> list[F64]:
    """Two first guesses: one that attacks to the peak and decays at once, one that waits in between."""
    peak_s = max(int(np.argmax(envelope > 0.9)) * hop_s, 1e-3)
    tail_s = max(min(hold_s, length_s) - peak_s, 0.05)
    release_s = max(length_s - hold_s, 0.03)

    def guess(hold: float, decay_power: float) -> F64:
        roots = [t**0.25 for t in (peak_s, hold, tail_s, release_s)]
        return np.array([*roots, level, 1.0, decay_power, -2.0, 0.0])

    return [guess(1e-5, -3.0), guess(0.2 * tail_s, 0.5)]


def _with_short_release(adsr: Adsr, last: float) -> Adsr:
    """A release nobody measured: 30-120 ms, but 8 ms where the sound was cut off at more than 1 % (``last``)."""
    release_s = 0.008 if last > 0.01 else float(np.clip(0.15 * (adsr.decay_s + adsr.attack_s), 0.03, 0.12))
    return dataclasses.replace(adsr, release_s=release_s, release_power=-2.0)
