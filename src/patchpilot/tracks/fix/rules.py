"""From a gap to what might close it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from patchpilot.audio import Audio
from patchpilot.tracks.fix.candidate import Candidate
from patchpilot.tracks.fix.equalising import equalisers
from patchpilot.tracks.fix.levelling import hats, levels, limiting, side_chains
from patchpilot.tracks.fix.widening import stereo
from patchpilot.tracks.gap import Gap
from patchpilot.tracks.profile import Feature
from patchpilot.tracks.profile.kinds import amount as said


def candidates(gap: Gap, values: Mapping[Feature, float], stems: Mapping[str, Audio]) -> list[Candidate]:
    """Ways to close a gap, the most fitting first; none where only a person can.

    Args:
        gap: of the track.
        values: what was measured of it.
        stems: those that can be turned, by name.
    """
    rules: dict[str, Callable[[], Iterator[Candidate]]] = {
        "colour": lambda: equalisers(gap, values, stems),
        "width": lambda: stereo(gap, stems),
        "level": lambda: levels(gap, stems),
        "pumping": lambda: side_chains(gap, stems),
        "drums": lambda: hats(gap, stems),
        "dynamics": lambda: limiting(gap),
    }
    rule = rules.get(gap.group)
    return list(rule()) if rule is not None else []


def advice(gap: Gap) -> str:
    """What a person may do about a gap that no move closes."""
    more = gap.difference > 0.0
    texts = {
        "pumping": "turn the depth of your side chains down"
        if more
        else "duck bass and pads by the kick; with --stems it is tried out",
        "tempo": f"set the song to {said(gap.usual.median, 'BPM')} if you want their pace",
        "form": "make the section shorter" if more else "make the section longer",
        "dynamics": "drive the limiter less: what is squashed stays squashed",
        "notes": "choose or detune the sound differently",
        "drums": "change the pattern or the level of the drums; with --stems levels are tried out",
    }
    return texts.get(gap.group, "compare the snippets and decide by ear")
