"""Which note each strike has, once it is known what plays it: the one that sounds most like the hit.

Pitch trackers err by octaves, and where sounds overlap; the headline distance does not care what a note is called.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from patchpilot.audio import Audio
from patchpilot.distance import LogMel
from patchpilot.errors import EngineError
from patchpilot.instruments.base import Instrument
from patchpilot.selfplay.levels.analysis import Taken
from patchpilot.selfplay.levels.pattern import Part
from patchpilot.selfplay.levels.playing import Voice, performance_of

_FARTHEST = 24
"""Semitones from the part's own note."""
_SHORTEST_S = 0.06
"""Of a hit that a note is looked for in."""


def tuned(part: Part, number: int, taken: Taken, voice: Voice, instrument: Instrument) -> Part:
    """A part with the notes that come closest; as it is, where its sound has no pitch.

    Tried are the notes that were heard, their octaves, and the part's own.

    Args:
        part: its strikes in the order of the hits.
        number: of the part in `taken`.
        taken: the loop taken apart.
        voice: that plays it.
        instrument: of the voice.

    Raises:
        EngineError: not one note can be rendered.
    """
    if taken.hits[taken.parts[number]].pitch is None:
        return part
    heard = {0, *(strike.semitones for strike in part.strikes)}
    reach = sorted(
        step
        for step in {one + octave for one in heard for octave in (-12, 0, 12)}
        if abs(step) <= _FARTHEST and 0 <= part.note + step <= 127
    )
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
