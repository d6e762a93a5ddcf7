"""Datasets: patches and what they sound like, rendered at scale into one file that loses no row.

    from patchpilot.datasets import Dataset, generate

    with pp.instrument("vital") as vital:
        generate(vital, "data.h5", 100_000, tier=3, seed=42)
    row = Dataset("data.h5")[17]
    row.patch, row.performance, row.audio

Names are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patchpilot.datasets.faults import Limits as Limits
    from patchpilot.datasets.generation import Progress as Progress
    from patchpilot.datasets.generation import generate as generate
    from patchpilot.datasets.plan import Plan as Plan
    from patchpilot.datasets.recipe import Recipe as Recipe
    from patchpilot.datasets.storage.reader import Dataset as Dataset

_HOMES = {
    "Dataset": "patchpilot.datasets.storage.reader",
    "Limits": "patchpilot.datasets.faults",
    "Plan": "patchpilot.datasets.plan",
    "Progress": "patchpilot.datasets.generation",
    "Recipe": "patchpilot.datasets.recipe",
    "generate": "patchpilot.datasets.generation",
}

__all__ = ["Dataset", "Limits", "Plan", "Progress", "Recipe", "generate"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
