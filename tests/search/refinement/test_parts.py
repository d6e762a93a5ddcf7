"""Coordinates, slopes and pictures, each alone."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.distance import logmel
from patchpilot.search.refinement.coordinates import Coordinates
from patchpilot.search.refinement.moves import carried, leaps
from patchpilot.search.refinement.pictures import AUDIBLE, FLOOR, Pictures
from patchpilot.search.refinement.slopes import Heard, best_turn, probes, slopes
from patchpilot.space import Edit, Patch, Routing, Space
from tests.search.refinement.toys import Knobs


@pytest.fixture
def coordinates() -> Coordinates:
    instrument = Knobs()
    patch = Patch.make(instrument.space, {"a": 0.95, "voices": 3.0})
    return Coordinates.around(instrument.space, patch, instrument.knobs(patch))


def test_the_origin_is_the_patch(coordinates: Coordinates) -> None:
    assert coordinates.patch(np.zeros(6)) == coordinates.view.base


def test_one_is_a_step_and_one_category(coordinates: Coordinates) -> None:
    patch = coordinates.patch(np.array([-1.0, 2.0, 0.0, 0.0, 0.0, 1.0]))
    assert patch.values["a"] == pytest.approx(0.85)
    assert patch.values["b"] == pytest.approx(0.7)
    assert patch.values["voices"] == 4.0


def test_what_is_kept_lies_in_the_ranges_and_is_whole(coordinates: Coordinates) -> None:
    kept = coordinates.kept(np.array([9.0, -9.0, 0.3, 0.0, 0.0, 1.4]))
    np.testing.assert_allclose(kept, [0.5, -5.0, 0.3, 0.0, 0.0, 1.0], atol=1e-6)


def test_a_routing_keeps_its_key_when_another_comes(space: Space) -> None:
    first = Patch.make(space, routings=[Routing("env_3", "voice_transpose", 0.1)])
    second = first.changed(space, routings=[*first.routings, Routing("env_2", "filter_1_cutoff", 0.2)])
    (key,) = Coordinates.around(space, first, {"modulation_1_amount": 0.1}).keys
    keys = Coordinates.around(space, second, {f"modulation_{i}_amount": 0.1 for i in (1, 2)}).keys
    assert key == "env_3 > voice_transpose amount"
    assert keys == ("env_2 > filter_1_cutoff amount", key)


def test_probes_turn_few_knobs_but_always_one() -> None:
    made = np.array(probes(np.ones(40), np.ones(40), 50, np.random.default_rng(0)))
    n_turned = (made != 1.0).sum(axis=1)
    assert n_turned.min() >= 1
    assert 3 < n_turned.mean() < 12


def linear(at: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """A picture that answers linearly to every knob, all of it audible."""
    return np.asarray(2.0 + at @ truth, dtype=np.float32)


def test_slopes_of_a_linear_picture_are_found_and_lead_to_the_target() -> None:
    rng = np.random.default_rng(0)
    truth, goal = rng.standard_normal((6, 200)) * 0.2, np.array([0.8, -0.5, 0.0, 1.2, 0.3, -0.9])
    points = [np.zeros(6), *rng.standard_normal((20, 6))]
    heard = [Heard(at, 1.0, linear(at, truth)) for at in points]
    found = slopes(heard[0], heard, np.zeros((6, 200), np.float32))
    np.testing.assert_allclose(found, truth, atol=0.05)
    target = linear(goal, truth).astype(np.float64)
    wide = np.full(6, 5.0)
    assert heard[0].picture is not None
    turn, predicted = best_turn(heard[0].picture, found, target, -wide, wide, caution=1e-5)
    np.testing.assert_allclose(turn, goal, atol=0.1)
    assert predicted < 0.02
    narrow = np.full(6, 0.4)
    turn, _ = best_turn(heard[0].picture, found, target, -narrow, narrow, caution=1e-5)
    assert (np.abs(turn) <= 0.4).all()
    assert turn[0] == pytest.approx(0.4)


def test_slopes_are_what_was_believed_where_nothing_was_heard() -> None:
    believed = np.ones((3, 5), np.float32)
    centre = Heard(np.zeros(3), 1.0, np.zeros(5, np.float32))
    np.testing.assert_array_equal(slopes(centre, [centre], believed), believed)
    turned = Heard(np.array([1.0, 0.0, 0.0]), 1.0, np.full(5, 3.0, np.float32))
    found = slopes(centre, [centre, turned], believed)
    assert (found[0] > 2.5).all()
    np.testing.assert_array_equal(found[1:], believed[1:])


def test_slopes_are_carried_by_name() -> None:
    slope = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(
        carried(["x", "y"], slope, ["y", "new", "x"]), [slope[1], np.zeros(3), slope[0]]
    )
    assert carried(["x", "y"], slope, []).shape == (0, 3)


def test_pictures_differ_as_the_distance_says() -> None:
    rng = np.random.default_rng(0)
    noise = Audio(rng.normal(0.0, 0.1, 22050).astype(np.float32), 44100)
    tone = Audio(np.sin(np.arange(22050) * 0.1).astype(np.float32), 44100)
    pictures = Pictures(noise)
    assert np.abs(pictures(noise) - pictures.target).max() < 1e-6
    heard = pictures(tone)
    counted = (heard > AUDIBLE) | (pictures.target > AUDIBLE)
    assert np.abs(heard - pictures.target)[counted].mean() == pytest.approx(logmel(noise, tone), rel=0.1)
    assert pictures(Audio(np.zeros(100, np.float32), 44100)) == pytest.approx(FLOOR)
    long = Pictures(Audio(np.tile(noise.samples, 40), 44100))
    assert long.target.size <= 96 * 96


def test_leaps_are_far_and_of_what_is_heard(coordinates: Coordinates) -> None:
    slope = np.zeros((6, 10), np.float32)
    slope[1] = 1.0  # only knob b is heard
    random, at = np.random.default_rng(0), np.array([-1.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    base = coordinates.patch(at)
    counts: dict[str, int] = {}
    for _ in range(300):
        (leap,) = leaps(coordinates, at, slope, [], 1, random)
        (name,) = leap.values
        counts[name] = counts.get(name, 0) + 1
        moved = leap.apply(coordinates.view.space, base)
        step = coordinates.view.encode(moved) - coordinates.view.encode(base)
        assert abs(step / coordinates.units).max() == pytest.approx(abs(step / coordinates.units).sum())
        assert abs(step / coordinates.units).max() > 2.4, (
            "3 steps, but for whole numbers and the ends of ranges"
        )
    assert set(counts) == {"a", "b", "c", "d", "e", "voices"}
    assert counts["b"] > 3 * max(count for name, count in counts.items() if name != "b")


def test_of_options_that_set_the_same_one_leaps(coordinates: Coordinates) -> None:
    slope = np.zeros((6, 10), np.float32)
    options = [Edit(f"{name} {k}", {name: float(k)}) for name in ("switch", "voices") for k in range(4)]
    drawn = leaps(coordinates, np.zeros(6), slope, options, 100, np.random.default_rng(0))
    assert len(drawn) == 2 + 6
    assert len([edit for edit in drawn if edit in options]) == 2


def test_amounts_of_routings_do_not_leap(space: Space) -> None:
    patch = Patch.make(space, routings=[Routing("env_3", "voice_transpose", 0.1)])
    knobs = {"modulation_1_amount": 0.1, "osc_1_level": 0.1}
    around = Coordinates.around(space, patch, knobs)
    drawn = leaps(around, np.zeros(2), np.ones((2, 3), np.float32), [], 8, np.random.default_rng(0))
    assert [set(edit.values) for edit in drawn] == [{"osc_1_level"}]
