"""Profiles, what a track lacks beside one, and what to turn: run by `Apart`, far from the workspace."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patchpilot.errors import AudioError, PatchPilotError
from patchpilot.workspace.tracks.hearing import loaded

if TYPE_CHECKING:
    from patchpilot.audio import Audio
    from patchpilot.tracks.compared import Compared
    from patchpilot.tracks.fix import Desk, Fix
    from patchpilot.tracks.gap import Gap
    from patchpilot.tracks.moves import Move
    from patchpilot.tracks.profile import Profile
    from patchpilot.workspace.apart import Told

NAME = __name__
"""Of this module, as `Apart.do` calls its functions."""


@dataclass(frozen=True)
class Sounding:
    """Two sounds to compare by ear, equally loud.

    Attributes:
        pair: the track's own and the other; None where there is nothing to compare.
        other: what the other is called.
        why: why there is none.
    """

    pair: tuple[Audio, Audio] | None = None
    other: str = ""
    why: str = ""


@dataclass(frozen=True)
class Source:
    """A track and its stems, as files; `name` is what people call it."""

    name: str
    file: Path
    stems: Mapping[str, Path]


def profiled(told: Told, tracks: Sequence[Source]) -> tuple[Profile, list[tuple[str, str]]]:
    """What tracks have in common, and (name, reason) of those that cannot be heard; raises as `Profile.build`."""
    from patchpilot.tracks import Cache, analyze
    from patchpilot.tracks.profile import Profile, measured

    found, broken = [], []
    told(phase="listening", done=0, total=len(tracks))
    for number, one in enumerate(tracks, 1):
        try:
            numbers = measured(analyze(one.file, cache=Cache()), loaded(one.stems))
            found.append(dataclasses.replace(numbers, name=one.name))
        except AudioError as error:
            broken.append((one.name, str(error)))
        told(done=number)
    return Profile.build(found, broken=broken), broken


def gaps(
    told: Told, one: Source, profile: Profile, all_styles: bool, most: int
) -> tuple[dict[str, Any], list[Sounding]]:
    """What a track lacks, as JSON, and each of its gaps to hear: a place of the gap beside a track of the profile.

    Raises:
        AudioError: the track cannot be used.
    """
    done = _compared(told, one, profile, all_styles)
    shown = done.gaps[:most]
    references: dict[str, Any] = {}
    heard = []
    for number, gap in enumerate(shown):
        told(phase="cutting what to compare", done=number, total=len(shown))
        heard.append(_beside(done, gap, references))
    said = {
        "likeness": done.profile.likeness(done.one),
        "gaps": [gap.to_json() for gap in shown],
        "sections": done.track.to_json()["sections"],
    }
    return said, heard


def fixes(
    told: Told, one: Source, profile: Profile, all_styles: bool, most: int, amount: float
) -> tuple[dict[str, Any], list[Sounding], list[Move]]:
    """What to turn, as JSON, each fix to hear before and after, and the moves; raises as `gaps`."""
    from patchpilot.tracks.fix import desk_of
    from patchpilot.tracks.fix import fixes as tried
    from patchpilot.tracks.fix.together import together

    done = _compared(told, one, profile, all_styles)
    tempo = done.track.tempo.bpm if done.track.tempo is not None else None
    desk = desk_of(done.audio, done.stems, done.track.sections, tempo)
    some = done.gaps[:most]
    found: list[Fix] = []
    told(phase="trying out", done=0, total=len(some))
    for fix in tried(done.track, done.one, desk, some, done.known):
        found.append(fix.scaled(amount))
        told(done=len(found))
    moves, left = together(found)
    said = {
        "fixes": [fix.to_json() for fix in found],
        "moves": [move.to_json() for move in moves],
        "left_out": left,
        "sections": done.track.to_json()["sections"],
    }
    return said, [_before_and_after(done, desk, fix) for fix in found], moves


def _compared(told: Told, one: Source, profile: Profile, all_styles: bool) -> Compared:
    from patchpilot.tracks import Cache
    from patchpilot.tracks.compared import compare

    told(phase="listening")
    return compare(one.file, profile, loaded(one.stems), all_styles=all_styles, cache=Cache())


def _beside(done: Compared, gap: Gap, references: dict[str, Any]) -> Sounding:
    """The place of a gap, and such a place in the track of the profile that is most usual there."""
    from patchpilot.audio import load
    from patchpilot.tracks import Cache, analyze
    from patchpilot.tracks.gap import reference_for, snippets

    try:
        other = reference_for(gap, done.profile)
        if other.path not in references:
            references.clear()  # a whole track is large: one at a time
            references[other.path] = (analyze(other.path, cache=Cache()), load(other.path))
        pair = snippets(gap, (done.track, done.audio), references[other.path])
    except PatchPilotError as error:
        return Sounding(why=str(error))
    return Sounding(pair, other.name)


def _before_and_after(done: Compared, desk: Desk, fix: Fix) -> Sounding:
    """Where the gap is, before and after; nothing where nothing was turned."""
    from patchpilot.tracks.gap import snippets

    if fix.candidate is None:
        return Sounding()
    mixes = (done.track, desk.mix), (done.track, desk.after(fix.steps).mix)
    return Sounding(snippets(fix.gap, *mixes, same_place=True))
