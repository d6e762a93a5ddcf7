"""A work in progress beside a profile: what `gap` and `fix` both begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from patchpilot.audio import Audio, load
from patchpilot.tracks.analyze import analyze
from patchpilot.tracks.cache import Cache
from patchpilot.tracks.features import Listened
from patchpilot.tracks.gap import Gap, gaps, placed
from patchpilot.tracks.profile import MIX, Feature, Measured, Profile, Usual, measured
from patchpilot.tracks.track import Track


@dataclass(frozen=True, eq=False)
class Compared:
    """A track beside a profile.

    Attributes:
        profile: what it is compared with.
        track: what was heard of it.
        audio: the track itself.
        stems: its parts by their names.
        one: what was measured on it.
        known: what is usual in the profile, or in its nearest sub-style.
        gaps: the most important first, with where they are.
    """

    profile: Profile
    track: Track
    audio: Audio
    stems: Mapping[str, Audio]
    one: Measured
    known: Mapping[Feature, Usual]
    gaps: list[Gap]


def compare(
    wip: Path, profile: Profile, stems: Mapping[str, Audio], *, all_styles: bool, cache: Cache | None = None
) -> Compared:
    """Analyse a track and find its gaps.

    Args:
        wip: file of the track.
        profile: to compare with.
        stems: parts of the track by their names, as long as it is.
        all_styles: compare with all of the profile, not with the nearest sub-style.
        cache: of analyses.

    Raises:
        AudioError: the track cannot be used.
    """
    track, audio = analyze(wip, cache=cache), load(wip)
    one = measured(track, stems)
    usual = profile.usual if all_styles else profile.usual_for(one)
    there = sorted({feature.stem for feature in one.values} - {MIX})
    heard = {MIX: Listened(audio), **{name: Listened(stems[name]) for name in there}}
    found = [placed(gap, track, heard) for gap in gaps(one, usual)]
    return Compared(profile, track, audio, stems, one, usual, found)
