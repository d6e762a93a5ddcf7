"""A sound cut into hits, beats and bars, so that like is compared with like."""

from __future__ import annotations

from collections.abc import Sequence

from patchpilot.audio import Audio, cut, extent, first_sound, hold_s, peak, pitch, trim
from patchpilot.audio import hz_to_note as to_note
from patchpilot.instruments.rack.material import Material, Slice
from patchpilot.objectives.golden import Kind
from patchpilot.selfplay.golden.item import Part

MOST = 32
"""Parts of a kind that are kept of one sound, evenly over its length: a track has thousands of hits."""
LONGEST_S = 12.0
"""Of one part; embeddings hear no more."""
_LEAST_S = 0.05
_FAINT = 0.02
"""Of the sound's peak: hits that do not reach it are what rings between two."""
NO_PITCH = 60.0


def parts_of(material: Material) -> dict[Kind, tuple[Part, ...]]:
    """Where the parts of a sound lie, of each kind.

    A single sound is one hit and has no beats; a sound without a tempo has neither beats nor bars.
    """
    audio = material.audio
    found = extent(audio)
    whole = _part(audio, found.start_s, min(found.end_s, found.start_s + LONGEST_S))
    single = first_sound(trim(audio)).of == 1
    hits = (whole,) if single else _sounding(audio, material.slices("onset"), pitched=True)
    if single or material.tempo_bpm is None:
        return {"hit": hits, "beat": (), "bar": (), "whole": (whole,)}
    return {
        "hit": hits or (whole,),
        "beat": _sounding(audio, _complete(material.slices("beat"), 1.0, material.tempo_bpm)),
        "bar": _sounding(audio, _complete(material.slices("bar"), 4.0, material.tempo_bpm)),
        "whole": (whole,),
    }


def audio_of(audio: Audio, part: Part) -> Audio:
    """What a part sounds like."""
    return cut(audio, part.start_s, part.end_s)


def _complete(slices: Sequence[Slice], beats: float, tempo_bpm: float) -> list[Slice]:
    """Those as long as they should be: an upbeat or a rest at the end is none."""
    least = 0.9 * beats * 60.0 / tempo_bpm
    return [piece for piece in slices if piece.audio.duration_s >= least]


def _sounding(audio: Audio, slices: Sequence[Slice], *, pitched: bool = False) -> tuple[Part, ...]:
    """Parts of the slices that sound, at most `MOST`."""
    faint = _FAINT * peak(audio)
    kept = [piece for piece in slices if piece.audio.duration_s >= _LEAST_S and peak(piece.audio) >= faint]
    step = max(len(kept) / MOST, 1.0)
    chosen = [kept[int(i * step)] for i in range(min(len(kept), MOST))]
    return tuple(
        _part(audio, piece.start_s, piece.start_s + min(piece.audio.duration_s, LONGEST_S), pitched=pitched)
        for piece in chosen
    )


def _part(audio: Audio, start_s: float, end_s: float, *, pitched: bool = True) -> Part:
    """A part as a note: beats and bars are of many, so they have no pitch and are held throughout."""
    length_s = end_s - start_s
    if not pitched:
        return Part(start_s, end_s, NO_PITCH, length_s)
    piece = cut(audio, start_s, end_s)
    heard = pitch(piece)
    note = to_note(heard.f0_hz) if heard.voiced and heard.f0_hz else NO_PITCH
    return Part(start_s, end_s, round(note, 2), round(min(max(hold_s(piece), 0.01), length_s), 4))
