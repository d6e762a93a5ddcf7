"""The HTTP interface: a router for each kind of thing, found by itself.

A module of this folder has `router(workspace) -> APIRouter`; modules under `_` names are what they share.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from fastapi import APIRouter

from patchpilot.workspace import Workspace


def routers(workspace: Workspace) -> Iterator[APIRouter]:
    """All routers over a workspace, in the order of their names."""
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        if not module.startswith("_"):
            yield importlib.import_module(f"{__name__}.{module}").router(workspace)
