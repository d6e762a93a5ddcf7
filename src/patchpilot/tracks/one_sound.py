"""One sound out of a stem or a mix: the note that begins about a time."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import Audio, cut, level_db, onsets_s
from patchpilot.errors import AudioError

NEAR_S = 0.3
"""A note that begins this near to the time is meant."""
MOST_S = 12.0
_BEFORE_S, _LEAD_S, _FADE_S = 1.0, 0.01, 0.005
_END_BEFORE_S = 0.015
_SILENT_DB = -45.0
"""Relative to the loudest of the stem."""


def sound_at(
    sound: Audio, at_s: float, *, name: str = "this sound", begins_s: float = 0.0
) -> tuple[Audio, float]:
    """Cut out the sound that begins nearest to a time, until the next one begins.

    Args:
        sound: a stem; of a mix, what sounds with it is cut out too.
        at_s: s, >= 0.
        name: what it is called in errors.
        begins_s: when it begins in the song, for what errors say.

    Returns:
        The sound, at most 12 s long, and when it begins, s.

    Raises:
        AudioError: there is nothing at that time; says when it sounds next.
    """
    if not 0.0 <= at_s < sound.duration_s:
        raise AudioError(
            f"expected a time within {name}, which lasts {clock(begins_s + sound.duration_s)}, "
            f"got {clock(begins_s + at_s)}."
        )
    start_s = max(0.0, at_s - _BEFORE_S)
    near = cut(sound, start_s, at_s + MOST_S + _BEFORE_S)
    onsets = [start_s + time for time in onsets_s(near)]
    close = [time for time in onsets if abs(time - at_s) <= NEAR_S]
    begin_s = min(close, key=lambda time: abs(time - at_s)) if close else at_s
    levels = level_db(sound)
    loud = np.flatnonzero(levels > _SILENT_DB) * (sound.duration_s / len(levels))
    if not ((loud >= begin_s) & (loud < begin_s + NEAR_S)).any():
        later = loud[loud >= begin_s]
        hint = (
            f"It sounds next at {clock(begins_s + float(later[0]))}."
            if len(later)
            else "It does not sound after that."
        )
        raise AudioError(f"expected a sound at {clock(begins_s + at_s)}, but {name} is silent there. {hint}")
    following = [time for time in onsets if time > begin_s + 0.06]
    end_s = min([time - _END_BEFORE_S for time in following[:1]] + [begin_s + MOST_S])
    return cut(sound, max(0.0, begin_s - _LEAD_S), end_s, fade_s=_FADE_S), begin_s


def clock(seconds: float) -> str:
    """Minutes and seconds: "1:04.25"."""
    return f"{int(seconds // 60)}:{seconds % 60:05.2f}"
