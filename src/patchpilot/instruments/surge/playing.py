"""A patch and a performance as the engine is told of them."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

import numpy as np

from patchpilot.errors import EngineError
from patchpilot.instruments.rack.inputs import heard_input
from patchpilot.instruments.rack.sources import DEFAULT_INPUT
from patchpilot.instruments.surge.catalogue import Catalogue
from patchpilot.instruments.surge.document import fxp, natural
from patchpilot.instruments.surge.fxp import Fxp
from patchpilot.instruments.surge.markup import parse
from patchpilot.space.canonical import Json
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance

BLOCK = 32
"""Samples."""
RATES = (16000, 96000)
"""Sample rates that the engine takes, in Hz."""
_TEMPO = 120.0
"""Beats a minute, of a patch that says nothing."""


def preset(catalogue: Catalogue, patch: Patch, performance: Performance) -> bytes:
    """The FXP file that is loaded: the patch, at the performance's tempo.

    Raises:
        EngineError: this version of Surge has no tempo in its presets, and another than 120 is asked for.
    """
    made = fxp(catalogue, patch)
    if performance.tempo_bpm is None:
        return made.to_bytes()
    tree = parse(made.xml)
    tempo = tree.find("nonparamconfig/tempoOnSave")
    if tempo is not None:
        tempo.set("v", f"{performance.tempo_bpm:.6f}")
        return dataclasses.replace(made, xml=ET.tostring(tree, "utf-8")).to_bytes()
    if performance.tempo_bpm != _TEMPO:
        raise EngineError(
            f"this version of Surge plays at {_TEMPO:g} beats a minute only, got {performance.tempo_bpm:g}"
        )
    return made.to_bytes()


def checked(read: Fxp) -> None:
    """Refuse what is no preset before an engine sees it; raises `PatchError`."""
    parse(read.xml)


def played(catalogue: Catalogue, patch: Patch, performance: Performance) -> dict[str, Json]:
    """Notes, and parameters that move.

    Returns:
        "n_samples"; "notes": (start, hold, pitch, velocity) in samples; "moves": (the engine's number of a parameter,
        its values at the beginning of each block); "audio": what it hears, float32 (2, n), or
        None.

    Raises:
        EngineError: the engine has no such sample rate, or an arc moves what cannot move.
    """
    rate = performance.sample_rate
    if not RATES[0] <= rate <= RATES[1]:
        raise EngineError(
            f"expected a sample rate from {RATES[0]} to {RATES[1]} Hz, got {rate}: Surge has no other"
        )
    n_samples = round(performance.length_s * rate)
    return {
        "n_samples": n_samples,
        "notes": [(n.start_s * rate, n.hold_s * rate, n.pitch, n.velocity) for n in performance.notes],
        "moves": _moves(catalogue, patch, performance),
        "audio": heard_input(DEFAULT_INPUT, performance, n_samples) if performance.inputs else None,
    }


def _moves(catalogue: Catalogue, patch: Patch, performance: Performance) -> list[tuple[int, list[float]]]:
    rate = performance.sample_rate
    n_samples = round(performance.length_s * rate)
    tempo = performance.tempo_bpm or _TEMPO
    moves = []
    for arc in performance.arcs:
        parameter = catalogue.space.by_name.get(arc.parameter)
        if parameter is None or parameter.is_categorical or arc.parameter not in catalogue.ids:
            raise EngineError(
                f"an arc moves {arc.parameter!r}: expected a continuous parameter of Surge that is no macro"
            )
        curve = np.asarray(arc.values(n_samples, rate, tempo))[::BLOCK]
        values = [
            natural(catalogue, {**patch.values, arc.parameter: float(v)}, arc.parameter)[0] for v in curve
        ]
        moves.append((catalogue.ids[arc.parameter], values))
    return moves
