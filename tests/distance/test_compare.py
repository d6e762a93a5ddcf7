"""Laws that every metric keeps."""

import importlib.metadata
import json

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.distance import METRICS, compare
from tests.distance.pairs import PAIRS, noise, pluck, silence, stereo

NAMES = sorted(METRICS)
BEST = {name: 1.0 if name == "rms_cosine" else 0.0 for name in NAMES}
SYMMETRIC = sorted(set(NAMES) - {"spectral_convergence", "logmel"})


@pytest.mark.parametrize("name", NAMES)
def test_identical_sounds_are_best(name: str) -> None:
    for target, other in PAIRS:
        assert METRICS[name](target, target) == pytest.approx(BEST[name], abs=1e-9)
        assert abs(METRICS[name](target, other) - BEST[name]) > 1e-5


@pytest.mark.parametrize("name", SYMMETRIC)
def test_symmetric(name: str) -> None:
    for target, other in PAIRS:
        assert METRICS[name](target, other) == pytest.approx(METRICS[name](other, target), rel=1e-6)


def test_logmel_is_nearly_symmetric() -> None:
    for target, other in PAIRS:
        assert METRICS["logmel"](target, other) == pytest.approx(METRICS["logmel"](other, target), rel=0.02)


@pytest.mark.parametrize("name", NAMES)
def test_any_length_rate_and_channels(name: str) -> None:
    metric = METRICS[name]
    target = pluck(220)
    longer = Audio(np.concatenate([target.samples, silence(0.2).samples], axis=1), 44100)
    assert metric(target, longer) == pytest.approx(BEST[name], abs=1e-4)
    assert metric(target, stereo(target, target)) == pytest.approx(BEST[name], abs=1e-4)
    assert np.isfinite(metric(target, pluck(220, 0.1)))
    assert np.isfinite(metric(target, pluck(220, 2.0, sample_rate=22050)))
    assert np.isfinite(metric(target, Audio(np.zeros((2, 0)), 44100)))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_changes_its_arguments(name: str) -> None:
    target, other = pluck(220), noise()
    before = target.samples.copy(), other.samples.copy()
    METRICS[name](target, other)
    assert np.array_equal(target.samples, before[0])
    assert np.array_equal(other.samples, before[1])


@pytest.mark.parametrize("name", NAMES)
def test_silence_is_a_number(name: str) -> None:
    assert METRICS[name](silence(), silence()) == pytest.approx(BEST[name])
    assert np.isfinite(METRICS[name](noise(), silence()))


def test_compare_gives_every_number_in_order() -> None:
    found = compare(pluck(220), pluck(330))
    assert list(found) == list(METRICS)
    assert next(iter(found)) == "logmel"
    assert all(type(value) is float for value in found.values())
    assert json.loads(json.dumps(found)) == found


def test_compare_takes_a_strangers_metric() -> None:
    assert compare(noise(), noise(), {"length": lambda a, b: abs(a.duration_s - b.duration_s)}) == {
        "length": 0.0
    }


def test_entry_points_are_the_table() -> None:
    registered = {e.name: e.load() for e in importlib.metadata.entry_points(group="patchpilot.distances")}
    ours = {
        name: metric for name, metric in registered.items() if metric.__module__.startswith("patchpilot.")
    }
    assert ours == dict(METRICS)
