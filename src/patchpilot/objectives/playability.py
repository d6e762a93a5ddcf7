"""Whether a patch can be played: on other keys, harder and softer."""

from __future__ import annotations

import dataclasses
import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from patchpilot.audio import Audio, db, hz_to_note, pitch, rms
from patchpilot.audio.faults import Limits
from patchpilot.errors import EngineError, ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.take import Take
from patchpilot.objectives.composition import Composable
from patchpilot.space import Performance

INTERVALS = (-24, -12, 12, 24)
"""Semitones from the take's own notes."""
VELOCITIES = (0.3, 1.0)
MOST_APART_DB = 24.0
"""A note that is so much quieter than the take is not one that can be played."""
MOST_OUT_OF_TUNE = 0.5
"""Semitones, of sounds with a pitch; octaves do not count, for they are often misheard."""
KEPT = 4096


class Playable(Composable):
    """Share of other keys and velocities at which a patch still sounds: neither faulty nor faint, and in tune.

    Plays the patch a few times more, once for each patch and performance.

    Args:
        instrument: that plays the other notes; not the one whose stream the take came from, for it is busy then.
        intervals: semitones by which the take's notes are moved.
        velocities: 0..1, with which its own notes are hit.

    Raises:
        ParameterError: there is nothing to play, or a velocity is out of its range.
    """

    name = "playable"

    def __init__(
        self,
        instrument: Instrument,
        *,
        intervals: Sequence[int] = INTERVALS,
        velocities: Sequence[float] = VELOCITIES,
    ) -> None:
        if not (intervals or velocities) or not all(0.0 <= velocity <= 1.0 for velocity in velocities):
            raise ParameterError(
                "expected intervals in semitones and velocities from 0 to 1 to play with, "
                f"got {list(intervals)} and {list(velocities)}"
            )
        self._instrument, self._limits = instrument, Limits()
        self._intervals, self._velocities = tuple(intervals), tuple(velocities)
        self._shares: OrderedDict[tuple[str, str], float] = OrderedDict()

    def score(self, take: Take) -> Mapping[str, float]:
        """{"playable": 0..1}."""
        key = (take.patch.sha256, take.performance.sha256)
        if key not in self._shares:
            self._shares[key] = self._share(take)
            if len(self._shares) > KEPT:
                self._shares.popitem(last=False)
        return {self.name: self._shares[key]}

    def _share(self, take: Take) -> float:
        performances = [
            *(_moved(take.performance, interval) for interval in self._intervals),
            *(_hit(take.performance, velocity) for velocity in self._velocities),
        ]
        level, note = db(rms(take.audio)), _note(take.audio)
        first = take.performance.notes[0].pitch
        good = 0
        for i, audio in self._instrument.stream([(take.patch, played) for played in performances]):
            expected = None if note is None else note + performances[i].notes[0].pitch - first
            good += not isinstance(audio, EngineError) and self._plays(audio, level, expected)
        return good / len(performances)

    def _plays(self, audio: Audio, level_db: float, expected: float | None) -> bool:
        if self._limits.fault(audio) or db(rms(audio)) < level_db - MOST_APART_DB:
            return False
        note = None if expected is None else _note(audio)
        if note is None or expected is None:
            return True
        off = (note - expected + 6.0) % 12.0 - 6.0
        return abs(off) <= MOST_OUT_OF_TUNE


def _note(audio: Audio) -> float | None:
    """The MIDI note that is heard, or None where there is no pitch."""
    found = pitch(audio)
    return hz_to_note(found.f0_hz) if found.voiced and found.f0_hz else None


def _moved(performance: Performance, interval: int) -> Performance:
    """Its notes some semitones higher, in whole octaves less where they would leave the keyboard."""
    highest = max(note.pitch for note in performance.notes)
    lowest = min(note.pitch for note in performance.notes)
    while interval and not (lowest + interval >= 0 and highest + interval <= 127):
        interval -= int(math.copysign(min(12, abs(interval)), interval))
    notes = tuple(dataclasses.replace(note, pitch=note.pitch + interval) for note in performance.notes)
    return dataclasses.replace(performance, notes=notes)


def _hit(performance: Performance, velocity: float) -> Performance:
    notes = tuple(dataclasses.replace(note, velocity=velocity) for note in performance.notes)
    return dataclasses.replace(performance, notes=notes)
