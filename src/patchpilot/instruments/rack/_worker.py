"""What runs inside a worker process: the only code that plays modules.

Faust programs are compiled in `prepare`, since none compiles after one has played; each is played once, in `run`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from patchpilot.instruments.rack.sources import InputModule, InstrumentModule
from patchpilot.modules.base import Context, Signal
from patchpilot.modules.kinds import KINDS, graph_of
from patchpilot.modules.playing import Player
from patchpilot.space.canonical import Json

WORKER_KINDS = {
    **KINDS,
    "instrument": lambda data: InstrumentModule(data["name"]),
    "input": lambda data: InputModule(data["name"]),
}
"""Instruments play elsewhere; here only their audio arrives."""


def boot() -> None:
    """Load what takes long and most racks need, as far as it is installed; every rack's process is a fork of this."""
    for library in ("numba", "dawdreamer"):
        if find_spec(library) is not None:
            import_module(library)


def identity() -> str:
    """Fingerprint of what plays modules on this machine."""
    from patchpilot.instruments._fingerprint import fingerprint
    from patchpilot.instruments.rack.versions import versions

    return fingerprint("modules", versions())


def prepare(base: Mapping[str, Any]) -> Player:
    """A player whose modules are compiled.

    Args:
        base: "graph": JSON; "sample_rate": Hz; "moving": parameters that arcs move, by node.

    Raises:
        RackError: a module cannot be made.
    """
    said: Json = base["graph"]
    graph = graph_of(said, WORKER_KINDS)
    given = frozenset(
        name for name, node in graph.nodes.items() if isinstance(node.module, InputModule | InstrumentModule)
    )
    return Player(graph, base["sample_rate"], base["moving"], given)


def run(player: Player, delta: Mapping[str, Any]) -> Signal:
    """Play once.

    Args:
        player: what `prepare` made.
        delta: "values", "curves" and "heard" as `Player.play` takes them; "n_samples", "tempo_bpm", "notes", "seed",
            "assets".
    """
    context = Context(
        player.sample_rate, delta["n_samples"], delta["tempo_bpm"], tuple(delta["notes"]), delta["seed"]
    )
    return player.play(delta["values"], delta["curves"], delta["heard"], context, delta["assets"])
