"""What every instrument can do."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, Self

from patchpilot import registry
from patchpilot.audio import Audio
from patchpilot.errors import EngineError, PluginError
from patchpilot.space import Asset, Edit, Patch, Performance, Prior, Space

KNOB_STEP = 0.05
"""A typical turn of a knob of which nothing else is known, as part of its whole range."""


class Instrument(Protocol):
    """A synthesizer, a rack, a plug-in."""

    @property
    def name(self) -> str:
        """Name under which it is registered."""

    @property
    def suffix(self) -> str:
        """File ending of its preset files, with the dot."""

    @property
    def space(self) -> Space:
        """What it can do."""

    @property
    def priors(self) -> Mapping[str, Prior]:
        """By name, what patches of it are likely before any sound was heard; none where nobody wrote one."""

    @property
    def fingerprint(self) -> str:
        """Engine version, system and processor: what bit-exactness is promised for."""

    def render(self, patch: Patch, performance: Performance) -> Audio:
        """Play a patch; raises `EngineError`."""

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        """Play many patches; yields (position, audio or error) as they are done.

        `pairs` may be endless: they are drawn as there is room, in the thread that iterates. Who wants no more
        closes the iterator.
        """

    def export(self, patch: Patch, path: Path | str) -> None:
        """Write its native preset file; raises `OutputError`."""

    def load(self, path: Path | str) -> Patch:
        """Read its native preset file; raises `PatchError`."""

    def is_random(self, patch: Patch) -> bool:
        """Whether a patch draws from the engine's dice, so that engine seeds sound different."""

    def is_built_in(self, asset: Asset) -> bool:
        """Whether an asset is one that every user of the instrument has, so that all else is knobs."""

    def asset(self, digest: str) -> Asset:
        """The asset of that sha256, of those that every user of the instrument has; raises `PatchError`."""

    def knobs(self, patch: Patch) -> Mapping[str, float]:
        """What is worth turning on a patch: parameters, each with a typical step in stored units.

        "modulation_N_amount" is the amount of the patch's N-th routing (from 1).
        """

    def edits(self, patch: Patch) -> list[Edit]:
        """Structural moves that suit a patch, the likelier ones first; they bring no assets but built-in ones."""

    def preset_folder(self) -> Path:
        """Where the instrument's own browser finds a user's presets on this system."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None:
        """Give back what it holds."""


def is_knobs_only(instrument: Instrument, patch: Patch) -> bool:
    """Whether a patch brings no assets of its own, so that all of it is knobs."""
    return all(instrument.is_built_in(asset) for asset in patch.assets.values())


def structure(patch: Patch) -> tuple[object, ...]:
    """Equal for patches that differ in numbers only, which an engine takes without loading anything; to sort by."""
    assets = sorted((slot, asset.sha256) for slot, asset in patch.assets.items())
    return (*assets, *((r.source, r.destination, r.mapping) for r in patch.routings))


def instrument(name: str = "vital", **options: Any) -> Instrument:
    """A registered instrument by its name.

    Args:
        name: as `patchpilot plugins` lists them, with what it needs after a colon: "vital", "rack:FILE",
            "plugin:PATH", or the address of one that is served on another machine ("http://127.0.0.1:8080").
        options: passed to the instrument ("workers", "timeout_s", …).

    Raises:
        PluginError: there is none of that name, what it needs is missing, or it wants something after a colon.
    """
    kind, colon, argument = name.partition(":")
    if colon and kind in ("http", "https"):
        kind, argument = "remote", name
    make = registry.load("instruments", kind)
    if colon and not takes_argument(make):
        raise PluginError(f"expected {kind!r} alone, got {name!r}: there is only one such instrument")
    if not colon and needs_argument(make):
        raise PluginError(f"{kind!r} alone is no instrument: say which, as in {kind}:WHICH")
    made: Instrument = make(argument, **options) if colon else make(**options)
    return made


def takes_argument(make: Any) -> bool:
    """Whether what makes an instrument can be told which one: a file, an address."""
    return bool(_positional(make))


def needs_argument(make: Any) -> bool:
    """Whether it must be told which one."""
    return any(parameter.default is parameter.empty for parameter in _positional(make))


def _positional(make: Any) -> list[inspect.Parameter]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p for p in inspect.signature(make).parameters.values() if p.kind in kinds]


def address(instrument: Any) -> str:
    """By what `instrument` makes it again: where it is, if that is another machine, else its name."""
    return str(getattr(instrument, "url", "") or instrument.name)


def reopened(name: str, said: Any = None) -> Instrument:
    """An instrument of a saved rack; one that is missing here too, if it left what is needed to know its space.

    Args:
        name: the instrument's `address`.
        said: what its `to_json` gave, of instruments that have one; None of others.

    Raises:
        PluginError: it is missing, and nothing is known of it.
    """
    try:
        return instrument(name)
    except PluginError:
        absent = getattr(registry.load("instruments", name.partition(":")[0]), "absent", None)
        if absent is None or said is None:
            raise
        made: Instrument = absent(said)
        return made
