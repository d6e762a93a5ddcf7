"""Vital's amplitude envelope: an exact model of ``env_1``, and a fit of it to a measured curve.

Measured in the engine: every stage runs over ``control ** 4`` seconds and follows
``(exp(p u) - 1) / (exp(p) - 1)`` with ``u`` in 0..1; the attack uses ``p = -attack_power``, decay and release
``p = +power``. The voice's gain is the square of the envelope's value, so ``env_1_sustain = 0.5`` is −12 dB.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from patchpilot.audio import F64

MAX_TIME_S = 32.0
"""Longest attack, decay and release of the engine."""
MAX_HOLD_S = 4.0
MAX_POWER = 20.0
MAX_RELEASE_S = 0.6
"""Longest fitted release: with a power of at most 0, a note let go early is 40 dB down after 0.54 s."""
FLOOR = 1e-3
"""Amplitudes are compared as ``log(amplitude + FLOOR)``, the peak being 1."""

_TIMES = [0, 1, 2, 4]
"""Rows of stages that the search takes as their fourth roots; its row 8 is the logarithm of the scale."""
_N_INSTANTS = 120
_DENSER_START = 1.7
_SMOOTHING_POINTS = 5
_MAX_EVALUATIONS = 25
_TOLERANCE = 1e-4
_STEP = 1e-7
"""Of the finite differences."""
_TAIL = 0.6
"""Whether and how loud a sound sustains is judged from here on, as a part of the time that the key is down."""


@dataclass(frozen=True)
class Adsr:
    """The stages of ``env_1``.

    Attributes:
        attack_s: seconds from 0 to 1.
        hold_s: seconds at 1.
        decay_s: seconds from 1 to `sustain`.
        sustain: 0..1, the control's value; the gain is its square.
        release_s: seconds from wherever it is to 0.
        attack_power: of the curve; 0 is a straight line, above 0 it rises fast first.
        decay_power: below 0 it falls fast first.
        release_power: below 0 it falls fast first.
    """

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
            "delay": 0.0,
            "attack": self.attack_s**0.25,
            "hold": self.hold_s**0.25,
            "decay": self.decay_s**0.25,
            "sustain": self.sustain,
            "release": self.release_s**0.25,
            "attack_power": self.attack_power,
            "decay_power": self.decay_power,
            "release_power": self.release_power,
        }
        return {f"env_{number}_{name}": float(value) for name, value in stages.items()}


def gain(adsr: Adsr, times_s: F64, note_off_s: float | None = None) -> F64:
    """The voice's gain.

    Args:
        adsr: the envelope.
        times_s: (n,) seconds from note-on.
        note_off_s: when the key goes up; None: never.

    Returns:
        (n,) in 0..1.
    """
    stages = np.array(dataclasses.astuple(adsr))[:, None]
    return np.asarray(_value(stages, times_s, note_off_s) ** 2)


def _value(stages: F64, times_s: F64, note_off_s: float | None) -> F64:
    """Values (..., n) of envelopes whose `stages` (8, ..., 1) are the fields of `Adsr`, at `times_s` (n,)."""
    if note_off_s is None:
        return _held(stages, times_s)
    released = _curve(times_s - note_off_s, stages[4], stages[7])
    at_off = _held(stages, np.array([note_off_s]))
    return np.where(times_s >= note_off_s, at_off * (1.0 - released), _held(stages, times_s))


def _held(stages: F64, times_s: F64) -> F64:
    """As `_value`, with the key down."""
    attack_s, hold_s, decay_s, sustain, _, attack_power, decay_power, _ = stages
    attack = _curve(times_s, attack_s, -attack_power)
    decay = _curve(times_s - (attack_s + hold_s), decay_s, decay_power)
    return np.asarray(attack * (1.0 + (sustain - 1.0) * decay))


def _curve(times_s: F64, length_s: F64, power: F64) -> F64:
    """Vital's power curve, from 0 at time 0 to 1 at `length_s`."""
    u = np.clip(times_s / np.maximum(length_s, 1e-6), 0.0, 1.0)
    straight = np.abs(power) < 0.01
    p = np.where(straight, 1.0, power)
    return np.where(straight, u, np.expm1(p * u) / np.expm1(p))


def sustains(envelope: F64, hop_s: float, hold_s: float) -> bool:
    """Whether a sound goes on for as long as the key is down: flat and above −20 dB before note-off.

    Args:
        envelope: (n,) amplitudes at ``i * hop_s`` seconds from the note's start, any scale.
        hop_s: seconds between two values.
        hold_s: when the key goes up.
    """
    held = envelope[: max(int(hold_s / hop_s), 4)]
    tail = held[int(_TAIL * len(held)) :]
    times_s = np.arange(len(tail)) * hop_s
    if len(tail) < 4 or times_s[-1] < 0.08 or held.max() <= 0.0:
        return False
    level_db = 20.0 * np.log10(tail / held.max() + 1e-6)
    slope_db_per_s = float(np.polyfit(times_s, level_db, 1)[0])
    change_db = slope_db_per_s * float(times_s[-1])
    return float(np.median(level_db)) > -20.0 and slope_db_per_s > -6.0 and change_db > -4.0


def fit(envelope: F64, hop_s: float, hold_s: float, *, smooth_s: float = 0.0) -> Adsr:
    """The ``env_1`` that is nearest to an amplitude envelope, on a logarithmic scale.

    Args:
        envelope: (n,) amplitudes at ``i * hop_s`` seconds from the note's start, any scale, not negative.
        hop_s: seconds between two values.
        hold_s: when the key goes up; at or after the end where the sound shows no release.
        smooth_s: length of the centred running RMS that made `envelope`; 0 for none.

    Returns:
        An envelope with its peak at 1, whatever the scale of `envelope`. It falls fast first when the key goes
        up, within `MAX_RELEASE_S`.
    """
    peak = float(envelope.max(initial=0.0))
    if peak <= 0.0 or len(envelope) < 4:
        return Adsr()
    curve = _Curve(envelope / peak, hop_s, hold_s)
    residuals = curve.residuals(smooth_s)
    lower, upper = curve.bounds()
    fits = [
        least_squares(
            lambda x: residuals(x[:, None])[0],
            np.clip(start, lower + 1e-7, upper - 1e-7),
            jac=lambda x, *_: _slopes(residuals, x),
            bounds=(lower, upper),
            loss="soft_l1",
            max_nfev=_MAX_EVALUATIONS,
            ftol=_TOLERANCE,
        )
        for start in curve.starts()
    ]
    best = _unpacked(min(fits, key=lambda result: float(result.cost)).x)
    found = Adsr(*(float(v) for v in best))
    return found if curve.released else _with_short_release(found, curve.values)


@dataclass(frozen=True, eq=False)
class _Curve:
    """A measured envelope: `values` (n,) with their peak at 1."""

    values: F64
    hop_s: float
    hold_s: float

    @property
    def length_s(self) -> float:
        return (len(self.values) - 1) * self.hop_s

    @property
    def released(self) -> bool:
        """Whether some of the release can be seen."""
        return self.hold_s < self.length_s - 2.0 * self.hop_s

    @property
    def sustain(self) -> float:
        """The sustain control that the last 40 % before note-off speak for; 0 where the sound dies."""
        if not sustains(self.values, self.hop_s, self.hold_s):
            return 0.0
        held = self.values[: max(int(self.hold_s / self.hop_s), 4)]
        return float(np.sqrt(np.clip(np.median(held[int(_TAIL * len(held)) :]), 0.003, 1.0)))

    def residuals(self, smooth_s: float) -> Callable[[F64], F64]:
        """What models of the search's parameters (9, p) miss, in nepers: (p, instants)."""
        times_s = self.length_s * np.linspace(0.0, 1.0, _N_INSTANTS) ** _DENSER_START
        wanted = np.log(np.interp(times_s, np.arange(len(self.values)) * self.hop_s, self.values) + FLOOR)
        n = _SMOOTHING_POINTS if smooth_s > 0.0 else 1
        seen_s = np.add.outer(times_s, smooth_s * (np.arange(n) - (n - 1) / 2) / n).ravel()
        note_off_s = self.hold_s if self.released else None

        def missed(x: F64) -> F64:
            value = np.where(seen_s >= 0.0, _value(_unpacked(x)[..., None], seen_s, note_off_s), 0.0)
            rms = np.sqrt((value**4).reshape(-1, _N_INSTANTS, n).mean(axis=2))
            return np.asarray(np.log(rms * np.exp(x[8])[:, None] + FLOOR) - wanted)

        return missed

    def bounds(self) -> tuple[F64, F64]:
        """The least and the most of each of the search's parameters."""
        level = self.sustain
        longest = min(MAX_TIME_S, 3.0 * self.length_s + 0.1) ** 0.25
        top_hold = min(MAX_HOLD_S, self.length_s + 0.01) ** 0.25
        release_s = float(np.clip(self.length_s - self.hold_s, 0.01, MAX_RELEASE_S)) if self.released else 1.0
        sustain = (0.8 * level, min(1.25 * level, 1.0)) if level > 0.0 else (0.0, 1e-3)
        lower = np.array([0.0, 0.0, 0.1, sustain[0], 0.2, -8.0, -MAX_POWER, -8.0, -1.0])
        upper = np.array([longest, top_hold, longest, sustain[1], release_s**0.25, 12.0, 8.0, 0.0, 1.0])
        return lower, upper

    def starts(self) -> list[F64]:
        """Two first guesses: one decays at once after the attack, one waits in between."""
        peak_s = max(int(np.argmax(self.values > 0.9)) * self.hop_s, 1e-3)
        tail_s = max(min(self.hold_s, self.length_s) - peak_s, 0.05)
        release_s = max(self.length_s - self.hold_s, 0.03)
        guesses = []
        for hold_s, decay_power in ((1e-5, -3.0), (0.2 * tail_s, 0.5)):
            attack, hold, decay, release = (t**0.25 for t in (peak_s, hold_s, tail_s, release_s))
            guesses.append(
                np.array([attack, hold, decay, self.sustain, release, 1.0, decay_power, -2.0, 0.0])
            )
        return guesses


def _unpacked(x: F64) -> F64:
    """Stages (8, ...) from the search's parameters (9, ...)."""
    stages = x[:8].copy()
    stages[_TIMES] **= 4
    return stages


def _slopes(residuals: Callable[[F64], F64], x: F64) -> F64:
    """The Jacobian (instants, 9) by finite differences, all parameters at once."""
    moved = residuals(np.hstack([x[:, None], x[:, None] + _STEP * np.eye(len(x))]))
    return np.asarray((moved[1:] - moved[0]).T / _STEP)


def _with_short_release(adsr: Adsr, values: F64) -> Adsr:
    """A release that nobody measured: 30-120 ms, but 8 ms where the sound was cut off at more than 1 %."""
    last = float(values[-1 - len(values) // 50 :].max())
    release_s = 0.008 if last > 0.01 else float(np.clip(0.15 * (adsr.decay_s + adsr.attack_s), 0.03, 0.12))
    return dataclasses.replace(adsr, release_s=release_s, release_power=-2.0)
