"""A made-up instrument of two like oscillators and a filter, and patches of it in the words of tokens."""

from __future__ import annotations

import numpy as np

from patchpilot.estimators.codec import Codec, Said, said
from patchpilot.estimators.fitting import fitted
from patchpilot.space import Asset, Parameter, Patch, Routing, Space
from patchpilot.space.routing import RoutingSpace

TABLES = tuple(Asset("wavetable", f'{{"k":{k}}}') for k in range(3))
SPACE = Space(
    instrument="words",
    version="1",
    parameters=(
        *(
            Parameter(f"osc_{k}_{role}", 0.0, high, 0.0, is_categorical=False)
            for k in (1, 2)
            for role, high in (("level", 1.0), ("tune", 10.0))
        ),
        *(Parameter(f"osc_{k}_shape", 0.0, 3.0, 0.0, is_categorical=True) for k in (1, 2)),
        Parameter("filter_on", 0.0, 1.0, 0.0, is_categorical=True),
        Parameter("filter_cutoff", 8.0, 136.0, 60.0, is_categorical=False),
        Parameter("volume", 0.0, 1.0, 0.5, is_categorical=False),
    ),
    routing=RoutingSpace(("env_1", "lfo_1"), ("filter_cutoff", "volume"), 4, ()),
    assets={"sample": TABLES[0]},
)


def asset(digest: str) -> Asset:
    return next(table for table in TABLES if table.sha256 == digest)


def patch(k: int) -> Patch:
    """One of endless patches: the volume is always the same, the filter's cutoff moves where it is on."""
    rng = np.random.default_rng(k)
    values = {
        f"osc_{i}_{role}": rng.uniform(0.1, high)
        for i in (1, 2)
        for role, high in (("level", 1.0), ("tune", 9.0))
    }
    values |= {f"osc_{i}_shape": float(rng.integers(4)) for i in (1, 2)}
    values |= {"volume": 0.8}
    routings = [Routing("env_1", "filter_cutoff", float(rng.uniform(-0.5, 0.5)))]
    if rng.random() < 0.5:
        values |= {"filter_on": 1.0, "filter_cutoff": rng.uniform(20.0, 100.0)}
    if rng.random() < 0.5:
        routings.append(Routing("lfo_1", "volume", 0.25, bipolar=True))
    return Patch.make(SPACE, values, routings=routings, assets={"sample": TABLES[int(rng.integers(3))]})


def rows(n: int) -> list[Said]:
    return [said(patch(k)) for k in range(n)]


def codec(n: int = 300) -> Codec:
    routes = {"lfo_1>volume": {"bipolar": True}}
    return fitted(SPACE, rows(n), routes)
