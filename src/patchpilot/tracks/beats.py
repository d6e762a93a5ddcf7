"""Where the beats of a known tempo fall: which of the onsets in a beat is the kick, and when exactly it begins.

Off-beat basses and hats are often louder than the kick. But the kick is what sounds in all bands at once, low ones
included; hats have no lows, a bass begins softer above them, and claps come with every second beat. Each sixteenth is
asked all of this, and what is asked votes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64
from patchpilot.tracks.features import ONSET_HOP_S, SAMPLE_RATE, Listened

_PLACES = 4
"""In a beat: a track's grid is one of four sixteenths off its onsets'."""
_NEAR_S = 0.018
"""How far onsets may lie from their place."""
_LEAST = 0.05
"""Of each vote: no cue rules a place out."""
_WEIGHTS = {"together": 2.5, "low": 0.3, "body": 1.0, "click": 0.5, "clap": 0.3, "no hat": 0.3}
_REACH_S, _STEP_S, _SMOOTH = 0.03, 0.001, 5
_LATEST, _LEAST_BEATS = 0.25, 16
"""Of the beats, those with the strongest kicks say when they begin."""
_RISEN = 0.25
"""An attack begins where the mean power of the strokes passes this part of its rise, in dB."""


@dataclass(frozen=True)
class Beats:
    """The phase of a tempo.

    Attributes:
        bpm: the tempo of the kicks alone: whatever else is late or early in some sections does not move it.
        first_s: the first beat of the file, s.
        confidence: 0..1, how much of the vote it won against the next best place.
        onsets: float64 (n_beats, 4 places, 4 bands), the strongest onset at each sixteenth from each beat on, each
            band with a mean square of 1.
    """

    bpm: float
    first_s: float
    confidence: float
    onsets: F64


def beats(listened: Listened, bpm: float) -> Beats:
    """The beats of a track.

    Args:
        listened: the track.
        bpm: its tempo.
    """
    beat_s = 60.0 / bpm
    onsets = listened.onset_bands.astype(np.float64)
    onsets /= np.maximum(np.sqrt(np.mean(onsets**2, axis=0)), 1e-9)
    start_s = _strongest(onsets, beat_s) * beat_s
    strokes = _strokes(onsets, start_s, beat_s)
    votes = _votes(strokes)
    best = int(np.argmax(votes))
    second = float(np.max(np.delete(votes, best)))
    rough_s = (start_s + best * beat_s / _PLACES) % beat_s
    rough_s, beat_s = _regressed(onsets, rough_s, beat_s)
    kicks = _strokes(onsets, rough_s, beat_s)
    first_s = _attack(listened, rough_s, beat_s, kicks[:, 0]) % beat_s
    if first_s > beat_s - _NEAR_S:  # a beat at the very start of the file, heard a little early
        first_s = 0.0
    confidence = 1.0 - np.exp(second - float(votes[best]))
    return Beats(60.0 / beat_s, first_s, float(confidence), kicks)


def _strongest(onsets: F64, beat_s: float) -> float:
    """Where in a beat the onsets of all bands are strongest, 0..1."""
    n_bins = round(beat_s / ONSET_HOP_S)
    bins = np.floor(np.arange(len(onsets)) * ONSET_HOP_S / beat_s % 1.0 * n_bins).astype(int)
    profile = np.bincount(bins, onsets.sum(axis=1), n_bins) / np.maximum(
        np.bincount(bins, minlength=n_bins), 1
    )
    smooth = profile + 0.5 * (np.roll(profile, 1) + np.roll(profile, -1))
    return (int(np.argmax(smooth)) + 0.5) / n_bins


def _strokes(onsets: F64, first_s: float, beat_s: float) -> F64:
    """The strongest onset near each sixteenth, float64 (beats, places, bands)."""
    n_beats = max(1, int((len(onsets) * ONSET_HOP_S - first_s) / beat_s))
    at_s = first_s + np.arange(n_beats * _PLACES) * beat_s / _PLACES
    reach = round(_NEAR_S / ONSET_HOP_S)
    frames = np.rint(at_s / ONSET_HOP_S).astype(int)[:, None] + np.arange(-reach, reach + 1)
    frames = np.clip(frames, 0, len(onsets) - 1)
    return np.asarray(onsets[frames].max(axis=1).reshape(n_beats, _PLACES, -1))


def _regressed(onsets: F64, first_s: float, beat_s: float) -> tuple[float, float]:
    """First beat and length of a beat, s, from a straight line through where the strokes on the beats are."""
    together = np.cbrt(onsets[:, :3].prod(axis=1))
    n_beats = int((len(onsets) * ONSET_HOP_S - first_s) / beat_s)
    if n_beats < _LEAST_BEATS:
        return first_s, beat_s
    reach = round(_REACH_S / ONSET_HOP_S)
    middles = np.rint((first_s + np.arange(n_beats) * beat_s) / ONSET_HOP_S).astype(int)
    frames = np.clip(middles[:, None] + np.arange(-reach, reach + 1), 0, len(onsets) - 1)
    near = together[frames] ** 2
    weights = near.sum(axis=1)
    at_s = (near * frames).sum(axis=1) / np.maximum(weights, 1e-12) * ONSET_HOP_S
    number = np.arange(n_beats)
    kept = (weights >= 0.5 * np.quantile(weights, 0.9)) & (weights > 0.0)
    for _ in range(3):
        if kept.sum() < _LEAST_BEATS:
            return first_s, beat_s
        slope, first = np.polyfit(number[kept], at_s[kept], 1)
        off = np.abs(at_s - first - slope * number)
        kept &= off <= max(2.5 * float(np.median(off[kept])), 0.001)
    return float(first), float(slope)


def _votes(strokes: F64) -> F64:
    """How likely each place is the beat, logarithmic, float64 (places,)."""
    low, body, click, high = np.moveaxis(strokes, 2, 0)
    together = np.cbrt(low * body * click)
    alternating = (
        np.abs(click[: len(click) // 2 * 2 : 2].mean(axis=0) - click[1::2].mean(axis=0))
        if len(click) > 1
        else 0
    )
    hats = np.maximum(high - np.maximum(low, body), 0.0).mean(axis=0)
    cues = {
        "together": together.mean(axis=0),
        "low": low.mean(axis=0),
        "body": body.mean(axis=0),
        "click": click.mean(axis=0),
        "clap": 0.1 + alternating,
        "no hat": 1.0 / (0.2 + hats),
    }
    return np.asarray(
        sum(weight * np.log(_LEAST + cues[name] / cues[name].sum()) for name, weight in _WEIGHTS.items())
    )


def _attack(listened: Listened, rough_s: float, beat_s: float, strokes: F64) -> float:
    """When the strokes begin, s: where the mean power around the clearest of them rises most."""
    strength = np.cbrt(strokes[:, :3].prod(axis=1))
    chosen = np.flatnonzero(strength >= np.quantile(strength, 1.0 - _LATEST))
    step = round(_STEP_S * SAMPLE_RATE)
    reach = round(_REACH_S * SAMPLE_RATE)
    starts = np.rint((rough_s + chosen * beat_s) * SAMPLE_RATE).astype(int) - reach
    starts = starts[(starts >= 0) & (starts + 2 * reach <= len(listened.mono))]
    if len(starts) == 0:
        return rough_s
    pieces = np.stack([listened.mono[start : start + 2 * reach] for start in starts]).astype(np.float64)
    steps = 2 * reach // step
    power = (pieces[:, : steps * step].reshape(len(pieces), steps, step) ** 2).mean(axis=(0, 2))
    level = np.convolve(10.0 * np.log10(np.maximum(power, 1e-12)), np.ones(_SMOOTH) / _SMOOTH, mode="valid")
    rise = level[_SMOOTH:] - level[:-_SMOOTH]
    top = int(np.argmax(rise))
    before, after = level[top], level[top + _SMOOTH]
    passed = top + int(np.argmax(level[top : top + _SMOOTH + 1] >= before + _RISEN * (after - before)))
    return rough_s - _REACH_S + (passed + _SMOOTH / 2) * step / SAMPLE_RATE
