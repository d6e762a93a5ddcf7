"""All stages of an analysis, in order: each hears the same `Listened`, and knows what those before it found."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from patchpilot.audio import Audio, load
from patchpilot.errors import AudioError
from patchpilot.tracks.balance import balances
from patchpilot.tracks.bars import bars
from patchpilot.tracks.beats import beats
from patchpilot.tracks.cache import Cache, content
from patchpilot.tracks.energy import energy
from patchpilot.tracks.essentia import heard_by_essentia
from patchpilot.tracks.features import Listened
from patchpilot.tracks.findings import detected, scored
from patchpilot.tracks.flags import Time, flags
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.key import key
from patchpilot.tracks.loudness import loudness
from patchpilot.tracks.sections import sections
from patchpilot.tracks.tempo import tempo
from patchpilot.tracks.track import Track


def analyze(
    sound: str | Path | Audio, *, stems: Mapping[str, Audio] | None = None, cache: Cache | None = None
) -> Track:
    """Listen to a whole track.

    Args:
        sound: a file, or audio from memory; 2 s or longer.
        stems: parts of the same track by their names, which the detectors listen to as well.
        cache: where analyses are kept by content; one that is there is not made again.

    Raises:
        AudioError: the file cannot be used (see `audio.load`), or the track is silent or shorter than 2 s.
    """
    name = content(sound, stems or {})
    found = cache.get(name) if cache is not None else None
    if found is None:
        found = _analysed(sound, name, stems or {})
        if cache is not None:
            cache.put(name, found)
    return replace(found, path="" if isinstance(sound, Audio) else str(sound))


def _analysed(sound: str | Path | Audio, name: str, stems: Mapping[str, Audio]) -> Track:
    audio = sound if isinstance(sound, Audio) else load(sound)
    try:
        listened = Listened(audio)
    except AudioError as error:
        raise error if isinstance(sound, Audio) else AudioError(f"{sound}: {error}") from error
    listened.hear_mono()  # before there are threads: all of them read it
    with ThreadPoolExecutor(1) as pool:
        loud = pool.submit(loudness, listened)
        time = _time(listened)
        bends = energy(listened, time.grid)
        form = sections(listened, time.grid, bends)
        notes = key(listened, time.grid)
        found = detected(listened, time.grid, form, stems)
        levels = loud.result()
    whole, by_section = balances(listened, form)
    return Track(
        path="",
        sha256=name,
        duration_s=audio.duration_s,
        sample_rate=audio.sample_rate,
        tempo=time.tempo,
        grid=time.grid,
        flags=flags(listened, time, notes, levels, form, whole),
        key=notes,
        loudness=levels,
        sections=form,
        energy=bends,
        balance=whole,
        section_balance=by_section,
        detectors=found,
        score=scored(time.grid, bends, form, found),
        essentia=heard_by_essentia(listened),
    )


def _time(listened: Listened) -> Time:
    found = tempo(listened)
    if found is None:
        return Time(None, None)
    pulse = beats(listened, found.bpm)
    metre = bars(listened, pulse)
    beat_s = 60.0 / pulse.bpm
    grid = Grid(
        bpm=pulse.bpm,
        first_beat_s=pulse.first_s,
        first_downbeat_s=pulse.first_s + metre.first * beat_s,
        beats_per_bar=metre.beats_per_bar,
        duration_s=listened.duration_s,
        stability=found.stability,
        confidence=pulse.confidence,
    )
    return Time(replace(found, bpm=pulse.bpm), grid, metre.confidence)
