"""Which note each strike has, once it is known what plays it: the one that sounds most like the hit.

Pitch trackers err by octaves, and where sounds overlap; the headline distance does not care what a note is called.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from patchpilot.audio import Audio
from patchpilot.distance import LogMel
from patchpilot.errors import EngineError
from patchpilot.instruments.base import Instrument
from patchpilot.selfplay.levels.analysis import Taken
from patchpilot.selfplay.levels.pattern import Part, Score
from patchpilot.selfplay.levels.playing import Voice, performance_of

_RANGE = tuple(range(-12, 13))
_SHORTEST_S = 0.06
"""Of a hit that a note is looked for in."""


def tuned(score: Score, taken: Taken, voices: Mapping[str, Voice], instrument: Instrument) -> Score:
    """The same with the notes that come closest, for parts whose hits have pitches.

    Args:
        score: of the loop, its parts in the order of `taken`, their strikes in the order of its hits.
        taken: the loop taken apart.
        voices: of the parts, by name.
        instrument: that plays them.

    Raises:
        EngineError: not one note of a part can be rendered.
    """
    parts = [
        part
        if taken.hits[taken.parts[number]].pitch is None
        else _tuned(part, number, taken, voices[part.name], instrument)
        for number, part in enumerate(score.parts)
    ]
    return dataclasses.replace(score, parts=tuple(parts))


def _tuned(part: Part, number: int, taken: Taken, voice: Voice, instrument: Instrument) -> Part:
    reach = [step for step in _RANGE if 0 <= part.note + step <= 127]
    pairs = [(voice.patch, performance_of(part, step, voice.velocity)) for step in reach]
    sounds: dict[int, Audio] = {}
    failed: EngineError | None = None
    for index, audio in instrument.stream(pairs):
        if isinstance(audio, EngineError):
            failed = audio
        else:
            sounds[reach[index]] = audio
    if not sounds:
        raise failed or EngineError(f"nothing was played for {part.name}")
    hits = [hit for hit in taken.hits if hit.part == number]
    strikes = []
    for hit, strike in zip(hits, part.strikes, strict=True):
        if hit.pitch is None or hit.audio.duration_s < _SHORTEST_S:
            strikes.append(strike)
            continue
        distance = LogMel(hit.audio)
        # Of equals the note that the tracker heard, then the nearest.
        order = sorted(sounds, key=lambda step: (step != strike.semitones, abs(step)))
        found = [distance(_as_long(sounds[step], hit.audio)) for step in order]
        strikes.append(dataclasses.replace(strike, semitones=order[int(np.argmin(found))]))
    return dataclasses.replace(part, strikes=tuple(strikes))


def _as_long(sound: Audio, hit: Audio) -> Audio:
    """As much of a sound as the next hit leaves of it."""
    return Audio(sound.samples[:, : max(1, round(hit.duration_s * sound.sample_rate))], sound.sample_rate)
