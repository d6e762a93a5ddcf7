"""The `Material` noun: a loop that knows its tempo and its key."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from patchpilot.audio import Audio, load
from patchpilot.errors import AudioError, ParameterError
from patchpilot.instruments.rack.material import key as keys
from patchpilot.instruments.rack.material import said, slicing
from patchpilot.instruments.rack.material.tempo import BEATS_PER_BAR, estimated_tempo
from patchpilot.instruments.rack.material.warp import stretched

Source = Literal["given", "sidecar", "name", "analysis", ""]
_NOWHERE: Source = ""


@dataclass(frozen=True, eq=False)
class Material:
    """A loop. Make one of a file with `loop_material`.

    Attributes:
        audio: of one or two channels.
        tempo_bpm: beats a minute, or None where it is not known.
        key: "A minor", "F# major", "C" (of an unknown mode), or "".
        source: where the tempo is from: "given", "sidecar", "name", "analysis", or "" where there is none.
        key_source: likewise; a key is never analysed.
        confidence: 0..1, of an analysed tempo; 1 of others.
        first_beat_s: where the first beat lies, in seconds.

    Raises:
        ParameterError: the tempo is out of 20 to 300 beats a minute, or the first beat lies before the start.
    """

    audio: Audio
    tempo_bpm: float | None = None
    key: str = ""
    source: Source = "given"
    key_source: Source = "given"
    confidence: float = 1.0
    first_beat_s: float = 0.0

    def __post_init__(self) -> None:
        tempo = self.tempo_bpm
        if tempo is not None and not said.LOWEST_BPM <= tempo <= said.HIGHEST_BPM:
            raise ParameterError(
                f"expected a tempo from {said.LOWEST_BPM:g} to {said.HIGHEST_BPM:g} beats a minute, got {tempo!r}"
            )
        if not 0.0 <= self.first_beat_s < float("inf"):
            raise ParameterError(f"expected a first beat from 0 seconds on, got {self.first_beat_s!r}")

    def __str__(self) -> str:
        """In a line, with the sources of what it knows."""
        parts = [f"{self.audio.duration_s:.2f} s"]
        if self.tempo_bpm is not None:
            sure = f" ({self.confidence:.0%} sure)" if self.source == "analysis" else ""
            parts.append(f"{self.tempo_bpm:.2f} BPM by {self.source}{sure}")
        if self.key:
            parts.append(f"{self.key} by {self.key_source}")
        return ", ".join(parts)

    @property
    def beats(self) -> float:
        """Its length in beats.

        Raises:
            AudioError: the tempo is not known.
        """
        return self.audio.duration_s * self._tempo / 60.0

    def slices(self, at: Literal["onset", "beat", "bar"]) -> list[slicing.Slice]:
        """Parts of it, in order; end to end they are the whole, sample for sample.

        Args:
            at: "onset", where something begins; "beat"; "bar", of four beats.

        Raises:
            AudioError: beats or bars are asked for, and the tempo is not known.
            ParameterError: it is another word.
        """
        cutters: dict[str, Callable[[], list[float]]] = {
            "onset": lambda: slicing.onset_times(self.audio),
            "beat": lambda: slicing.beat_times(self.audio, self._tempo, self.first_beat_s, 1),
            "bar": lambda: slicing.beat_times(self.audio, self._tempo, self.first_beat_s, BEATS_PER_BAR),
        }
        if at not in cutters:
            raise ParameterError(f"expected slices at {', '.join(cutters)}, got {at!r}")
        return slicing.sliced(self.audio, cutters[at](), self.tempo_bpm, self.first_beat_s)

    def warped(
        self, tempo_bpm: float | None = None, semitones: float = 0.0, *, keep_formants: bool = False
    ) -> Material:
        """The same at another tempo and pitch, as long as its beats last then.

        Args:
            tempo_bpm: beats a minute; None leaves it as long as it is.
            semitones: up, or down where below 0; whole ones move the key too.
            keep_formants: leave the colour of a voice where it is.

        Raises:
            AudioError: another tempo is asked for, and its own is not known.
            ParameterError: more than eight times as long or as short, or more than 36 semitones.
            PluginError: pedalboard is not installed.
        """
        if tempo_bpm is not None and not said.LOWEST_BPM <= tempo_bpm <= said.HIGHEST_BPM:
            raise ParameterError(
                f"expected a tempo from {said.LOWEST_BPM:g} to {said.HIGHEST_BPM:g} beats a minute, got {tempo_bpm!r}"
            )
        length = 1.0 if tempo_bpm is None else self._tempo / tempo_bpm
        return dataclasses.replace(
            self,
            audio=stretched(self.audio, length, semitones, keep_formants=keep_formants),
            tempo_bpm=self.tempo_bpm if tempo_bpm is None else tempo_bpm,
            key=keys.transposed(self.key, semitones),
            first_beat_s=self.first_beat_s * length,
        )

    @property
    def _tempo(self) -> float:
        if self.tempo_bpm is None:
            raise AudioError(
                "expected a loop whose tempo is known: write it into the file's name (break_120bpm.wav), into a "
                'sidecar (break.json with {"tempo_bpm": 120}), or pass tempo_bpm'
            )
        return self.tempo_bpm


def loop_material(path: str | Path, *, tempo_bpm: float | None = None, key: str = "") -> Material:
    """A loop of a file, with its tempo and key: as passed, else in its sidecar, else in its name, else heard.

    Args:
        path: of a sound file.
        tempo_bpm: beats a minute, where you know better.
        key: such as "Am", where you know better.

    Raises:
        AudioError: the sound or its sidecar cannot be read.
        ParameterError: what is passed is no tempo or no key.
    """
    path = Path(path)
    audio = load(path)
    if key and not keys.parsed(key):
        raise ParameterError(f'expected a key such as "Am" or "F# major", got {key!r}')
    sidecar, name = said.in_sidecar(path), said.in_name(path)
    given = said.Said(tempo_bpm, keys.parsed(key))
    sources: list[tuple[Source, said.Said]] = [("given", given), ("sidecar", sidecar), ("name", name)]
    found_key, key_source = "", _NOWHERE
    tempo, source, confidence = None, _NOWHERE, 0.0
    for place, what in reversed(sources):
        if what.key:
            found_key, key_source = what.key, place
        if what.tempo_bpm is not None:
            tempo, source, confidence = what.tempo_bpm, place, 1.0
    if tempo is None and (heard := estimated_tempo(audio)) is not None:
        tempo, source, confidence = heard.bpm, "analysis", heard.confidence
    return Material(audio, tempo, found_key, source, key_source, confidence, sidecar.first_beat_s or 0.0)
