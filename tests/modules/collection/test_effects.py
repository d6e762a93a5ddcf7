"""What every effect of the collection must do, whatever it is."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.modules.base import Value, spoken
from patchpilot.modules.collection import (
    autofilter,
    delays,
    distortion,
    ducking,
    dynamics,
    eq,
    modulation,
    space,
    stereo,
)
from patchpilot.modules.function import FunctionModule
from patchpilot.modules.kinds import module_of, named
from tests.modules.conftest import RATE, context

FILES = (autofilter, delays, distortion, ducking, dynamics, eq, modulation, space, stereo)
EFFECTS = [m for file in FILES for m in vars(file).values() if isinstance(m, FunctionModule)]
N = 6000
DRY = np.concatenate(
    [np.random.default_rng(0).standard_normal((2, N // 2)), np.zeros((2, N - N // 2))], axis=1
)
DRY[:, 100:200] = 4.0


def played(module: FunctionModule, values: dict[str, Value], dry: np.ndarray = DRY) -> np.ndarray:
    inputs = {port.name: np.asarray(dry, np.float32) for port in module.inputs}
    before = {name: signal.copy() for name, signal in inputs.items()}
    (made,) = module.prepare(RATE, frozenset())(inputs, values, context(dry.shape[1]))
    for name in inputs:
        np.testing.assert_array_equal(inputs[name], before[name])  # what others hear too
    return made


def usual(module: FunctionModule) -> dict[str, Value]:
    return {p.name: spoken(p, p.default) for p in module.parameters}


@pytest.mark.parametrize("module", EFFECTS, ids=lambda module: str(module.name))
def test_it_is_registered_and_says_what_it_is(module: FunctionModule) -> None:
    assert named(module.name) is module
    assert module_of(module.to_json()) is module
    assert module.summary.endswith(".")


@pytest.mark.parametrize("module", EFFECTS, ids=lambda module: str(module.name))
def test_finite_at_corners_of_all_ranges_and_the_same_again(module: FunctionModule) -> None:
    rng = np.random.default_rng(1)
    for turn in range(24):
        values: dict[str, Value] = {}
        for p in module.parameters:
            ends = [p.minimum, p.maximum] if turn > 1 else [(p.minimum, p.maximum)[turn]] * 2
            whole = p.minimum + rng.integers(p.n_categories) if p.options else rng.choice(ends)
            values[p.name] = spoken(p, float(whole))
        made = played(module, values)
        assert made.shape == DRY.shape
        assert made.dtype == np.float32
        assert np.isfinite(made).all(), values
        assert np.abs(made).max() < 1e6, values
        if turn == 0:
            np.testing.assert_array_equal(made, played(module, values))


@pytest.mark.parametrize("module", EFFECTS, ids=lambda module: str(module.name))
def test_it_is_silent_without_sound_and_takes_one_sample(module: FunctionModule) -> None:
    if module.name != "wavefolder":  # nothing but its offset
        assert np.abs(played(module, usual(module), np.zeros((2, N)))).max() < 1e-6
    one = played(module, usual(module), np.zeros((2, 1)))
    assert one.shape == (2, 1)


@pytest.mark.parametrize("module", [m for m in EFFECTS if m.varying], ids=lambda module: str(module.name))
def test_a_curve_that_stays_sounds_as_the_number_does(module: FunctionModule) -> None:
    still = usual(module)
    for p in module.parameters:
        if p.name in still and p.unit == "dB" and not still[p.name]:
            still[p.name] = 0.5 * p.maximum  # or it would do nothing
    moving = {k: np.full(N, v, np.float32) if k in module.varying else v for k, v in still.items()}
    np.testing.assert_allclose(played(module, moving), played(module, still), atol=3e-4)
