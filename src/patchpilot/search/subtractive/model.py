"""A fast model of a subtractive patch: what the distance would see of it, without asking the engine.

Three oscillators through a low-pass filter that an envelope moves, white noise through a filter of its own, all
under one amplitude envelope. It is coarse (no phases, no beating, no effects), but a thousand times as fast as a
render, and good enough to choose tables and to bring the knobs near.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, F64, hann, mel_to_hz
from patchpilot.distance.bands import ACTIVE, ADDED, HOP, N_FFT, SAMPLE_RATE, band_mels
from patchpilot.search.resynthesis.envelope import Adsr, gain
from patchpilot.search.subtractive.atoms import N_PLACES, noise_bands

Real = npt.NDArray[np.floating[Any]]
Indices = npt.NDArray[np.intp]

_FINE_HOP = 64
"""Samples between two values of an amplitude envelope."""
_MOST_FRAMES = 48
"""Of the target's frames so many are compared, whatever its length."""
_DENSE_FRAMES = 12
"""The first frames are all among them: a quarter of a second, in which most happens."""
_GLIDE_S = 0.01
"""Levels of oscillators glide from the init patch's after a load, in about this time."""
_INITIAL_LEVEL = 0.7071
"""Level of the init patch's oscillators."""
_FIRST_FRAME_S = 0.007
"""The transform's first frame sees the second half of its window only."""
_BELL_Q = 0.31
"""Of the EQ's middle band at its default resonance."""
_SHARPER = 2.9
"""Nepers by which the low-pass's Q rises over the range of the resonance; each section of the steep one about half."""
_SHARPER_STEEP = 1.5
_STAGES = ("attack", "hold", "decay", "sustain", "release", "decay_power")
MOVING_RELEASE_S = 0.5
"""Of the envelope that moves the filter and the tables."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What the distance sees of the target, at some of its frames.

    Attributes:
        bands: float32 (t, 96), the target at the common level.
        at: int (t,), numbers of the frames.
        weights: float32 (t, 1), how many frames each stands for.
        hold_s: when the key goes up.
        length_s: of the whole comparison.
    """

    bands: F32
    at: Indices
    weights: F32
    hold_s: float
    length_s: float


def seen(bands: F32, hold_s: float) -> Seen:
    """The frames of a target that stand for all: all of the first, then ever fewer.

    Args:
        bands: float32 (frames, 96), the target at the common level; one frame or more.
        hold_s: when the key goes up.
    """
    n = len(bands)
    dense = np.arange(min(n, _DENSE_FRAMES))
    sparse = np.geomspace(_DENSE_FRAMES, max(n - 1, _DENSE_FRAMES), _MOST_FRAMES - _DENSE_FRAMES)
    at = np.unique(np.concatenate([dense, np.round(sparse).astype(int)]))
    at = at[at < n]
    edges = np.concatenate([[-0.5], (at[1:] + at[:-1]) / 2.0, [n - 0.5]])
    weights = np.diff(edges).astype(np.float32)[:, None]
    return Seen(bands[at], at, weights, hold_s, n * HOP / SAMPLE_RATE)


def smeared(values: F64, at: Indices) -> F32:
    """Amplitudes (…, n) every 64 samples as the transform's frames `at` (t,) see them: float32 (…, t)."""
    half = N_FFT // 2 // _FINE_HOP
    window = np.square(hann(N_FFT)[::_FINE_HOP].astype(np.float64))
    pad = [(0, 0)] * (values.ndim - 1) + [(half, half)]
    power = np.pad(np.square(values), pad)
    starts = np.round(at * (HOP / _FINE_HOP)).astype(int)
    index = np.minimum(starts[:, None] + np.arange(len(window)), power.shape[-1] - 1)
    return np.asarray(np.sqrt(power[..., index] @ (window / window.sum())), dtype=np.float32)


def fine_times_s(length_s: float) -> F64:
    """Seconds at which envelopes are computed."""
    return np.arange(0.0, length_s, _FINE_HOP / SAMPLE_RATE)


def low_pass(cutoffs: Real, resonances: Real, *, steep: bool) -> Real:
    """Vital's analog low-pass (…, 96) at cutoffs in MIDI notes and resonances, both (…, 1). Measured.

    The steep one (24 dB an octave) is two sections; resonance widens neither, but sharpens both.
    """
    ratio = np.exp2((_band_notes() - cutoffs) / 12.0)
    square = np.square(ratio)
    if not steep:
        q = 0.5 * np.exp(_SHARPER * resonances)
        return np.asarray(1.0 / np.sqrt(np.square(1.0 - square) + square / q**2))
    sharper = np.exp(_SHARPER_STEEP * resonances)
    first = np.square(1.0 - square) + square / (0.5 * sharper) ** 2
    second = np.square(1.0 - square) + square / sharper**2
    return np.asarray(1.0 / np.sqrt(first * second))


def noise_filter(cutoffs: Real, blends: Real) -> Real:
    """Two poles without resonance, from low-pass (0) over band-pass (1) to high-pass (2): (…, 96)."""
    ratio = np.exp2((_band_notes() - cutoffs) / 12.0)
    whole = 1.0 + np.square(ratio)
    low, band, high = 1.0 / whole, ratio / whole, np.square(ratio) / whole
    first, second = np.clip(1.0 - blends, 0.0, 1.0), np.clip(blends - 1.0, 0.0, 1.0)
    return np.asarray(low * first + band * (1.0 - first - second) + high * second)


def equaliser(knobs: Mapping[str, F64]) -> F64:
    """Vital's EQ (…, 96) as shelf, bell and shelf; cutoffs in MIDI notes and gains in dB, each (…, 1). Measured."""
    low = _shelf(np.exp2((_band_notes() - knobs["eq_low_cutoff"]) / 12.0), knobs["eq_low_gain"])
    high = _shelf(np.exp2((knobs["eq_high_cutoff"] - _band_notes()) / 12.0), knobs["eq_high_gain"])
    ratio = np.square(np.exp2((_band_notes() - knobs["eq_band_cutoff"]) / 12.0))
    gain = 10.0 ** (knobs["eq_band_gain"] / 20.0)
    apart = np.square(1.0 - ratio)
    bell = (apart + ratio * gain / _BELL_Q**2) / (apart + ratio / gain / _BELL_Q**2)
    return np.asarray(np.sqrt(low * high * bell))


def _shelf(ratio: F64, gain_db: F64) -> F64:
    """Power response of a one-pole shelf below a ratio of 1."""
    gain = 10.0 ** (gain_db / 20.0)
    pole = 0.95 * gain**-0.25
    return np.asarray((np.square(ratio) + np.square(pole * gain)) / (np.square(ratio) + np.square(pole)))


def places(bands: F32, frames: Real) -> Real:
    """Rows of an atom's `bands` (33, 96) at wave frames (…,) in 0..256: (…, 96)."""
    at = np.clip(frames, 0.0, 256.0) * ((N_PLACES - 1) / 256.0)
    low = np.minimum(at.astype(int), N_PLACES - 2)
    part = (at - low)[..., None]
    return np.asarray((1.0 - part) * bands[low] + part * bands[low + 1])


def simulated(values: Mapping[str, F64], bands: Sequence[F32], target: Seen, *, steep: bool) -> F32:
    """What the distance would see of some patches, at whatever level.

    Args:
        values: of each of `knobs`, (p, 1).
        bands: of each oscillator, what `atom_bands` says of it, (33, 96).
        target: says at which frames, and when the key goes up.
        steep: whether the filter falls by 24 dB an octave.

    Returns:
        float32 (p, t, 96).
    """
    times_s = fine_times_s(target.length_s)
    frames_s = np.maximum(target.at * (HOP / SAMPLE_RATE), _FIRST_FRAME_S)
    patches = range(len(values["env_1_attack"]))
    voice = np.array([gain(_amplitude(values, i), times_s, target.hold_s) for i in patches])
    moving = np.sqrt([gain(_mover(values, i), frames_s, target.hold_s) for i in patches])
    low = low_pass(
        (values["filter_1_cutoff"] + 128.0 * values["cutoff_amount"] * moving)[..., None].astype(np.float32),
        values["filter_1_resonance"][..., None].astype(np.float32),
        steep=steep,
    )
    power = np.zeros_like(low)
    for oscillator in _oscillators(values, bands, moving, frames_s):
        power += np.square(oscillator)
    power *= np.square(low)
    power += np.square(_noise(values, frames_s))
    power *= np.square(
        equaliser({name: value[..., None] for name, value in values.items() if name.startswith("eq_")})
    )
    return np.asarray(np.sqrt(power) * smeared(voice, target.at)[..., None], dtype=np.float32)


def _oscillators(
    values: Mapping[str, F64], bands: Sequence[F32], moving: F64, frames_s: F64
) -> Iterator[Real]:
    """Each oscillator before the filter, (p, t, 96); `moving` (p, t) is the envelope that moves their tables."""
    glide = np.exp(-frames_s / _GLIDE_S)[None, :]
    for i, rows in enumerate(bands, start=1):
        frames = values[f"osc_{i}_wave_frame"] + 256.0 * values[f"frame_{i}_amount"] * moving
        level = values[f"osc_{i}_level"] + (_INITIAL_LEVEL - values[f"osc_{i}_level"]) * glide
        yield places(rows, frames) * np.square(level)[..., None]


def _noise(values: Mapping[str, F64], frames_s: F64) -> Real:
    """The noise behind its filter, (p, t, 96)."""
    decays_s = [float(decay[0]) ** 4 for decay in values["env_3_decay"]]
    burst = np.sqrt([gain(Adsr(decay_s=decay_s, sustain=0.0), frames_s) for decay_s in decays_s])
    level = np.clip(values["sample_level"] + values["noise_amount"] * burst, 0.0, 1.0)
    noise = noise_bands() * noise_filter(
        values["filter_2_cutoff"][..., None], values["filter_2_blend"][..., None]
    )
    return noise * np.square(level)[..., None]


def _amplitude(values: Mapping[str, F64], i: int) -> Adsr:
    """The first envelope of the patch at place `i`."""
    stage = {name: float(values[f"env_1_{name}"][i, 0]) for name in _STAGES}
    return Adsr(
        attack_s=stage["attack"] ** 4,
        hold_s=stage["hold"] ** 4,
        decay_s=stage["decay"] ** 4,
        sustain=stage["sustain"],
        release_s=stage["release"] ** 4,
        decay_power=stage["decay_power"],
    )


def _mover(values: Mapping[str, F64], i: int) -> Adsr:
    """The envelope of the patch at place `i` that moves the filter and the tables; its value is not squared."""
    attack, decay, sustain = (float(values[f"env_2_{name}"][i, 0]) for name in ("attack", "decay", "sustain"))
    return Adsr(attack_s=attack**4, decay_s=decay**4, sustain=sustain, release_s=MOVING_RELEASE_S)


def levelled(pictures: F32, target: Seen) -> F32:
    """Pictures (p, t, 96), each brought to the target's level; silent ones stay so."""
    width = _widths()
    wanted = float((np.square(target.bands) * target.weights * width).sum())
    power = (np.square(pictures) * target.weights * width).sum(axis=(1, 2))
    scale = np.sqrt(wanted / np.maximum(power, 1e-20)).astype(np.float32)
    return np.asarray(pictures * scale[:, None, None])


def misses(pictures: F32, target: Seen) -> F64:
    """The distance of pictures (p, t, 96), each brought to the target's level, from the target: nepers (p,)."""
    ours = levelled(pictures, target)
    active = ((ours > ACTIVE) | (target.bands > ACTIVE)) * target.weights
    apart = np.abs(np.log(ours + ADDED) - np.log(target.bands + ADDED))
    return np.asarray((apart * active).sum(axis=(1, 2)) / np.maximum(active.sum(axis=(1, 2)), 1.0))


def _band_notes() -> F32:
    """MIDI notes of the bands' middles, float32 (96,)."""
    return np.asarray(69.0 + 12.0 * np.log2(mel_to_hz(band_mels()) / 440.0), dtype=np.float32)


def _widths() -> F32:
    """Widths of the bands in Hz, float32 (96,): the energy of a band is its squared magnitude times this."""
    hz = mel_to_hz(band_mels())
    return np.asarray(np.gradient(hz), dtype=np.float32)
