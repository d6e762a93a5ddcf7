"""What a fix does to the sound, and the same as moves of a DAW."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from patchpilot.modules.collection.live_names import device, settings
from patchpilot.tracks.moves import Move
from patchpilot.tracks.profile import MIX

BUS = "Mix bus"
"""The track that moves on the whole mix are for: AbletonOSC does not reach Live's main track, a group it does."""


@dataclass(frozen=True)
class Step:
    """One effect on a stem or the mix.

    Attributes:
        target: a stem, or `MIX`.
        module: that stands for the device.
        values: of the module, in its units; the others have their defaults, which do nothing.
        side_chain: the stem that the device listens to; "" for itself.
        sections: labels of the sections in which it works; () for all of the track.
        own: moves as (parameter, value, unit, option, was), where the device is not one of the Big 8.
        device: its name, likewise.
    """

    target: str
    module: str
    values: Mapping[str, float | str]
    side_chain: str = ""
    sections: tuple[str, ...] = ()
    own: tuple[tuple[str, float, str, str, float | None], ...] = ()
    device: str = ""

    def moves(self, reason: str, confidence: float) -> list[Move]:
        """What the DAW is to be turned to."""
        track = BUS if self.target == MIX else self.target
        if self.own:
            return [
                Move(track, self.device, name, value, unit, was, reason, confidence, option)
                for name, value, unit, option, was in self.own
            ]
        called = device(self.module).name
        ours = {name for p in device(self.module).parameters for name in p.names if p.ours in self.values}
        made = []
        for one in settings(self.module, self.values):
            if one.names[0] not in ours:
                continue
            if isinstance(one.shown, str):
                made.append(
                    Move(track, called, one.names[0], reason=reason, confidence=confidence, option=one.shown)
                )
                continue
            unit = one.unit if one.unit in ("dB", "Hz", "ms", "%") else ""
            was = 0.0 if unit == "dB" and "Gain" in one.names[0] else None
            made.append(Move(track, called, one.names[0], round(one.shown, 2), unit, was, reason, confidence))
        return made
