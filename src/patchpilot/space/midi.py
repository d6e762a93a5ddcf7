"""Standard MIDI files as patterns, and back (`mido`, of the extra "racks")."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from patchpilot.errors import ParameterError, PluginError
from patchpilot.files import write_bytes
from patchpilot.space.arc import BEATS_PER_BAR
from patchpilot.space.hit import Hit
from patchpilot.space.pattern import Pattern

TICKS_PER_BEAT = 960
"""Of files that are written."""
MAX_BYTES = 4 * 2**20
"""Largest file that is read."""
USUAL_TEMPO_BPM = 120.0
"""Of a file that says none."""


def read_midi(path: Path | str, *, channel: int | None = None) -> tuple[Pattern, float]:
    """A MIDI file as a pattern, and its (first) tempo in beats a minute.

    The pattern is as long as the file, in whole bars of four beats whatever its time signature; swing is in the
    times. Pedals, bends and later tempos are not read.

    Args:
        path: a file of type 0 or 1.
        channel: 1..16, of which notes are read; of all by default.

    Raises:
        ParameterError: it cannot be read, is no MIDI file, or has no such notes.
        PluginError: the extra is not installed.
    """
    path = Path(path)
    file = _opened(path)
    tempos = [message.tempo for track in file.tracks for message in track if message.type == "set_tempo"]
    try:
        pattern = _pattern([_hits(track, file.ticks_per_beat, channel) for track in file.tracks])
    except ParameterError as error:
        raise ParameterError(f"{path}: {error}") from None
    if not pattern.hits:
        where = "" if channel is None else f" on channel {channel}"
        raise ParameterError(f"{path}: expected notes{where}, found none")
    tempo_bpm = 60e6 / tempos[0] if tempos and tempos[0] > 0 else USUAL_TEMPO_BPM
    return pattern, tempo_bpm


def write_midi(pattern: Pattern, path: Path | str, tempo_bpm: float = USUAL_TEMPO_BPM) -> None:
    """Write a pattern as a MIDI file of type 0; what rings past its end is cut off there.

    Raises:
        ParameterError: the tempo is not from 20 to 300 beats a minute.
        OutputError: the file cannot be written.
        PluginError: the extra is not installed.
    """
    mido = _mido()
    if not 20.0 <= tempo_bpm <= 300.0:
        raise ParameterError(f"expected a tempo from 20 to 300 beats a minute, got {tempo_bpm!r}")
    events: list[tuple[int, bool, int, int]] = []
    end = round(pattern.beats * TICKS_PER_BEAT)
    for begins, ends, hit in pattern.timed():
        start = min(round(begins * TICKS_PER_BEAT), end - 1)
        stop = min(max(start + 1, round(ends * TICKS_PER_BEAT)), end)
        for pitch in hit.pitches:
            events.append((start, True, pitch, max(1, round(127 * hit.velocity))))
            events.append((stop, False, pitch, 0))
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=round(60e6 / tempo_bpm))])
    at = 0
    for tick, is_on, pitch, velocity in sorted(events):  # keys go up before they go down
        kind = "note_on" if is_on else "note_off"
        track.append(mido.Message(kind, note=pitch, velocity=velocity, time=tick - at))
        at = tick
    track.append(mido.MetaMessage("end_of_track", time=end - at))
    buffer = io.BytesIO()
    mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_BEAT, tracks=[track]).save(file=buffer)
    write_bytes(Path(path), buffer.getvalue())


def _opened(path: Path) -> Any:
    mido = _mido()
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise ParameterError(f"{path}: expected a MIDI file below {MAX_BYTES >> 20} MB; is it one?")
    try:
        file = mido.MidiFile(file=io.BytesIO(data), clip=True)
    except Exception as error:  # mido raises what it runs into: EOFError, ValueError, IndexError, …
        reason = f" ({error})" if str(error) else ""
        raise ParameterError(
            f"{path}: expected a standard MIDI file{reason}; is it one, and whole?"
        ) from None
    if file.type == 2 or not file.ticks_per_beat > 0:
        raise ParameterError(f"{path}: expected a MIDI file of type 0 or 1, timed in beats")
    return file


def _pattern(tracks: Iterable[tuple[list[Hit], float]]) -> Pattern:
    """All tracks at once, to the end of the last one's last bar."""
    found = list(tracks)
    hits = [hit for track, _ in found for hit in track]
    last = max((hit.beat for hit in hits), default=0.0)
    end = max((end for _, end in found), default=0.0)
    return Pattern(tuple(hits), float(max(math.ceil(end / BEATS_PER_BAR - 1e-6), last // BEATS_PER_BAR + 1)))


def _hits(track: Iterable[Any], ticks_per_beat: int, channel: int | None) -> tuple[list[Hit], float]:
    """Hits of a track, and when it ends, in beats; a key that never goes up is held to the end."""
    down: dict[tuple[int, int], list[tuple[int, int]]] = {}  # by channel and pitch: ticks and velocities
    spans: list[tuple[int, int, int, int]] = []
    tick = 0
    for message in track:
        tick += message.time
        if message.type not in ("note_on", "note_off") or channel not in (None, message.channel + 1):
            continue
        key = (message.channel, message.note)
        if message.type == "note_on" and message.velocity:
            down.setdefault(key, []).append((tick, message.velocity))
        elif down.get(key):
            start, velocity = down[key].pop(0)
            spans.append((start, tick, message.note, velocity))
    spans += [(start, tick, key[1], velocity) for key, held in down.items() for start, velocity in held]
    chords: dict[tuple[int, int, int], set[int]] = {}
    for start, stop, pitch, velocity in spans:
        chords.setdefault((start, stop, velocity), set()).add(pitch)
    hits = [
        Hit(start / ticks_per_beat, tuple(pitches), (stop - start) / ticks_per_beat, velocity / 127)
        for (start, stop, velocity), pitches in chords.items()
    ]
    return hits, tick / ticks_per_beat


def _mido() -> Any:
    try:
        import mido
    except ImportError:
        raise PluginError("MIDI files need mido: pip install 'patchpilot[racks]'") from None
    return mido
