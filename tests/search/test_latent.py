"""A latent space: it finds what patches have in common, and leads from one to another."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.search.latent import Latent, LatentSearch
from tests.search.box_problem import BOX, best_of, heard

D = 20


def related(n: int, seed: int) -> tuple[F64, F64]:
    """Points (n, 20) that are all made of two numbers, and those numbers as what they sound like."""
    hidden = np.random.default_rng(seed).random((n, 2))
    mixing = np.random.default_rng(7).normal(0.0, 2.5, (2, D))
    return 1.0 / (1.0 + np.exp(-(hidden - 0.5) @ mixing)), hidden


@pytest.fixture(scope="module")
def space() -> Latent:
    return Latent.fit(*related(200, 0), seed=1, size=3, epochs=600)


def test_points_with_something_in_common_come_back_out_of_few_numbers(space: Latent) -> None:
    points, _ = related(50, 1)
    lost = points - space.points(space.latents(points))
    assert np.square(lost).mean() < 0.15 * points.var(axis=0).mean()


def test_what_sounds_alike_lies_together(space: Latent) -> None:
    points, sounds = related(100, 2)
    latents = space.latents(points, sounds)
    apart = np.linalg.norm(latents[:, None] - latents[None], axis=-1)
    heard_apart = np.linalg.norm(sounds[:, None] - sounds[None], axis=-1)
    assert np.corrcoef(apart.ravel(), heard_apart.ravel())[0, 1] > 0.7


def test_a_morph_is_exact_at_its_ends_and_stays_among_its_kind(space: Latent) -> None:
    points, _ = related(2, 3)
    way = space.morph(points[0], points[1], 9)
    np.testing.assert_allclose(way[[0, -1]], points, atol=1e-9)
    lost = way - space.points(space.latents(way))
    assert np.abs(lost).mean() < 0.1
    assert np.linalg.norm(np.diff(way, axis=0), axis=1).max() < 0.5 * np.linalg.norm(points[1] - points[0])


def test_the_same_seed_makes_the_same_space() -> None:
    points, sounds = related(30, 4)
    sounds[::3] = np.nan
    one, two = (Latent.fit(points, sounds, seed=5, epochs=20) for _ in range(2))
    np.testing.assert_array_equal(one.latents(points, sounds), two.latents(points, sounds))
    copied = pickle.loads(pickle.dumps(one))
    np.testing.assert_array_equal(copied.points(np.zeros((1, 8))), one.points(np.zeros((1, 8))))
    with pytest.raises(ParameterError, match="expected 2 points"):
        Latent.fit(points[:1])


def test_the_searcher_comes_near_the_bottom() -> None:
    starts = np.random.default_rng(9).random((16, len(BOX)))
    assert best_of(LatentSearch().algorithm(BOX, 0, starts, is_warm=False), 600) > -0.6


def test_it_goes_on_from_a_copy() -> None:
    mine = LatentSearch().algorithm(BOX, 0, np.zeros((0, len(BOX))), is_warm=False)
    for _ in range(5):
        mine.learn(heard(mine.generation()))
    copied = pickle.loads(pickle.dumps(mine))
    np.testing.assert_array_equal(copied.generation(), mine.generation())
