from __future__ import annotations

import dataclasses

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from patchpilot.datasets.storage.modulation import CHANNELS, Matrix
from patchpilot.space import Routing, Space
from tests.conftest import random_routings


@pytest.fixture(scope="module")
def matrix(space: Space) -> Matrix:
    assert space.routing is not None
    return Matrix(space.routing.sources, space.routing.destinations)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=50)
def test_dense_and_slots_are_the_routings_again(space: Space, matrix: Matrix, seed: int) -> None:
    routings = random_routings(space, np.random.default_rng(seed), most=20)
    routes = matrix.routes(routings)
    dense, slots = matrix.dense(routes), matrix.slot_of_route(routes)
    assert dense.shape == (4, 32, 428)
    assert dense.dtype == np.float32
    assert slots.shape == (32, 428)
    again = matrix.sparse(dense, slots)
    assert again.tobytes() == routes.tobytes()
    assert list(matrix.routings(again)) == routings


def test_each_channel_is_where_it_is_routed(matrix: Matrix) -> None:
    routing = Routing("lfo_2", "modulation_7_amount", -0.5, power=3.0, bipolar=True, stereo=False)
    dense = matrix.dense(matrix.routes([routing]))
    s, d = matrix.sources.index("lfo_2"), matrix.destinations.index("modulation_7_amount")
    assert dict(zip(CHANNELS, dense[:, s, d].tolist(), strict=True)) == {
        "amount": -0.5, "bipolar": 1.0, "power": 3.0, "stereo": 0.0
    }  # fmt: skip
    dense[:, s, d] = 0.0
    assert not dense.any()


def test_a_routing_of_amount_zero_is_not_lost(matrix: Matrix) -> None:
    routes = matrix.routes([Routing("lfo_1", "osc_1_level", 0.0)])
    assert not matrix.dense(routes).any()
    again = matrix.sparse(matrix.dense(routes), matrix.slot_of_route(routes))
    assert matrix.routings(again) == (Routing("lfo_1", "osc_1_level", 0.0),)


def test_what_is_switched_off_is_only_in_the_sparse_form(matrix: Matrix) -> None:
    on = Routing("lfo_1", "osc_1_level", 0.5)
    off = dataclasses.replace(on, destination="osc_2_level", bypass=True)
    routes = matrix.routes([off, on])
    assert np.array_equal(matrix.dense(routes), matrix.dense(matrix.routes([on])))
    assert matrix.slot_of_route(routes).max() == 1
    assert matrix.routings(routes) == (off, on)


def test_no_routings_are_no_routes(matrix: Matrix) -> None:
    assert len(matrix.routes([])) == 0
    assert not matrix.dense(matrix.routes([])).any()
    assert (matrix.slot_of_route(matrix.routes([])) == -1).all()
