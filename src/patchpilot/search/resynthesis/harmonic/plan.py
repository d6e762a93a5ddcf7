"""A sound as partial amplitudes at keyframes: what a patch is made of, and what a correction changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.search.resynthesis.envelope import Adsr
from patchpilot.search.resynthesis.harmonic import keyframes, waves
from patchpilot.search.resynthesis.harmonic.analysis import Heard, View
from patchpilot.search.resynthesis.harmonic.motion import Motion

KEYFRAMES = 98
"""As many as an LFO's drawing has points for: 80 cost 0.007 in distance, 56 cost 0.03."""
_BANDS = 24
_RANGE = 1e-6
"""Power, relative to the loudest, below which no change is worth a keyframe."""
_NOISE_SEED = 0


@dataclass(frozen=True, eq=False)
class Plan:
    """Amplitudes as heard (the envelope included), and everything else a patch needs.

    Attributes:
        keys_s: (m,) instants of the keyframes, ascending.
        harmonic: (m, k) amplitudes of the multiples of `f0_hz`.
        rest: (m, j) amplitudes of the multiples of `f0_hz / density`: the residue.
        phases: (k,) of the harmonics.
        rest_phases: (j,) of the residue.
        f0_hz: the fundamental.
        density: a power of two.
        adsr: ``env_1``.
        hold_s: how long the key is down.
        motion: of the pitch.
        note: MIDI note that sounds at `f0_hz`.
        holds: whether the sound goes on while the key is down; else it ends in silence.
    """

    keys_s: F64
    harmonic: F32
    rest: F32
    phases: F64
    rest_phases: F64
    f0_hz: float
    density: int
    adsr: Adsr
    hold_s: float
    motion: Motion
    note: int
    holds: bool


def make(heard: Heard, view: View, *, tail: bool = False) -> Plan:
    """Choose keyframes and read the partials there.

    Args:
        heard: the sound.
        view: the sound by its fundamental.
        tail: whether the frames of a sound that holds go on through its release.
    """
    partials = view.partials
    features = np.concatenate([_bands(partials.harmonic), _bands(partials.rest)], axis=1)
    logs = 0.5 * np.log(features + _RANGE * features.max())
    end_s = heard.hold_s if heard.holds and not tail else heard.duration_s
    keys_s = keyframes.choose(logs, partials.times_s, count=KEYFRAMES, end_s=end_s)
    harmonic, rest = (
        keyframes.average_at(part, partials.times_s, keys_s) for part in (partials.harmonic, partials.rest)
    )
    average = np.sqrt((harmonic**2).mean(axis=0))
    return Plan(
        keys_s=keys_s,
        harmonic=harmonic,
        rest=rest,
        phases=waves.starting_quietly(harmonic[0], waves.schroeder(average)),
        rest_phases=waves.starting_quietly(rest[0], waves.noise(rest.shape[1], _NOISE_SEED)),
        f0_hz=partials.f0_hz,
        density=partials.density,
        adsr=heard.adsr,
        hold_s=heard.hold_s,
        motion=view.motion,
        note=heard.note,
        holds=heard.holds,
    )


def _bands(amplitudes: F32) -> F32:
    """Power in about 24 bands of equal width in octaves, (t, bands)."""
    count = amplitudes.shape[1]
    starts = np.unique(np.minimum(np.geomspace(1, max(count, 2), _BANDS), count).astype(int) - 1)
    return np.asarray(np.add.reduceat(amplitudes**2, starts, axis=1))
