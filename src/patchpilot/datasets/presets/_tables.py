"""Wavetables that are being collected: each once, under a name that no other has."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from patchpilot.space import Asset, AssetStore
from patchpilot.space.canonical import Json

_LONGEST_NAME = 60
_NO_NAMES = {"", "init", "resynthesize"}
"""What Vital calls a table before anybody gives it a name."""


@dataclass(frozen=True)
class Table:
    """A wavetable of the catalog.

    Attributes:
        name: unique in the catalog.
        sha256: of its content.
        frames: how many key frames it has; more lie between them.
        presets: names of the presets that use it, in order.
    """

    name: str
    sha256: str
    frames: int
    presets: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many presets use it."""
        return len(self.presets)

    def to_json(self) -> Json:
        """Plain JSON."""
        return {**dataclasses.asdict(self), "count": self.count}


class Tables:
    """Tables by content.

    Args:
        tables: that are there already; they keep their names.
        store: where the contents are kept.
    """

    def __init__(self, tables: Sequence[Table], store: AssetStore) -> None:
        self._store = store
        self._tables = {table.sha256: table for table in tables}
        self._names = {table.name.casefold() for table in tables}

    @property
    def tables(self) -> tuple[Table, ...]:
        """In the order in which they were found."""
        return tuple(self._tables.values())

    def add(self, asset: Asset, name: str, preset: str) -> None:
        """Note that a preset uses a table, which it calls by a name."""
        found = self._tables.get(asset.sha256)
        if found is None:
            unique = self._unique(_plain(name), _plain(PurePosixPath(preset).stem))
            found = Table(unique, self._store.put(asset), _frames(asset), ())
        if preset not in found.presets:
            found = dataclasses.replace(found, presets=(*found.presets, preset))
        self._tables[asset.sha256] = found

    def _unique(self, name: str, preset: str) -> str:
        """A name that no other table has; the preset's where the table has none of its own."""
        name = name if name.casefold() not in _NO_NAMES else preset or "Table"
        unique, number = name, 2
        while unique.casefold() in self._names:
            unique, number = f"{name} ({number})", number + 1
        self._names.add(unique.casefold())
        return unique


def _plain(name: str) -> str:
    """A name on one line, without what cannot be printed, and not too long."""
    return "".join(c if c.isprintable() else " " for c in " ".join(name.split()))[:_LONGEST_NAME].strip()


def _frames(asset: Asset) -> int:
    """The most key frames that a component of a wavetable has; 0 where it has none."""
    groups = json.loads(asset.header).get("groups", [])
    return max((len(c.get("keyframes") or []) for g in groups for c in g.get("components", [])), default=0)
