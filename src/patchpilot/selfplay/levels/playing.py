"""A score played: each part by its patch, each strike as loud as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from patchpilot.audio import F32, Audio, db, resample, rms
from patchpilot.errors import EngineError, ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.selfplay.levels.document import Template
from patchpilot.selfplay.levels.pattern import Part, Score
from patchpilot.space import Patch, Performance
from patchpilot.space.performance import Note

SAMPLE_RATE = 44100
_RING_S = 0.3
_FADE_S = 0.005
_VELOCITY = 0.8


@dataclass(frozen=True, eq=False)
class Voice:
    """What plays a part.

    Attributes:
        patch: of the instrument.
        velocity: 0..1.
    """

    patch: Patch
    velocity: float = _VELOCITY


def stems(score: Score, voices: Mapping[str, Voice], instrument: Instrument) -> dict[str, Audio]:
    """Play all parts, each for itself, stereo and as long as the score.

    Args:
        score: what is played.
        voices: of the parts, by name.
        instrument: that plays them.

    Raises:
        EngineError: a patch cannot be rendered.
        ParameterError: a part has no voice.
    """
    if missing := [part.name for part in score.parts if part.name not in voices]:
        raise ParameterError(f"nothing plays {', '.join(missing)}")
    wanted = sorted({(part.name, strike.semitones) for part in score.parts for strike in part.strikes})
    by_name = {part.name: part for part in score.parts}
    sounds = sounds_of([(by_name[name], step, voices[name]) for name, step in wanted], instrument)
    found: dict[str, dict[int, F32]] = {name: {} for name in by_name}
    for (name, step), sound in zip(wanted, sounds, strict=True):
        found[name][step] = sound
    return {part.name: stem(part, score, found[part.name]) for part in score.parts}


def sounds_of(wanted: Sequence[tuple[Part, int, Voice]], instrument: Instrument) -> list[F32]:
    """Parts struck once, each some semitones higher, by a voice: float32 (2, n) at `SAMPLE_RATE`, in their order.

    Raises:
        EngineError: a patch cannot be rendered.
    """
    pairs = [(voice.patch, performance_of(part, step, voice.velocity)) for part, step, voice in wanted]
    sounds: dict[int, F32] = {}
    for index, audio in instrument.stream(pairs):
        if isinstance(audio, EngineError):
            raise audio
        sounds[index] = _stereo(audio)
    return [sounds[index] for index in range(len(wanted))]


def voices_of(template: Template, folder: Path, instrument: Instrument) -> dict[str, Voice]:
    """What plays a template: its presets, which lie in a folder; raises `PatchError` where one is missing, or none."""
    return {
        name: Voice(instrument.load(folder / preset), template.velocities[name])
        for name, preset in template.presets.items()
    }


def mix(some: Mapping[str, Audio]) -> Audio:
    """All stems together."""
    total = np.sum([stem.samples for stem in some.values()], axis=0, dtype=np.float32)
    return Audio(total, SAMPLE_RATE)


def performance_of(part: Part, semitones: int, velocity: float) -> Performance:
    """What a part's patch is played with, some semitones higher."""
    pitch = min(127, max(0, part.note + semitones))
    return Performance(
        notes=(Note(pitch, velocity, 0.0, part.hold_s),),
        length_s=part.hold_s + _RING_S,
        sample_rate=SAMPLE_RATE,
    )


def stem(part: Part, score: Score, sounds: Mapping[int, F32]) -> Audio:
    """All strikes of a part at their places, as long as the score.

    Args:
        part: of the score.
        score: says when its beats are.
        sounds: of the part, by semitones, as `sounds_of` gives them.
    """
    n = round(score.length_s * SAMPLE_RATE)
    out = np.zeros((2, n), np.float32)
    for strike in part.strikes:
        sound = sounds[strike.semitones]
        at = round(score.seconds(strike.beat) * SAMPLE_RATE)
        longest = round(strike.beats * 60.0 / score.tempo_bpm * SAMPLE_RATE)
        if at >= n or at + longest <= 0:
            continue
        at = max(0, at)
        cut = sound[:, : min(longest, n - at)].copy()
        fade = min(cut.shape[1], round(_FADE_S * SAMPLE_RATE))
        if fade and cut.shape[1] < sound.shape[1]:
            cut[:, -fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
        level = _loudest_db(cut)
        if level > -90.0:
            out[:, at : at + cut.shape[1]] += cut * np.float32(
                10.0 ** ((part.gain_db + strike.level_db - level) / 20.0)
            )
    return Audio(out, SAMPLE_RATE)


def _loudest_db(sound: F32) -> float:
    size = round(0.05 * SAMPLE_RATE)
    return max(
        db(rms(Audio(sound[:, k : k + size], SAMPLE_RATE)))
        for k in range(0, max(1, sound.shape[1] - size + 1), size)
    )


def _stereo(audio: Audio) -> F32:
    samples = resample(audio, SAMPLE_RATE).samples
    return np.asarray(samples if len(samples) == 2 else np.repeat(samples[:1], 2, axis=0), np.float32)
