from __future__ import annotations

import numpy as np

from patchpilot.audio import front_end
from patchpilot.estimators.embedding import augmentation
from patchpilot.estimators.embedding.augmentation import augmented


def pictures(n: int = 200) -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.integers(0, 256, (n, *front_end.SHAPE)) / 255).astype(np.float32)


def test_pictures_stay_pictures_and_depend_on_the_generator_only() -> None:
    given = pictures()
    holds_s = np.full(len(given), 1.0)
    found, holds = augmented(given, holds_s, np.random.default_rng(3))
    again, _ = augmented(given, holds_s, np.random.default_rng(3))
    other, _ = augmented(given, holds_s, np.random.default_rng(4))
    assert found.dtype == np.float32
    assert found.shape == given.shape
    assert 0.0 <= found.min() <= found.max() <= 1.0
    assert (found == again).all()
    assert (found != other).any()
    assert (given == pictures()).all()
    assert ((holds > 0.0) & (holds <= 1.0)).all()
    assert 20 < (holds < 1.0).sum() < 100
    assert 5 < (found[:, 3] == 0.0).all(axis=(1, 2)).sum() < 70


def test_a_room_rings_on_and_noise_fills_what_is_empty() -> None:
    click = np.zeros((3, *front_end.SHAPE), np.float32)
    click[..., 10] = 1.0
    rung = augmentation._in_a_room(click, np.random.default_rng(0))
    assert (rung[..., :10] == 0.0).all()
    assert (rung[..., 10] == 1.0).all()
    assert (rung[..., 11] > 0.0).all()
    assert (np.diff(rung[..., 11:], axis=-1) <= 1e-6).all()
    noisy = augmentation._noisy(click, np.random.default_rng(0))
    assert (noisy >= click - 1e-6).all()
    assert (noisy[..., 20] > 0.0).all()


def test_mistuning_moves_the_channel_that_is_seen_from_the_note() -> None:
    channel = np.zeros((500, 96, 64), np.float32)
    channel[:, 40] = 1.0
    found = augmentation._mistuned(channel, np.random.default_rng(0))
    centres = (found[..., 0] * np.arange(96)).sum(axis=1)
    assert abs(centres.mean() - 40.0) < 0.1
    assert 0.1 < centres.std() < 0.6
    assert np.abs(found.sum(axis=1) - 1.0).max() < 1e-5
