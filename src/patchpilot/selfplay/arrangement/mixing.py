"""An arrangement as sound: levels follow the energy, and the bed goes down where a moment is framed.

Each bar has a level, from its energy: 18 dB lie between 0 and 1. A framed moment gets that level over its place, and
the bed what is left of it; while the moment sounds, the bed is at least 9 dB below it. Peaks are then brought below
full scale by one gain for all, so that what is louder stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F32, F64, Audio, resample
from patchpilot.selfplay.arrangement.arrangement import Arrangement, Clip
from patchpilot.selfplay.arrangement.form import BEATS_PER_BAR, energy_curve
from patchpilot.selfplay.arrangement.moment import ROLES, Moment, stereo

SAMPLE_RATE = 44100
_QUIET_DB, _RANGE_DB = -30.0, 18.0
"""Level of a bar without energy, and how much louder one with all of it is."""
_BELOW_DB = 9.0
_PEAK = 10.0 ** (-1.0 / 20.0)
_FADE_S, _RING_BEATS = 0.005, 1.0
_MOST_GAIN_DB = 30.0
_STEP_S = 0.05
"""The bed's gain changes in such steps, with straight lines between."""


@dataclass(frozen=True, eq=False)
class Song:
    """What an arrangement sounds like.

    Attributes:
        stems: float32 stereo of each track that has clips, by role; together they are the mix.
        beds: of each of them that part which is not framed.
        framed: each framed clip with its sound as it is in the mix, float32 (2, n).
        gain: that all was multiplied by so that nothing clips.
    """

    stems: Mapping[str, Audio]
    beds: Mapping[str, Audio]
    framed: Sequence[tuple[Clip, F32]]
    gain: float

    @property
    def mix(self) -> Audio:
        """All stems together."""
        total = np.sum([stem.samples for stem in self.stems.values()], axis=0, dtype=np.float32)
        return Audio(total, SAMPLE_RATE)


def mixed(
    arrangement: Arrangement,
    moments: Mapping[str, Moment],
    on_clip: Callable[[int, int], None] = lambda _done, _of: None,
) -> Song:
    """Play an arrangement.

    Args:
        arrangement: what is heard when.
        moments: by name.
        on_clip: called after each clip with how many are done, and of how many.

    Raises:
        ParameterError: a moment is missing, or cannot be moved into its key.
    """
    arrangement.check(moments)
    n = round(arrangement.seconds * SAMPLE_RATE)
    targets = level_db(arrangement)
    framed = {role: np.zeros((2, n), np.float32) for role in ROLES}
    under = {role: np.zeros((2, n), np.float32) for role in ROLES}
    sounds: list[tuple[Clip, F32]] = []
    heard: dict[tuple[str, int], F32] = {}
    for done, clip in enumerate(arrangement.clips):
        key = (clip.moment, clip.semitones)
        if key not in heard:
            heard[key] = stereo(resample(moments[clip.moment].at(clip.semitones), SAMPLE_RATE))
        sound = _cut(heard[key], clip, arrangement, n)
        if clip.is_framed:
            sound = sound * _gain(sound, clip, arrangement, targets)
        sound = sound * np.float32(10.0 ** (clip.gain_db / 20.0))
        place = _sample(arrangement, clip.beat)
        (framed if clip.is_framed else under)[clip.role][:, place : place + sound.shape[1]] += sound
        if clip.is_framed:
            sounds.append((clip, sound))
        on_clip(done + 1, len(arrangement.clips))
    gains = _bed_gains(_sum(framed), _sum(under), arrangement, targets)
    beds = {role: under[role] * gains for role in ROLES}
    stems = {role: framed[role] + beds[role] for role in ROLES}
    used = [role for role in ROLES if any(clip.role == role for clip in arrangement.clips)]
    lying = [role for role in ROLES if any(c.role == role and not c.is_framed for c in arrangement.clips)]
    peak = float(np.abs(np.sum(list(stems.values()), axis=0)).max(initial=0.0))
    gain = np.float32(_PEAK / peak if peak > _PEAK else 1.0)
    return Song(
        {role: Audio(stems[role] * gain, SAMPLE_RATE) for role in used},
        {role: Audio(beds[role] * gain, SAMPLE_RATE) for role in lying},
        [(clip, sound * gain) for clip, sound in sounds],
        float(gain),
    )


def level_db(arrangement: Arrangement) -> F64:
    """The level that each bar shall have, float64 (bars,), dB re full scale."""
    return _QUIET_DB + _RANGE_DB * energy_curve(arrangement.sections)


def _sample(arrangement: Arrangement, beat: float) -> int:
    return round(beat * 60.0 / arrangement.tempo_bpm * SAMPLE_RATE)


def _cut(sound: F32, clip: Clip, arrangement: Arrangement, n: int) -> F32:
    """As much of a sound as has a place, fading out where it has more."""
    begin = _sample(arrangement, clip.beat)
    longest = _sample(arrangement, clip.beat + clip.beats + _RING_BEATS) - begin
    cut = sound[:, : max(1, min(longest, n - begin))].copy()
    if cut.shape[1] < sound.shape[1]:
        fade = min(cut.shape[1], max(round(_FADE_S * SAMPLE_RATE), cut.shape[1] - (longest - longest // 4)))
        cut[:, cut.shape[1] - fade :] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return np.asarray(cut, np.float32)


def _gain(sound: F32, clip: Clip, arrangement: Arrangement, targets: F64) -> np.float32:
    """That gives a framed moment the level of its bar over its place, without clipping."""
    place = sound[:, : max(1, _sample(arrangement, clip.beats))].astype(np.float64)
    power = float(np.square(place).sum() / (2 * max(1, _sample(arrangement, clip.beats))))
    peak = float(np.abs(sound).max(initial=0.0))
    if power <= 1e-14 or peak <= 0.0:
        return np.float32(1.0)
    target = float(targets[min(len(targets) - 1, int(clip.beat / BEATS_PER_BAR))])
    gain = 10.0 ** (min(_MOST_GAIN_DB, target - 10.0 * np.log10(power)) / 20.0)
    return np.float32(min(gain, _PEAK / peak))


def _bed_gains(framed: F32, under: F32, arrangement: Arrangement, targets: F64) -> F32:
    """The bed's gain at each sample, float32 (n,).

    In each step it is what the bar's level leaves beside the framed moment of that bar, and so low that the moment of
    that step is heard above it.
    """
    n = framed.shape[-1]
    step = round(_STEP_S * SAMPLE_RATE)
    edges = np.arange(0, n, step)
    bar = _sample(arrangement, float(BEATS_PER_BAR))
    of_bar = np.minimum(edges // bar, len(targets) - 1)
    bars = np.arange(len(targets)) * bar
    wanted = 10.0 ** (targets / 10.0)
    left = np.maximum(wanted - _power(framed, bars), 0.05 * wanted)
    bed = _power(under, bars)
    base = np.where(bed > 1e-14, np.sqrt(left / np.maximum(bed, 1e-14)), 0.0)[of_bar]
    base = np.minimum(base, 10.0 ** (_MOST_GAIN_DB / 20.0))
    here, below = _power(framed, edges), _power(under, edges)
    most = np.sqrt(here * 10.0 ** (-_BELOW_DB / 10.0) / np.maximum(below, 1e-14))
    sounds = here > 10.0 ** (-_RANGE_DB / 10.0) * wanted[of_bar]
    gains = np.where(sounds, np.minimum(base, most), base)
    return np.asarray(np.interp(np.arange(n), edges, gains), np.float32)


def _sum(stems: Mapping[str, F32]) -> F32:
    return np.asarray(np.sum(list(stems.values()), axis=0), np.float32)


def _power(samples: F32, starts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> F64:
    """Mean square of the samples from each start to the next."""
    squares = np.square(samples.astype(np.float64)).mean(axis=0)
    lengths = np.diff(np.append(starts, len(squares)))
    return np.asarray(np.add.reduceat(squares, starts) / np.maximum(lengths, 1))
