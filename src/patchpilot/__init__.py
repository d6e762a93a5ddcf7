"""Patch Pilot: play it a sound and get synthesizer patches that make that sound.

    import patchpilot as pp

    vital = pp.instrument("vital")
    result = pp.match("lead.wav", vital)
    vital.export(result.matches[0].take.patch, "lead.vital")

Names are loaded when they are first used, so that importing the package stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patchpilot import datasets as datasets
    from patchpilot import modules as modules
    from patchpilot.audio import Audio as Audio
    from patchpilot.audio import Target as Target
    from patchpilot.audio import listen as listen
    from patchpilot.bank import Bank as Bank
    from patchpilot.estimators.estimator import Estimator as Estimator
    from patchpilot.experiment.experiment import Experiment as Experiment
    from patchpilot.instruments.base import Instrument as Instrument
    from patchpilot.instruments.base import instrument as instrument
    from patchpilot.instruments.rack.chain import chain as chain
    from patchpilot.instruments.rack.rack import Rack as Rack
    from patchpilot.instruments.take import Take as Take
    from patchpilot.matching.match import match as match
    from patchpilot.space import Arc as Arc
    from patchpilot.space import Note as Note
    from patchpilot.space import Patch as Patch
    from patchpilot.space import Performance as Performance
    from patchpilot.space import Routing as Routing
    from patchpilot.space import Space as Space
    from patchpilot.space import View as View

__version__ = "0.1.0"

_HOMES = {
    "patchpilot.audio": ("Audio", "Target", "listen"),
    "patchpilot.bank": ("Bank",),
    "patchpilot.estimators.estimator": ("Estimator",),
    "patchpilot.experiment.experiment": ("Experiment",),
    "patchpilot.instruments.base": ("Instrument", "instrument"),
    "patchpilot.instruments.rack.chain": ("chain",),
    "patchpilot.instruments.rack.rack": ("Rack",),
    "patchpilot.instruments.take": ("Take",),
    "patchpilot.matching.match": ("match",),
    "patchpilot.space": ("Arc", "Note", "Patch", "Performance", "Routing", "Space", "View"),
}

_PACKAGES = ("datasets", "modules")
"""Packages that are used by their names: `pp.datasets.generate`."""

__all__ = [
    "Arc",
    "Audio",
    "Bank",
    "Estimator",
    "Experiment",
    "Instrument",
    "Note",
    "Patch",
    "Performance",
    "Rack",
    "Routing",
    "Space",
    "Take",
    "Target",
    "View",
    "chain",
    "instrument",
    "listen",
    "match",
]


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return importlib.import_module(f"patchpilot.{name}")
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
