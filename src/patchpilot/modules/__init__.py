"""Modules: the parts of racks. One idea a module: ports, parameters and a process over arrays.

    from patchpilot.modules import ladder, saw
    voice = saw >> ladder

Whatever is registered as a module, ours or a stranger's, is imported from here by its name. Make your own of a
Python function (`module`), a Faust expression (`faust`) or an effect of pedalboard (`effect`).
"""

from __future__ import annotations

from typing import Any as _Any

from patchpilot.modules.base import Context as Context
from patchpilot.modules.base import Port as Port
from patchpilot.modules.base import choice as choice
from patchpilot.modules.base import knob as knob
from patchpilot.modules.faust_code import faust as faust
from patchpilot.modules.function import module as module
from patchpilot.modules.ordered import ordered as ordered
from patchpilot.modules.pedals import effect as effect
from patchpilot.modules.voices import poly as poly
from patchpilot.modules.wiring import node as node

__all__ = ["Context", "Port", "choice", "effect", "faust", "knob", "module", "node", "ordered", "poly"]


def __getattr__(name: str) -> _Any:
    if not name.startswith("_"):
        from patchpilot import registry

        if name in registry.names("modules"):
            return registry.load("modules", name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
