"""Plug-ins: everything with a name is found through entry points, ours and a stranger's alike.

A package registers a kind of a noun under one of the groups below; listing names imports nothing.

    [project.entry-points."patchpilot.instruments"]
    vital = "patchpilot.instruments.vital.vital:Vital"
"""

from __future__ import annotations

import importlib.metadata
from collections import Counter
from typing import Any

from patchpilot.errors import PluginError

GROUPS = ("instruments", "modules", "search", "objectives", "distances", "embeddings", "providers")
"""Every kind of plug-in noun; the entry-point group is "patchpilot." and this."""


def entries(group: str) -> list[importlib.metadata.EntryPoint]:
    """The registered kinds of a noun by name, none of them imported.

    Raises:
        PluginError: two packages register one name.
    """
    assert group in GROUPS
    found = sorted(importlib.metadata.entry_points(group=f"patchpilot.{group}"), key=lambda e: e.name)
    for name, count in Counter(entry.name for entry in found).items():
        if count > 1:
            owners = " and ".join(e.dist.name if e.dist else e.value for e in found if e.name == name)
            raise PluginError(f"two plug-ins call themselves {name!r} in {group}: {owners}; uninstall one")
    return found


def names(group: str) -> list[str]:
    """Names of the registered kinds of a noun, sorted.

    Raises:
        PluginError: two packages register one name.
    """
    return [entry.name for entry in entries(group)]


def load(group: str, name: str) -> Any:
    """The registered object (a class or a function).

    Raises:
        PluginError: nobody registers that name, two packages do, or its package cannot be imported.
    """
    found = {entry.name: entry for entry in entries(group)}
    entry = found.get(name)
    if entry is None:
        raise PluginError(f"no {name!r} among the {group}; there are: {', '.join(found)}")
    try:
        return entry.load()
    except Exception as error:  # a stranger's package may raise anything
        raise PluginError(f"{name!r} ({entry.value}) cannot be loaded: {error}") from error
