"""Single periods from the amplitudes of their harmonics, and phases that suit all frames of a table.

All frames of a table share their phases: Vital crossfades between frames, and harmonics in different phases
would cancel on the way.
"""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.instruments.vital.assets import FRAME_SIZE


def periods(amplitudes: F32, phases: F64) -> F32:
    """Frames (m, 2048) with harmonics of `amplitudes` (m, k), k < 1024, at common `phases` (k,)."""
    spectrum = np.zeros((len(amplitudes), FRAME_SIZE // 2 + 1), np.complex64)
    spectrum[:, 1 : amplitudes.shape[1] + 1] = amplitudes * np.exp(1j * phases).astype(np.complex64)
    return np.asarray(np.fft.irfft(spectrum, FRAME_SIZE, axis=1) * (FRAME_SIZE / 2), np.float32)


def schroeder(amplitudes: F32) -> F64:
    """Phases (k,) that spread the energy of `amplitudes` (k,) over the period (Schroeder, IEEE Trans. IT, 1970).

    The crest factor is then low: as little as possible is lost in scaling the table to full level.
    """
    power = amplitudes.astype(np.float64) ** 2
    share = power / max(float(power.sum()), 1e-30)
    return np.asarray((-2.0 * np.pi * np.cumsum(np.cumsum(share) - share)) % (2.0 * np.pi))


def noise(count: int, seed: int) -> F64:
    """Random phases (count,): the partials of a residue then sound like noise."""
    # random_raw is the one stream that NumPy promises never to change.
    raw = np.random.PCG64(seed).random_raw(count)
    return np.asarray((raw >> np.uint64(11)).astype(np.float64) * (2.0 * np.pi / 2.0**53))


def starting_quietly(amplitudes: F32, phases: F64) -> F64:
    """All partials delayed alike, so that the wave starts near zero where the oscillator does.

    That is at half the table (``osc_N_phase`` 0.5, the default); a start elsewhere clicks.

    Args:
        amplitudes: (k,) of the first frame.
        phases: (k,).

    Returns:
        Phases (k,).
    """
    wave = periods(amplitudes[None, :], phases)[0].astype(np.float64)
    ahead = np.mean([np.abs(np.roll(wave, -step)) for step in range(0, 48, 4)], axis=0)
    quietest = int(np.argmin(4.0 * np.abs(wave) + ahead))
    delay = 0.5 - quietest / FRAME_SIZE
    return np.asarray((phases - 2.0 * np.pi * delay * np.arange(1, len(phases) + 1)) % (2.0 * np.pi))
