"""Two sounds to compare by ear: the same kind of place in both tracks, equally loud."""

from __future__ import annotations

from collections.abc import Mapping

from patchpilot.audio import Audio, cut, loudness_lufs, peak
from patchpilot.errors import AudioError
from patchpilot.tracks.gap.gap import Gap
from patchpilot.tracks.profile import WHOLE, Feature, Measured, Profile
from patchpilot.tracks.section import Section
from patchpilot.tracks.track import Track

BARS = 4
_WITHOUT_BARS_S = 8.0
_TOP = 0.89
"""A peak of −1 dBFS."""


def snippets(
    gap: Gap, mine: tuple[Track, Audio], theirs: tuple[Track, Audio], *, same_place: bool = False
) -> tuple[Audio, Audio]:
    """Four bars of each track from a section of the gap's kind, at the same loudness, the louder one turned down.

    Args:
        gap: what is to be heard.
        mine: the track that has it, and its sound.
        theirs: what it is compared with.
        same_place: whether both are the same track, before and after something was done: then the same bars are cut.

    Raises:
        AudioError: the reference has no such section.
    """
    one, two = _place(gap, *mine), _place(gap, *theirs, own=same_place)
    levels = [loudness_lufs(one), loudness_lufs(two)]
    quiet = min(levels)
    matched = [
        Audio(audio.samples * 10.0 ** ((quiet - level) / 20.0), audio.sample_rate)
        for audio, level in zip((one, two), levels, strict=True)
    ]
    top = max(peak(audio) for audio in matched)
    turn = min(1.0, _TOP / max(top, 1e-9))
    first, second = (Audio(audio.samples * turn, audio.sample_rate) for audio in matched)
    return first, second


def reference_for(gap: Gap, profile: Profile) -> Measured:
    """The track of a profile that is most usual in what the gap is about: the one to listen to."""
    has_it = [one for one in profile.used if gap.feature in one.values and one.path]
    if not has_it:
        raise AudioError("expected a profile of files, but none of its tracks has this section and a path")

    def far(one: Measured) -> float:
        return max(abs(profile.usual[f].spreads(v)) for f, v in _about(gap, one.values).items())

    return min(has_it, key=lambda one: (far(one), one.name))


def _about(gap: Gap, values: Mapping[Feature, float]) -> dict[Feature, float]:
    return {feature: values[feature] for feature in gap.features if feature in values}


def _place(gap: Gap, track: Track, audio: Audio, *, own: bool = True) -> Audio:
    section = _section(gap, track)
    start = gap.spans[0].start_s if own and gap.spans else section.start_s + section.duration_s / 4.0
    length = BARS * track.grid.bar_s if track.grid is not None else _WITHOUT_BARS_S
    if track.grid is not None:
        start = track.grid.nearest_bar_s(start)
    start = max(0.0, min(start, audio.duration_s - length))
    return cut(audio, start, start + length, fade_s=0.02)


def _section(gap: Gap, track: Track) -> Section:
    wanted = "drop" if gap.feature.section == WHOLE else gap.feature.section
    found = [s for s in track.sections if s.label == wanted]
    if found:
        return max(found, key=lambda s: s.duration_s)
    if gap.feature.section == WHOLE or not track.sections:
        return Section("drop", 0.0, track.duration_s)
    raise AudioError(f"expected a {wanted} in {track.path or 'the reference'}, found none")
