"""An instrument and effects after it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from patchpilot.instruments.rack.rack import Rack
from patchpilot.instruments.rack.sources import source
from patchpilot.modules.ordered import ordered
from patchpilot.modules.wiring import Node, Wirable


def chain(
    instrument: Any, effects: Sequence[Any], name: str = "chain", *, any_order: bool = False, **options: Any
) -> Rack:
    """An instrument and effects after it, in this order, as a rack: `chain(vital, [saturator, eq3])`.

    The effects' parameters begin with "fx_", so that none is called as one of the instrument.

    Args:
        instrument: or a module, or anything else that gives a sound.
        effects: modules or nodes.
        name: of the rack.
        any_order: whether the order, and which of them sound, are parameters: "fx_slot_1" and so on (`ordered`); its
            priors then include musical chains ("core-v1-chain-v1").
        options: of the rack ("workers", "timeout_s").
    """
    part = source(instrument).part() if not isinstance(instrument, Wirable) else instrument.part()
    if any_order:
        return Rack(name, part >> Node(ordered(effects), "fx"), **options)
    for effect in effects:
        made = effect if isinstance(effect, Node) else Node(effect)
        part = part >> dataclasses.replace(made, name=f"fx_{made.name}")
    return Rack(name, part, **options)
