"""Whether a patch draws from the engine's dice."""

from __future__ import annotations

import re

from patchpilot.space.patch import Patch
from patchpilot.space.space import Space

_SOURCE = re.compile(r"^random(_\d)?$")


def is_random(space: Space, patch: Patch) -> bool:
    """Whether a patch draws from the engine's dice, so that engine seeds sound different."""

    def value(name: str) -> float:
        return patch.values.get(name, space[name].default)

    free_phases = any(value(f"osc_{i}_on") and value(f"osc_{i}_random_phase") for i in (1, 2, 3))
    random_routes = any(
        _SOURCE.match(r.source) or r.destination.endswith("_random_phase") for r in patch.routings
    )
    return bool(free_phases or random_routes or value("sample_random_phase"))
