from __future__ import annotations

import dataclasses

import numpy as np

from patchpilot.estimators.codec import F32, I64
from patchpilot.estimators.conditions import conditions
from patchpilot.estimators.sampling import sample
from tests.estimators import words

CODEC = words.codec()
C, K, N_OPTIONS = len(CODEC.continuous), len(CODEC.categorical), max(CODEC.n_options)
MEMORY = np.zeros((1, 3, 4), np.float32)


def logits_of(option: int, n: int, sure: float = 50.0) -> F32:
    logits = np.zeros((n, K, N_OPTIONS), np.float32)
    for k, n_options in enumerate(CODEC.n_options):
        logits[:, k, n_options:] = -1e9
        logits[:, k, option % n_options] = sure
    return logits


def to_a_point(memory: F32, state: F32, known: I64, time: F32) -> tuple[F32, F32, F32]:  # noqa: ARG001
    """The exact flow to 0.5 everywhere."""
    return (0.5 - state) / (1.0 - time[:, None]), logits_of(1, len(memory)), 0.0 * time


def test_a_flow_to_a_point_ends_there_in_any_number_of_steps() -> None:
    for n_steps in (1, 3, 8):
        labels, _ = sample(
            to_a_point, MEMORY, CODEC, head="flow", n=5, n_steps=n_steps, rng=np.random.default_rng(0)
        )
        np.testing.assert_allclose(labels.continuous, 0.5, atol=1e-5)
        np.testing.assert_array_equal(labels.categorical, np.tile(1 % np.array(CODEC.n_options), (5, 1)))
        assert labels.active.shape == (5, C + K)


def test_options_become_known_bit_by_bit_and_stay() -> None:
    seen: list[I64] = []

    def step(memory: F32, state: F32, known: I64, time: F32) -> tuple[F32, F32, F32]:
        seen.append(known.copy())
        return 0.0 * state, logits_of(0, len(memory), sure=0.0), 0.0 * time

    labels, _ = sample(step, MEMORY, CODEC, head="flow", n=200, n_steps=8, rng=np.random.default_rng(0))
    shares = [(known < N_OPTIONS).mean() for known in seen]
    np.testing.assert_allclose(shares, np.arange(8) / 8, atol=0.05)
    for before, after in zip(seen, [*seen[1:], labels.categorical], strict=True):
        np.testing.assert_array_equal(after[before < N_OPTIONS], before[before < N_OPTIONS])
    assert (labels.categorical < np.array(CODEC.n_options)).all()


def test_what_is_likelier_is_drawn_more_often_and_its_probability_says_so() -> None:
    def step(memory: F32, state: F32, known: I64, time: F32) -> tuple[F32, F32, F32]:  # noqa: ARG001
        return 0.0 * state, logits_of(0, len(memory), sure=2.0), 0.0 * time

    labels, log_p = sample(step, MEMORY, CODEC, head="flow", n=400, n_steps=4, rng=np.random.default_rng(1))
    likeliest = (labels.categorical == 0).sum(axis=1)
    assert (labels.categorical == 0).mean() > 0.6
    assert np.corrcoef(likeliest, log_p)[0, 1] > 0.7


def test_a_regression_says_its_answer_first() -> None:
    def step(memory: F32, state: F32, known: I64, time: F32) -> tuple[F32, F32, F32]:  # noqa: ARG001
        return np.full_like(state, 0.25), logits_of(1, len(memory), sure=1.0), 0.0 * time

    labels, log_p = sample(
        step, MEMORY, CODEC, head="regression", n=6, n_steps=8, rng=np.random.default_rng(0)
    )
    np.testing.assert_array_equal(labels.continuous[0], np.full(C, 0.25, np.float32))
    np.testing.assert_array_equal(labels.categorical[0], 1 % np.array(CODEC.n_options))
    assert log_p[0] >= log_p.max() - 1e-9


def test_a_mixture_says_each_component_once_the_weightiest_first() -> None:
    weights = np.log(np.array([0.2, 0.7, 0.1], np.float32))

    def step(memory: F32, state: F32, known: I64, time: F32) -> tuple[F32, F32, F32]:  # noqa: ARG001
        component = (time * 3).astype(int)
        means = np.array([-0.5, 0.0, 0.5], np.float32)[component][:, None]
        return means + 0.1 * state, logits_of(0, len(memory)), weights[component]

    labels, _ = sample(
        step, MEMORY, CODEC, head="mixture", n=5, n_steps=1, rng=np.random.default_rng(0), components=3
    )
    np.testing.assert_allclose(labels.continuous[:3, 0], [0.0, -0.5, 0.5], atol=1e-6)
    assert np.ptp(labels.continuous[3:], axis=1).min() > 0.0


def test_the_same_random_numbers_give_the_same_patches() -> None:
    one, two = (
        sample(to_a_point, MEMORY, CODEC, head="flow", n=4, n_steps=4, rng=np.random.default_rng(7))
        for _ in range(2)
    )
    np.testing.assert_array_equal(one[0].categorical, two[0].categorical)
    np.testing.assert_array_equal(one[1], two[1])


def test_a_usual_note_is_near_zero_to_a_network() -> None:
    assert conditions(60, 1.0, 0.75).tolist() == [[0.0, 0.0, 0.0]]
    assert np.abs(conditions([36, 84], [0.2, 1.7], [0.5, 1.0])).max() <= 1.0


def test_codecs_of_one_kind_of_token_are_asked_by_all_heads() -> None:
    """An instrument may have nothing but knobs, or nothing but switches."""
    for tokens in (CODEC.continuous, CODEC.categorical):
        codec = dataclasses.replace(CODEC, tokens=tuple(dataclasses.replace(t, gate="") for t in tokens))
        shape = (len(codec.categorical), max(codec.n_options, default=0))

        def step(
            memory: F32,
            state: F32,
            known: I64,  # noqa: ARG001
            time: F32,
            shape: tuple[int, int] = shape,
        ) -> tuple[F32, F32, F32]:
            return 0.0 * state, np.zeros((len(memory), *shape), np.float32), 0.0 * time

        for head in ("flow", "regression", "mixture"):
            rng = np.random.default_rng(0)
            labels, log_p = sample(step, MEMORY, codec, head=head, n=5, n_steps=2, rng=rng, components=3)
            assert labels.continuous.shape == (5, len(codec.continuous))
            assert labels.categorical.shape == (5, shape[0])
            assert np.isfinite(log_p).all()
