"""Nodes that no process plays: an instrument, and audio that a performance brings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchpilot.errors import RackError
from patchpilot.instruments.base import address
from patchpilot.modules.base import Port, Process
from patchpilot.modules.wiring import Node, Part, Wirable
from patchpilot.space.canonical import Json
from patchpilot.space.parameter import Parameter

DEFAULT_INPUT = "audio"
"""Name of a performance's audio where a rack has one input."""


@dataclass(frozen=True, eq=False)
class InstrumentModule(Wirable):
    """An instrument in a rack: it plays the performance's notes with its own part of the patch.

    Attributes:
        name: the instrument's address: its name, or its URL where it is on another machine.
        instrument: itself; None in the process that plays the rest.
        said: what it says of itself (`to_json`), where it does, so that a rack opens where it is missing.
    """

    name: str
    instrument: Any = None
    said: Json = None
    summary: str = "An instrument that plays the notes."
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = (Port("out"),)
    parameters: tuple[Parameter, ...] = ()  # they are in its own space
    varying: frozenset[str] = frozenset()
    is_random: bool = False

    def to_json(self) -> Json:
        """Its name, by which it is made again, and what it says of itself."""
        plain = {"kind": "instrument", "name": self.name}
        said = (
            self.instrument.to_json()
            if self.said is None and hasattr(self.instrument, "to_json")
            else self.said
        )
        return plain if said is None else {**plain, "said": said}

    def prepare(self, sample_rate: int, moving: frozenset[str]) -> Process:  # noqa: ARG002
        """It has no process here."""
        raise RackError(f"{self.name} is an instrument, which plays in processes of its own")


@dataclass(frozen=True, eq=False)
class InputModule(Wirable):
    """Audio that a performance brings, by its name.

    Attributes:
        name: of the performance's audio input.
    """

    name: str = DEFAULT_INPUT
    summary: str = "Audio that the performance brings."
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = (Port("out"),)
    parameters: tuple[Parameter, ...] = ()
    varying: frozenset[str] = frozenset()
    is_random: bool = False

    def to_json(self) -> Json:
        """Its name."""
        return {"kind": "input", "name": self.name}

    def prepare(self, sample_rate: int, moving: frozenset[str]) -> Process:  # noqa: ARG002
        """It has no process."""
        raise RackError(f"{self.name} is audio of the performance")


def part_of(part: Any) -> Part:
    """A part of anything that can be put into a rack, instruments too.

    Raises:
        RackError: it is nothing of that kind.
    """
    if isinstance(part, Wirable):
        return part.part()
    if hasattr(part, "space") and hasattr(part, "stream"):
        return source(part).part()
    raise RackError(f"expected modules, parts, racks or instruments, got {type(part).__name__}")


def source(instrument: Any, name: str = "") -> Node:
    """An instrument as a node: `source(vital) >> saturator`."""
    return Node(InstrumentModule(address(instrument), instrument), name or _node_name(instrument.name))


def _node_name(name: str) -> str:
    """ "amsynth_vst" of "plugin:amsynth_vst.so": what a node may be called."""
    made = name if name.isidentifier() else re.sub(r"\W+", "_", Path(name.partition(":")[2]).stem)
    return made if made.isidentifier() else f"instrument_{made}"
