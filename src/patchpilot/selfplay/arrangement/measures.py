"""Whether a song does what was promised: each golden moment framed once, keys that suit, energy as planned."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F64, Audio
from patchpilot.selfplay.arrangement.arrangement import Arrangement
from patchpilot.selfplay.arrangement.form import energy_curve, first_beats, section_at
from patchpilot.selfplay.arrangement.mixing import SAMPLE_RATE, Song
from patchpilot.selfplay.arrangement.moment import Moment
from patchpilot.space.key import Key, fits

_SILENT_DB = -60.0


@dataclass(frozen=True)
class Measures:
    """What was measured.

    Attributes:
        framed: golden moments that are framed exactly once.
        golden: how many there are.
        exposed: of the framed ones, how many are louder than all else while they sound.
        in_key: share of framed moments with notes that have only tones of their section's key, 0 to 1.
        keys_apart: most tones that two sections after one another do not share.
        energy: correlation of the level of bars in dB with the energy that was planned, -1 to 1.
        peak: of the mix; 1 is full scale.
        silent: names of sections that are below -60 dB.
    """

    framed: int
    golden: int
    exposed: int
    in_key: float
    keys_apart: int
    energy: float
    peak: float
    silent: tuple[str, ...]


def measured(arrangement: Arrangement, moments: Mapping[str, Moment], song: Song) -> Measures:
    """Measure a song."""
    mix = song.mix
    names = Counter(clip.moment for clip in arrangement.clips if clip.is_framed)
    golden = [moment.name for moment in moments.values() if moment.is_golden]
    tonal = [
        fits([pitch + clip.semitones for pitch in pitches], _key(arrangement, clip.beat))
        for clip in arrangement.clips
        if clip.is_framed and (pitches := moments[clip.moment].pitches)
    ]
    keys = [section.key for section in arrangement.sections]
    return Measures(
        framed=sum(names[name] == 1 for name in golden),
        golden=len(golden),
        exposed=_exposed(arrangement, song, mix),
        in_key=float(np.mean(tonal)) if tonal else 1.0,
        keys_apart=max((a.apart(b) for a, b in itertools.pairwise(keys)), default=0),
        energy=energy_correlation(arrangement, mix),
        peak=float(np.abs(mix.samples).max(initial=0.0)),
        silent=_silent(arrangement, mix),
    )


def energy_correlation(arrangement: Arrangement, mix: Audio) -> float:
    """Pearson's correlation of the bars' levels (dB) with the planned energies; 0 where either does not change."""
    planned = energy_curve(arrangement.sections)
    bar = mix.samples.shape[1] / len(planned)
    edges = np.round(np.arange(len(planned) + 1) * bar).astype(int)
    levels = np.array([_db(mix.samples[:, a:b]) for a, b in itertools.pairwise(edges)])
    if planned.std() == 0.0 or levels.std() == 0.0:
        return 0.0
    return float(np.corrcoef(planned, levels)[0, 1])


def _exposed(arrangement: Arrangement, song: Song, mix: Audio) -> int:
    """How many framed clips have more energy than all else in the part of their place where they sound."""
    count = 0
    for clip, sound in song.framed:
        begin = round(clip.beat * 60.0 / arrangement.tempo_bpm * SAMPLE_RATE)
        place = min(sound.shape[1], round(clip.beats * 60.0 / arrangement.tempo_bpm * SAMPLE_RATE))
        mine = sound[:, :place].astype(np.float64)
        rest = mix.samples[:, begin : begin + place] - mine
        loud: F64 = np.square(mine).mean(axis=0)
        where = loud > 0.01 * loud.max(initial=0.0)
        count += bool(np.square(mine[:, where]).sum() > np.square(rest[:, where]).sum())
    return count


def _silent(arrangement: Arrangement, mix: Audio) -> tuple[str, ...]:
    starts = first_beats(arrangement.sections)
    per_beat = 60.0 / arrangement.tempo_bpm * SAMPLE_RATE
    return tuple(
        section.name
        for section, a, b in zip(arrangement.sections, starts, starts[1:], strict=False)
        if _db(mix.samples[:, round(a * per_beat) : round(b * per_beat)]) < _SILENT_DB
    )


def _key(arrangement: Arrangement, beat: float) -> Key:
    return arrangement.sections[section_at(arrangement.sections, beat)].key


def _db(samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    power = float(np.square(samples.astype(np.float64)).mean()) if samples.size else 0.0
    return 10.0 * float(np.log10(max(power, 1e-20)))
