"""The files of a song: text, mix, stems, notes, and a project that music programs open."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

from patchpilot import __version__
from patchpilot.audio import save
from patchpilot.files import check_free, make_folder, write_text
from patchpilot.selfplay.arrangement import dawproject, document
from patchpilot.selfplay.arrangement.arrangement import Arrangement
from patchpilot.selfplay.arrangement.form import BEATS_PER_BAR
from patchpilot.selfplay.arrangement.measures import Measures
from patchpilot.selfplay.arrangement.mixing import Song
from patchpilot.selfplay.arrangement.moment import Moment
from patchpilot.space import Pattern
from patchpilot.space.hit import Hit
from patchpilot.space.midi import write_midi

TEXT, MIX, PROJECT, MEASURES = "arrangement.toml", "song.wav", "song.dawproject", "measures.json"


def write_song(
    folder: Path,
    arrangement: Arrangement,
    moments: Mapping[str, Moment],
    song: Song,
    found: Measures,
    *,
    title: str = "",
    force: bool = False,
) -> dict[str, object]:
    """Write all files of a song.

    Args:
        folder: where to; made where it is missing.
        arrangement: what is heard when.
        moments: by name.
        song: its sound.
        found: what was measured.
        title: of the song; the folder's name by default.
        force: replace an earlier song.

    Returns:
        Their paths and what was measured, as plain JSON.

    Raises:
        OutputError: there is a song already, or a file cannot be written.
        PluginError: the extra that writes MIDI is missing.
    """
    check_free(folder / TEXT, force=force)
    make_folder(folder)
    stems = {role: folder / "stems" / f"{role}.wav" for role in song.stems}
    make_folder(folder / "stems")
    for role, sound in song.stems.items():
        save(sound, stems[role])
    save(song.mix, folder / MIX)
    notes = _write_notes(folder / "notes", arrangement, moments)
    dawproject.write(
        folder / PROJECT,
        arrangement,
        moments,
        song,
        title=title or folder.resolve().name,
        version=__version__,
    )
    write_text(folder / MEASURES, json.dumps(dataclasses.asdict(found), indent=2) + "\n")
    document.write(arrangement, folder / TEXT)  # last: where it is, all is
    return {
        "arrangement": str(folder / TEXT),
        "mix": str(folder / MIX),
        "stems": {role: str(path) for role, path in stems.items()},
        "notes": {role: str(path) for role, path in notes.items()},
        "dawproject": str(folder / PROJECT),
        "seconds": arrangement.seconds,
        "measures": dataclasses.asdict(found),
    }


def _write_notes(folder: Path, arrangement: Arrangement, moments: Mapping[str, Moment]) -> dict[str, Path]:
    """A MIDI file for each track with notes."""
    written: dict[str, Path] = {}
    for role in dict.fromkeys(clip.role for clip in arrangement.clips):
        hits = tuple(
            Hit(clip.beat, tuple(pitch + clip.semitones for pitch in pitches), clip.beats)
            for clip in arrangement.clips
            if clip.role == role and (pitches := moments[clip.moment].pitches)
        )
        if hits:
            make_folder(folder)
            written[role] = folder / f"{role}.mid"
            pattern = Pattern(hits, float(arrangement.beats // BEATS_PER_BAR))
            write_midi(pattern, written[role], arrangement.tempo_bpm)
    return written
