"""Measuring what words are about, on one render."""

from __future__ import annotations

import math
from weakref import WeakKeyDictionary

import numpy as np

from patchpilot.audio import F64, Audio, loudness_lufs, note_to_hz, pitch
from patchpilot.audio.balance import low_db, odd_even_db, presence_db, spectrum
from patchpilot.audio.contour import contour
from patchpilot.audio.descriptors import NAMES, described
from patchpilot.audio.movement import movement_db_s
from patchpilot.audio.noisiness import noisiness_db
from patchpilot.audio.roughness import roughness
from patchpilot.space import Performance
from patchpilot.words.features import LEAST_MOVING, LEAST_ROUGH, SHORTEST_S

_LEAST_LUFS = -70.0
_BRIGHTNESS, _FULLNESS, _WIDTH, _LENGTH = (
    NAMES.index(name) for name in ("brightness", "fullness", "width", "length")
)
_measured: WeakKeyDictionary[Audio, dict[tuple[float | None, ...], F64]] = WeakKeyDictionary()
"""What was measured of sounds that somebody still holds: the same knobs are heard again for the next wish."""


class Ear:
    """Measures the features of renders of one performance.

    Args:
        first: the render that others will be compared with: its pitch, if it has one, tells odd partials from even.
        performance: what was played.
    """

    def __init__(self, first: Audio, performance: Performance) -> None:
        self._released_s = max(note.start_s + note.hold_s for note in performance.notes)
        self._note_hz = note_to_hz(min(note.pitch for note in performance.notes))
        heard = pitch(first)
        self.f0_hz: float | None = heard.f0_hz if heard.voiced else None

    def __call__(self, audio: Audio) -> F64:
        """The features in the order of `FEATURES`, float64 (15,), finite; hollowness is 0 where there is no pitch."""
        key = (self._released_s, self._note_hz, self.f0_hz)
        measured = _measured.setdefault(audio, {})
        if key not in measured:
            measured[key] = self._measure(audio)
        return measured[key]

    def _measure(self, audio: Audio) -> F64:
        named, power = described(audio), spectrum(audio)
        course = contour(audio, released_s=self._released_s)
        return np.array(
            [
                named[_BRIGHTNESS],
                presence_db(power),
                low_db(power, self._note_hz),
                named[_FULLNESS],
                0.0 if self.f0_hz is None else odd_even_db(power, self.f0_hz),
                noisiness_db(audio, released_s=self._released_s),
                math.log2(roughness(audio, released_s=self._released_s) + LEAST_ROUGH),
                math.log2(course.attack_s + SHORTEST_S),
                course.punch_db,
                course.sustain_db,
                named[_LENGTH] / math.log10(2.0),
                course.tail_db,
                math.log2(movement_db_s(audio, released_s=self._released_s) + LEAST_MOVING),
                math.sqrt(max(named[_WIDTH], 0.0)),
                max(loudness_lufs(audio), _LEAST_LUFS),
            ]
        )
