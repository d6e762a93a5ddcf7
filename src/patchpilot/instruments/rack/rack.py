"""The rack instrument: a graph of modules, instruments and effects, played in crash-proof worker processes."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from patchpilot.audio import Audio
from patchpilot.engine import Pool, Program
from patchpilot.errors import EngineError, PatchError, RackError
from patchpilot.instruments._pooled import Pooled
from patchpilot.instruments.rack import document, drawing, turning
from patchpilot.instruments.rack._worker import identity
from patchpilot.instruments.rack.sources import part_of
from patchpilot.instruments.rack.streaming import streamed
from patchpilot.instruments.rack.union import Macro, Union
from patchpilot.modules.graph import Graph
from patchpilot.modules.wiring import Part, Wirable
from patchpilot.space.assets import Asset
from patchpilot.space.edit import Edit
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance
from patchpilot.space.prior import Prior
from patchpilot.space.space import Space

_WORKER = "patchpilot.instruments.rack._worker"
PROGRAM = Program(
    boot=f"{_WORKER}:boot", prepare=f"{_WORKER}:prepare", run=f"{_WORKER}:run", identity=f"{_WORKER}:identity"
)


class Rack(Pooled, Wirable):
    """A graph of modules as an instrument.

        acid = Rack("acid") | saw >> ladder >> drive

    Args:
        name: in lower case with underscores.
        parts: what it is made of; what no wire takes on is heard.
        sends: effects beside the rest, by the name that their level is called after: each hears what is heard of the
            first part, as loud as "NAME_send_level_db" says.
        pins: values of parameters, in their units, that nobody may choose any more.
        macros: for each macro the parameters that it turns, with their values at its two ends.
        workers: how many processes play at once; one for each usable core by default.
        timeout_s: longest time that making it ready, and one performance, may take.
        pool: of `PROGRAM`, that plays instead; it may be that of many racks, and is not closed with any.

    Raises:
        RackError: the parts do not fit together.
    """

    suffix = ".rack.json"
    _program = PROGRAM

    def __init__(
        self,
        name: str,
        *parts: Wirable,
        sends: Mapping[str, Wirable] | None = None,
        pins: Mapping[str, float | str] | None = None,
        macros: Mapping[str, Macro] | None = None,
        workers: int | None = None,
        timeout_s: float = 60.0,
        pool: Pool | None = None,
    ) -> None:
        if not name.isidentifier():
            raise RackError(f"expected a name of letters, digits and underscores for a rack, got {name!r}")
        self.name = name
        self._options: dict[str, Any] = {"workers": workers, "timeout_s": timeout_s}
        self._shared = pool
        self._parts = [part_of(part) for part in parts]
        self._sends = dict(sends or {})
        self._pins, self._macros = dict(pins or {}), dict(macros or {})

    def __or__(self, other: Wirable) -> Rack:
        """A rack with one more part."""
        return self._with(_parts=[*self._parts, part_of(other)])

    def pin(self, **values: float | str) -> Rack:
        """A rack in which these parameters have these values, in their units, for good."""
        return self._with(_pins={**self._pins, **values})

    def macro(self, name: str, **targets: tuple[float, float]) -> Rack:
        """A rack with a macro that turns parameters, each from one value to another, in their units."""
        return self._with(_macros={**self._macros, name: targets})

    def _with(self, **changes: Any) -> Rack:
        made = copy.copy(self)
        for cached in ("graph", "union", "_pool"):
            made.__dict__.pop(cached, None)
        made.__dict__.update(changes)
        return made

    def close(self) -> None:
        """End the worker processes; instruments in the rack are closed with it."""
        super().close()
        for instrument in self.union.instruments.values():
            instrument.close()

    @cached_property
    def graph(self) -> Graph:
        """Of all nodes; an effect without a source hears the performance's audio."""
        sent = self._parts[0].tails if self._sends else ()
        return Graph.of(document.finished(self._parts, self._sends), sent)

    @cached_property
    def union(self) -> Union:
        """Its parameters, and what belongs to which node."""
        return Union(self.name, self.graph, self._pins, self._macros)

    def part(self) -> Part:
        """The rack as a part of another: its nodes with the rack's name before theirs, values as they are here."""
        if self._macros:
            raise RackError(f"rack {self.name}: macros do not go along into another rack: make them there")
        return document.nested(self.name, self.graph, self.union)

    @property
    def space(self) -> Space:
        """Parameters of all nodes, less what is pinned or tied to a macro."""
        return self.union.space

    @cached_property
    def priors(self) -> Mapping[str, Prior]:
        """ "uniform-v1", all values alike; with an instrument inside, its own priors with effects turned so."""
        return turning.priors(self.union)

    @cached_property
    def fingerprint(self) -> str:
        """Versions of the libraries, system and processor, and those of the instruments inside."""
        inside = [instrument.fingerprint for instrument in self.union.instruments.values()]
        return " + ".join(dict.fromkeys([identity(), *inside]))

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        """Play many patches, and yield (position, audio or error) as they are done; `pairs` may be endless."""
        return streamed(self.name, self.union, self._shared or self._pool, pairs)

    def export(self, patch: Patch, path: Path | str) -> None:
        """Write the rack and the patch, with everything in them, as readable JSON (or TOML, where the name says so).

        Raises:
            OutputError: the file cannot be written.
        """
        document.write(self.name, self.union, patch, Path(path))

    def load(self, path: Path | str) -> Patch:
        """The patch of a file that `export` wrote for this rack.

        Raises:
            PatchError: it cannot be read, or is of another rack.
        """
        return document.read_patch(self.union, Path(path))

    @classmethod
    def open(cls, path: Path | str, **options: Any) -> Rack:
        """The rack of a file that `export` wrote; its patch is what `load` gives.

        Raises:
            RackError: it cannot be read, or a module, plug-in or instrument of it is missing here.
        """
        name, graph, pins, macros = document.read_rack(Path(path))
        rack = cls(name, pins=pins, macros=macros, **options)
        rack.__dict__["graph"] = graph
        return rack

    def svg(self) -> str:
        """The graph as a picture."""
        return drawing.svg(self.graph, self.name)

    def _repr_svg_(self) -> str:
        return self.svg()

    @property
    def missing(self) -> list[str]:
        """Plug-ins in it that cannot be played here, each with the reason; without them it opens, but does not play."""
        parts: list[Any] = [node.module for node in self.graph.nodes.values()]
        parts += self.union.instruments.values()
        return [reason for part in parts if (reason := getattr(part, "missing", ""))]

    def is_random(self, patch: Patch) -> bool:
        """Whether a module of it, or an instrument with its part of the patch, rolls dice."""
        union = self.union
        return any(node.module.is_random for node in self.graph.nodes.values()) or any(
            instrument.is_random(union.part(patch, node)) for node, instrument in union.instruments.items()
        )

    def is_built_in(self, asset: Asset) -> bool:
        """Whether an asset comes with a module, or with one of the instruments inside."""
        return asset.sha256 in self._default_assets or any(
            instrument.is_built_in(asset) for instrument in self.union.instruments.values()
        )

    @property
    def _default_assets(self) -> Mapping[str, Asset]:
        return {asset.sha256: asset for slots in self.union.own_assets.values() for asset in slots.values()}

    def asset(self, digest: str) -> Asset:
        """The asset of that sha256 of a module or an instrument inside; raises `PatchError`."""
        if digest in (own := self._default_assets):
            return own[digest]
        for instrument in self.union.instruments.values():
            with contextlib.suppress(PatchError):
                return instrument.asset(digest)
        raise PatchError(f"asset {digest[:12]}… comes with nothing in the rack {self.name}")

    def knobs(self, patch: Patch) -> Mapping[str, float]:
        """What is worth turning: all continuous parameters of modules, and the knobs of instruments inside."""
        return turning.knobs(self.union, patch)

    def edits(self, patch: Patch) -> list[Edit]:
        """Other options of modules' parameters, and the edits of an instrument inside."""
        return turning.edits(self.union, patch)

    def preset_folder(self) -> Path:
        """Where racks are kept by default: the user's data folder."""
        return document.folder()
