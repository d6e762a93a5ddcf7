"""The `Moment` noun: a sound that is to be heard in a song, and what must be known of it to place it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import Audio
from patchpilot.audio.descriptors import NAMES, described
from patchpilot.errors import ParameterError
from patchpilot.instruments.take import Take

ROLES = ("drums", "bass", "pad", "lead", "effects")
"""Tracks of a song, in their order."""
_NOISY = 0.6
"""`described` noise above which a sound has no key."""
_SHORT_S, _SLOW_S, _LOW = 0.4, 0.08, 48


@dataclass(frozen=True, eq=False)
class Moment:
    """A sound.

    Attributes:
        name: by which an arrangement's text calls it; unique.
        audio: as it was banked.
        pitches: MIDI notes that it was played with; none where it has no key.
        role: of `ROLES`.
        intensity: how much is going on in it, from calm to wild; only the order matters.
        is_golden: whether it is framed, alone and once; others may lie under those, as often as they like.
        moved: plays it some semitones higher; None where it cannot be.
    """

    name: str
    audio: Audio
    pitches: tuple[int, ...] = ()
    role: str = "lead"
    intensity: float = 0.0
    is_golden: bool = True
    moved: Callable[[int], Audio] | None = None

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ParameterError(f"{self.name}: expected a role of {', '.join(ROLES)}, got {self.role!r}")

    def at(self, semitones: int) -> Audio:
        """It, so many semitones higher.

        Raises:
            ParameterError: it cannot be played higher.
        """
        if semitones == 0:
            return self.audio
        if self.moved is None:
            raise ParameterError(
                f"{self.name} cannot be moved by {semitones} semitones: nothing here plays its patch"
            )
        return self.moved(semitones)


def moment_of(
    take: Take, name: str, *, is_golden: bool = True, render: Callable[[Take], Audio] | None = None
) -> Moment:
    """The moment of a take.

    Args:
        take: with its audio.
        name: to call it by.
        is_golden: whether it is to be framed.
        render: plays a take's patch and performance anew, for other keys.
    """
    values = dict(zip(NAMES, described(take.audio).tolist(), strict=True))
    pitches = tuple(sorted({note.pitch for note in take.performance.notes}))
    is_tonal = values["noise"] < _NOISY
    return Moment(
        name=name,
        audio=take.audio,
        pitches=pitches if is_tonal else (),
        role=role_of(values["noise"], 10.0 ** values["length"], 10.0 ** values["attack"], pitches),
        intensity=intensity_of(values),
        is_golden=is_golden,
        moved=None if render is None else lambda semitones: render(transposed(take, semitones)),
    )


def role_of(noise: float, length_s: float, attack_s: float, pitches: Sequence[int]) -> str:
    """Which track a sound belongs to.

    Args:
        noise: 0..1, as `described` says it.
        length_s: how long it sounds.
        attack_s: until it is loud.
        pitches: MIDI notes.
    """
    if noise >= _NOISY:
        return "drums" if length_s < _SHORT_S else "effects"
    if pitches and min(pitches) < _LOW:
        return "bass"
    return "pad" if attack_s > _SLOW_S else "lead"


def intensity_of(values: dict[str, float]) -> float:
    """How much is going on in a sound: bright, full, noisy and moving ones have more of it."""
    return (
        values["brightness"] / 2.0
        + values["fullness"]
        + 2.0 * values["noise"]
        + values["movement"] / 10.0
        + 0.3 * values["length"]
    )


def transposed(take: Take, semitones: int) -> Take:
    """A take whose notes are some semitones higher, by octaves into MIDI's range; its audio is still the old."""

    def higher(pitch: int) -> int:
        moved = pitch + semitones
        return moved - 12 if moved > 127 else moved + 12 if moved < 0 else moved

    notes = tuple(dataclasses.replace(note, pitch=higher(note.pitch)) for note in take.performance.notes)
    return dataclasses.replace(take, performance=dataclasses.replace(take.performance, notes=notes))


def stereo(audio: Audio) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """The samples of a sound in two channels, float32 (2, n)."""
    samples = audio.samples if audio.channels == 2 else np.repeat(audio.samples[:1], 2, axis=0)
    return np.asarray(samples, np.float32)
