"""Listening to a target: what a sound is, said as the note that would play it.

Everything that matches a sound starts from a `Target`: the trimmed sound at one rate, the note, how hard and
how long it was held, and in plain English whatever was decided on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from patchpilot.audio._audio import Audio
from patchpilot.audio._hold import hold_s
from patchpilot.audio._load import duration_s, load
from patchpilot.audio._loudness import db, loudness_lufs, peak
from patchpilot.audio._onset import first_sound
from patchpilot.audio._pitch import Pitch, hz_to_note, pitch
from patchpilot.audio._resample import fold_to_stereo, mono_if_mono, resample, without_cancelling
from patchpilot.audio._trim import cut, extent, trim
from patchpilot.errors import AudioError, ParameterError

SAMPLE_RATE = 44100
"""The rate of every target, Hz."""

DEFAULT_NOTE = 60
DEFAULT_VELOCITY = 0.8
MIN_S = 0.02
_MIN_HEARD_S = 0.01
MAX_S = 12.0
_READ_S = 30.0
"""A first sound lies in here, or the file is not what was meant."""
_SILENCE_DBFS = -80.0
_END_FADE_S = 0.05
_LOW_RATE = 32000
MOST_MISTUNED_CENTS = 50.0
"""Half a semitone: further off, another note would be nearer."""


@dataclass(frozen=True, eq=False)
class Target:
    """A sound to be matched, and the note that would play it.

    Attributes:
        audio: trimmed, at 44 100 Hz, one channel or (if they differ) two; the sound begins 1 ms after the
            start.
        source: the file it came from; None for audio from memory.
        note: int in 0..127, MIDI; nearest to `f0_hz`, or 60 without a pitch, or what the caller said.
        f0_hz: Hz, or None if the sound has no clear pitch.
        confidence: float in [0, 1], how periodic the sound is.
        tuning_cents: `f0_hz` minus the pitch of `note`, in cents; 0 without a pitch.
        velocity: float in (0, 1].
        loudness_lufs: integrated loudness; −inf below −70 LUFS.
        peak: > 0, largest absolute sample, full scale = 1.0.
        hold_s: s, from the onset until the key is let go; the whole length for a sound that dies by itself.
        length_s: s, of `audio`.
        notes: what was decided and why, in plain English, for the user to read.
    """

    audio: Audio
    source: Path | None
    note: int
    f0_hz: float | None
    confidence: float
    tuning_cents: float
    velocity: float
    loudness_lufs: float
    peak: float
    hold_s: float
    length_s: float
    notes: tuple[str, ...]

    @property
    def mistuning_cents(self) -> float:
        """How far the sound is above its note, in cents; 0 where it is further off than half a semitone.

        Such a sound is not mistuned: somebody said which key to play, and patches may be transposed.
        """
        return self.tuning_cents if abs(self.tuning_cents) <= MOST_MISTUNED_CENTS else 0.0


def listen(sound: str | Path | Audio, *, note: int | None = None, whole: bool = False) -> Target:
    """Find out what a sound is.

    Args:
        sound: a file, or audio from memory.
        note: 0..127, MIDI; overrides the pitch that is heard.
        whole: take all of the recording for one sound; by default only its first sound is used.

    Returns:
        The target. `Target.notes` says what was left out or assumed.

    Raises:
        AudioError: the file cannot be used (see `load`), or the sound is silent or shorter than 20 ms.
        ParameterError: `note` is not in 0..127.
    """
    if note is not None and not 0 <= note <= 127:
        raise ParameterError(f"expected a MIDI note from 0 to 127 (60 is middle C), got {note}")
    source = None if isinstance(sound, Audio) else Path(sound)
    remarks: list[str] = []
    recording = _read(sound, remarks)
    name = "this sound" if source is None else str(source)
    _check(recording, f"the first {_READ_S:.0f} s of {name}" if remarks else name)
    recording = _prepared(recording, remarks)
    audio = _one_sound(recording, whole, remarks)
    heard = pitch(audio)
    chosen = _choose_note(heard, note, remarks)
    return Target(
        audio=audio,
        source=source,
        note=chosen,
        f0_hz=heard.f0_hz if heard.voiced else None,
        confidence=heard.confidence,
        tuning_cents=_cents_from(heard, chosen),
        velocity=DEFAULT_VELOCITY,
        loudness_lufs=loudness_lufs(audio),
        peak=peak(audio),
        hold_s=hold_s(audio),
        length_s=audio.duration_s,
        notes=tuple(remarks),
    )


def _read(sound: str | Path | Audio, remarks: list[str]) -> Audio:
    if isinstance(sound, Audio):
        return sound
    audio = load(sound, seconds=_READ_S)
    length_s = duration_s(sound)
    if length_s > _READ_S:
        remarks.append(f"only the first {_READ_S:.0f} s of {length_s:.0f} s were listened to")
    return audio


def _prepared(audio: Audio, remarks: list[str]) -> Audio:
    """One or two channels at 44.1 kHz."""
    if audio.channels > 2:
        remarks.append(f"{audio.channels} channels were folded to stereo")
    if audio.sample_rate < _LOW_RATE:
        remarks.append(
            f"the file has {audio.sample_rate} samples a second: "
            f"there is nothing above {audio.sample_rate / 2000:g} kHz to match"
        )
    stereo = mono_if_mono(fold_to_stereo(audio))
    heard = without_cancelling(stereo)
    if heard is not stereo:
        remarks.append("left and right cancel each other: only the louder of them was used")
    return resample(heard, SAMPLE_RATE)


def _check(audio: Audio, name: str) -> None:
    if audio.samples.size and not np.isfinite(audio.samples).all():
        raise AudioError(f"expected finite samples, but {name} holds NaN or infinite ones; render it again.")
    if audio.samples.size and db(peak(audio)) < _SILENCE_DBFS:
        raise AudioError(
            f"expected a sound, but {name} is silent: its peak is {_dbfs(peak(audio))} "
            f"(less than {_SILENCE_DBFS:.0f} dBFS). A muted track or the wrong channel was probably exported."
        )
    found = extent(audio)
    length_s = found.end_s - found.start_s
    if audio.duration_s < MIN_S or length_s < _MIN_HEARD_S:
        shortest = min(audio.duration_s, length_s) * 1000
        raise AudioError(
            f"expected a sound of at least {MIN_S * 1000:.0f} ms, but {name} lasts {shortest:.1f} ms. "
            "It is probably a click or a cut-off piece; export the sound with its tail."
        )


def _dbfs(amplitude: float) -> str:
    return f"{db(amplitude):.0f} dBFS" if amplitude > 0 else "no signal at all"


def _one_sound(recording: Audio, whole: bool, remarks: list[str]) -> Audio:
    """The trimmed first sound (or all) of a recording, at most 12 s long."""
    found = extent(recording)
    trimmed = trim(recording)
    if not whole:
        first = first_sound(trimmed)
        if first.of > 1:
            end_s = found.start_s + first.audio.duration_s
            remarks.append(f"only the first sound of {first.of} was used ({found.start_s:.2f}-{end_s:.2f} s)")
        trimmed = trim(first.audio)
    if trimmed.duration_s > MAX_S:
        remarks.append(f"only the first {MAX_S:.0f} s of {trimmed.duration_s:.1f} s were used")
        trimmed = cut(trimmed, 0.0, MAX_S, fade_s=_END_FADE_S)
    return mono_if_mono(trimmed)


def _choose_note(heard: Pitch, note: int | None, remarks: list[str]) -> int:
    if note is not None:
        return note
    if heard.f0_hz is None or not heard.voiced:
        remarks.append(f"no clear pitch: note {DEFAULT_NOTE} is assumed")
        return DEFAULT_NOTE
    return int(np.clip(round(hz_to_note(heard.f0_hz)), 0, 127))


def _cents_from(heard: Pitch, note: int) -> float:
    if heard.f0_hz is None or not heard.voiced:
        return 0.0
    return 100 * (hz_to_note(heard.f0_hz) - note)
