"""What many tests share: one Vital, its space, and patches that are random but audible."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import hypothesis
import numpy as np
import pytest

from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Patch, Routing, Space

hypothesis.settings.register_profile("same every time", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("same every time")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Caches of the tests are the tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "platformdirs.user_cache_path", lambda *_, **__: tmp_path_factory.getbasetemp() / "cache"
        )
        yield


@pytest.fixture(scope="session")
def vital(_own_cache: None) -> Iterator[Vital]:
    """The one that all tests share: whoever would close it (a workspace closes what it opens) makes its own."""
    with Vital(workers=2) as instrument, pytest.MonkeyPatch.context() as patch:
        patch.setattr(instrument, "close", lambda: pytest.fail("this Vital is shared: make one to close"))
        yield instrument


@pytest.fixture(scope="session")
def space(vital: Vital) -> Space:
    return vital.space


@pytest.fixture(scope="session")
def random_patch(space: Space) -> Callable[[int], Patch]:
    """Seed -> a patch with a third of its controls anywhere, mostly audible, and up to eight routings."""
    return lambda seed: _random_patch(space, np.random.default_rng(seed))


_KEPT = (
    "volume", "voice_amplitude", "polyphony", "voice_transpose", "oversampling",
    "osc_1_on", "osc_1_destination", "osc_1_level", "osc_1_transpose", "env_1_delay", "env_1_sustain",
)  # fmt: skip


def _random_patch(space: Space, rng: np.random.Generator) -> Patch:
    anywhere = space.decode(rng.random(len(space)))
    values = {name: value for name, value in anywhere.items() if rng.random() < 0.35 and name not in _KEPT}
    switches = [p.name for p in space if p.name.endswith("_on") and p.name != "osc_1_on"]
    values.update({name: float(rng.random() < 0.4) for name in switches})
    return Patch.make(space, {**values, "env_1_attack": 0.3}, routings=random_routings(space, rng, most=8))


def random_routings(space: Space, rng: np.random.Generator, *, most: int) -> list[Routing]:
    """Routings whose slot destinations point at one another; no (source, destination) twice."""
    assert space.routing is not None
    made: dict[tuple[str, str], Routing] = {}
    n_routings = int(rng.integers(0, most + 1))
    while len(made) < n_routings:
        source = str(rng.choice(space.routing.sources))
        destination = str(rng.choice(space.routing.destinations))
        if destination.startswith("modulation_"):
            destination = f"modulation_{rng.integers(1, n_routings + 1)}_{rng.choice(['amount', 'power'])}"
        made[source, destination] = Routing(
            source,
            destination,
            amount=float(rng.uniform(-1, 1)),
            power=float(rng.uniform(-3, 3)),
            bipolar=bool(rng.random() < 0.5),
            stereo=bool(rng.random() < 0.2),
        )
    return list(made.values())
