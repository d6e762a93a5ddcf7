"""What an estimator is told of a sound: the note that plays it, as far as nobody says it listened for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from patchpilot.audio import Audio, Target, listen
from patchpilot.errors import AudioError, ParameterError

_VELOCITY = 0.8
"""Of a note that nobody says more of, as of a `Target`."""


@dataclass(frozen=True, eq=False)
class Heard:
    """A sound, and the note that plays it.

    Attributes:
        audio: from the note-on.
        pitch: MIDI note, which may lie between two keys.
        hold_s: > 0, seconds that the key is held.
        velocity: above 0 to 1.
    """

    audio: Audio
    pitch: float
    hold_s: float
    velocity: float


def check_note(pitch: float | None, hold_s: float | None, velocity: float | None) -> None:
    """Whether a note may be so, as far as it is said.

    Raises:
        ParameterError: it may not.
    """
    if pitch is not None and not 0.0 <= pitch <= 127.0:
        raise ParameterError(f"expected a MIDI note from 0 to 127 (60 is middle C), got {pitch}")
    if hold_s is not None and not 0.0 < hold_s < float("inf"):
        raise ParameterError(f"expected a key that is held for more than 0 s, got {hold_s}")
    if velocity is not None and not 0.0 < velocity <= 1.0:
        raise ParameterError(f"expected a velocity above 0, at most 1, got {velocity}")


def heard(
    sound: str | Path | Audio | Target, pitch: float | None, hold_s: float | None, velocity: float | None
) -> Heard:
    """A sound and its note; what nobody says of it is listened for.

    Args:
        sound: a file, audio, or a target. Audio of which pitch and hold are said begins with its note-on.
        pitch: MIDI note, which may lie between two keys.
        hold_s: seconds that the key is held.
        velocity: 0..1; 0.8 by default, or a target's.

    Raises:
        AudioError: the sound cannot be used.
    """
    if isinstance(sound, Audio) and pitch is not None and hold_s is not None:
        if not sound.samples.size or not np.isfinite(sound.samples).all():
            raise AudioError("expected finite samples, but there are none, or NaN or infinite ones")
        return Heard(sound, pitch, hold_s, _VELOCITY if velocity is None else velocity)
    note = None if pitch is None else round(pitch)
    target = sound if isinstance(sound, Target) else listen(sound, note=note)
    return Heard(
        target.audio,
        target.note + target.mistuning_cents / 100.0 if pitch is None else pitch,
        target.hold_s if hold_s is None else hold_s,
        target.velocity if velocity is None else velocity,
    )
