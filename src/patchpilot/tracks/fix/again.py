"""Measuring a track again after something was tried: beats and sections stay, only what may have changed is heard."""

from __future__ import annotations

from dataclasses import replace

from patchpilot.tracks.balance import balances
from patchpilot.tracks.detectors import DETECTORS
from patchpilot.tracks.features import Listened
from patchpilot.tracks.fix.desk import Desk
from patchpilot.tracks.loudness import loudness
from patchpilot.tracks.profile import MIX, Feature, Measured, measured
from patchpilot.tracks.profile.measuring import stem_values
from patchpilot.tracks.track import Track

_DETECTORS = {"pumping": ("pumping",), "drums": ("offbeat_hats",)}


def measured_again(track: Track, one: Measured, desk: Desk, group: str, stems: tuple[str, ...]) -> Measured:
    """A track's numbers after steps.

    Args:
        track: its analysis before.
        one: its numbers before.
        desk: after the steps.
        group: of the gap: its detector, or the loudness, is heard again, too.
        stems: those that were changed.
    """
    listened = Listened(desk.mix)
    whole, parts = balances(listened, track.sections)
    changed = replace(track, balance=whole, section_balance=parts)
    if group == "dynamics":
        changed = replace(changed, loudness=loudness(listened))
    if track.grid is not None and group in _DETECTORS:
        again = {
            name: {
                **track.detectors.get(name, {}),
                **DETECTORS[name](listened, track.grid, track.sections).to_json(),
            }
            for name in _DETECTORS[group]
        }
        changed = replace(changed, detectors={**track.detectors, **again})
    values: dict[Feature, float] = {f: v for f, v in one.values.items() if f.stem not in (MIX, *stems)}
    mix = measured(changed).values
    kept = {f: v for f, v in one.values.items() if f.stem == MIX and f in mix}
    values |= {**kept, **mix}
    for name in stems:
        values |= stem_values(changed, name, Listened(desk.stems[name]))
    return replace(one, values=values)
