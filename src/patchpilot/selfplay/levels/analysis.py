"""A loop taken apart: tempo, key, hits, and which of them are the same sound."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.audio import Audio, db, hz_to_note, peak, pitch, rms
from patchpilot.audio.chroma import estimated_key
from patchpilot.errors import AudioError
from patchpilot.instruments.rack.material.material import Material
from patchpilot.instruments.rack.material.tempo import BEATS_PER_BAR
from patchpilot.selfplay.levels.grouping import grouped, hit_distances

LONGEST_S = 60.0
_SILENT_DB = -70.0
_SURE = 0.65
"""Confidence from which a key that was heard is one."""
_STEADY = 0.6
"""Confidence from which a hit has a pitch of its own."""
_FASTEST_BPM = 160.0


@dataclass(frozen=True, eq=False)
class LoopHit:
    """A sound in a loop, from its attack to the next one.

    Attributes:
        audio: of it.
        start_s: where it begins.
        level_db: RMS of its loudest 50 ms, dB re full scale.
        pitch: MIDI note, which may lie between two keys; None where it has none.
        part: number of the sound that it is, from 0.
    """

    audio: Audio
    start_s: float
    level_db: float
    pitch: float | None
    part: int = 0


@dataclass(frozen=True, eq=False)
class Taken:
    """What was heard in a loop.

    Attributes:
        material: the loop, with its tempo.
        key: "A minor", or "" where none is heard.
        is_tonal: whether the key is said by somebody, or heard for sure.
        hits: in their order.
        parts: for each sound the number of the hit that stands for it.
    """

    material: Material
    key: str
    is_tonal: bool
    hits: tuple[LoopHit, ...]
    parts: tuple[int, ...]

    @property
    def tempo_bpm(self) -> float:
        """Beats a minute."""
        assert self.material.tempo_bpm is not None
        return self.material.tempo_bpm

    @property
    def is_pitched(self) -> bool:
        """Whether most hits have a pitch, and together a key: drums have the one and not the other."""
        return self.is_tonal and sum(hit.pitch is not None for hit in self.hits) > len(self.hits) / 2


def taken_apart(material: Material) -> Taken:
    """Take a loop apart.

    Args:
        material: the loop; one without a tempo is taken to be whole bars.

    Raises:
        AudioError: it is silent, or longer than a minute.
    """
    audio = material.audio
    if audio.duration_s > LONGEST_S:
        raise AudioError(
            f"expected a loop of up to {LONGEST_S:g} s, got {audio.duration_s:.0f} s: cut out some bars; whole tracks "
            "are for `patchpilot track`"
        )
    if db(peak(audio)) < _SILENT_DB:
        raise AudioError("expected a loop, but there is only silence; was the right file exported?")
    if material.tempo_bpm is None:
        material = dataclasses.replace(
            material, tempo_bpm=_whole_bars(audio.duration_s), source="analysis", confidence=0.0
        )
    elif material.source == "analysis":
        material = dataclasses.replace(material, tempo_bpm=_a_bar(material.tempo_bpm, audio.duration_s))
    hits = [
        LoopHit(cut.audio, cut.start_s, _level_db(cut.audio), _pitch(cut.audio))
        for cut in material.slices("onset")
        if db(peak(cut.audio)) >= _SILENT_DB
    ]
    labels = grouped(hit_distances([hit.audio for hit in hits], [hit.pitch for hit in hits]))
    hits = [dataclasses.replace(hit, part=int(label)) for hit, label in zip(hits, labels, strict=True)]
    heard = estimated_key(audio)
    return Taken(
        material,
        material.key or (heard.name if heard else ""),
        bool(material.key) or (heard is not None and heard.confidence >= _SURE),
        tuple(hits),
        _standing(hits, int(labels.max()) + 1),
    )


def _standing(hits: Sequence[LoopHit], n_parts: int) -> tuple[int, ...]:
    """For each part the hit that is loud and long: what others cut short is hard to match."""
    return tuple(
        max(
            (k for k, hit in enumerate(hits) if hit.part == part),
            key=lambda k: (hits[k].level_db + 20.0 * np.log10(min(hits[k].audio.duration_s, 1.0)), -k),
        )
        for part in range(n_parts)
    )


def _level_db(audio: Audio) -> float:
    size = max(1, round(0.05 * audio.sample_rate))
    starts = range(0, max(1, len(audio) - size + 1), size)
    return max(db(rms(Audio(audio.samples[:, start : start + size], audio.sample_rate))) for start in starts)


def _pitch(audio: Audio) -> float | None:
    if audio.duration_s < 0.04:
        return None
    found = pitch(audio)
    return hz_to_note(found.f0_hz) if found.f0_hz is not None and found.confidence >= _STEADY else None


def _a_bar(tempo: float, duration_s: float) -> float:
    """A tempo that was heard, or the double: half a bar at a slow tempo is likelier a bar at a usual one."""
    return (
        2.0 * tempo
        if duration_s * tempo / 60.0 < 0.75 * BEATS_PER_BAR and 2.0 * tempo <= _FASTEST_BPM
        else tempo
    )


def _whole_bars(duration_s: float) -> float:
    """The tempo from 80 to 160 at which a sound is a power of two of beats long."""
    tempo = 60.0 / duration_s
    while tempo < 80.0:
        tempo *= 2.0
    while tempo > _FASTEST_BPM:
        tempo /= 2.0
    return min(300.0, max(20.0, tempo))
