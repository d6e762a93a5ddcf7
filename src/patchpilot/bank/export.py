"""A take as files for other programs: preset, audio, MIDI."""

from __future__ import annotations

import math
import re
from pathlib import Path

from patchpilot.audio import save
from patchpilot.bank.entry import Entry
from patchpilot.errors import PluginError
from patchpilot.files import make_folder
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.take import Take
from patchpilot.space import Performance
from patchpilot.space.arc import BEATS_PER_BAR
from patchpilot.space.hit import Hit
from patchpilot.space.midi import USUAL_TEMPO_BPM, write_midi
from patchpilot.space.pattern import Pattern


def export(entry: Entry, take: Take, folder: Path, instrument: Instrument) -> list[Path]:
    """Write the preset, the audio as float32 WAV, and what was played as a MIDI file.

    MIDI is left out where `mido` (of the extra "racks") is missing.

    Args:
        entry: the take as the bank knows it.
        take: with the audio that is to be written.
        folder: made if it is missing; files of the same names are replaced.
        instrument: that plays it.

    Returns:
        The files that were written.

    Raises:
        OutputError: a file cannot be written.
    """
    make_folder(folder)
    stem = folder / file_name(entry)
    preset, sound, midi = (stem.with_name(stem.name + end) for end in (instrument.suffix, ".wav", ".mid"))
    instrument.export(take.patch, preset)
    save(take.audio, sound)
    try:
        tempo_bpm = take.performance.tempo_bpm or USUAL_TEMPO_BPM
        write_midi(as_pattern(take.performance, tempo_bpm), midi, tempo_bpm)
    except PluginError:
        return [preset, sound]
    return [preset, sound, midi]


def file_name(entry: Entry) -> str:
    """A name for files of a take: its number and what it is called."""
    plain = re.sub(r"[^\w -]+", "", entry.name).strip().replace(" ", "_")[:60]
    return f"{entry.number:06d}" + (f"_{plain}" if plain else "")


def as_pattern(performance: Performance, tempo_bpm: float) -> Pattern:
    """The notes of a performance at a tempo, in whole bars."""
    per_s = tempo_bpm / 60.0
    bars = max(1, math.ceil(performance.length_s * per_s / BEATS_PER_BAR - 1e-9))
    hits = [
        Hit(note.start_s * per_s, (note.pitch,), note.hold_s * per_s, note.velocity)
        for note in performance.notes
    ]
    return Pattern(tuple(hits), float(bars))
