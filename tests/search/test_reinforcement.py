"""A policy comes near the bottom, remembers what it learned, and is a file without code."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.audio import F64
from patchpilot.errors import OutputError, ParameterError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.run import run
from patchpilot.search.box import Algorithm, Heard
from patchpilot.search.policy import Policy, shapes
from tests.search.box_problem import BOX, scores
from tests.search.test_technique import Hidden, context

pytest.importorskip("stable_baselines3")

from patchpilot.search.reinforcement import Ppo


def heard(points: F64) -> Heard:
    return Heard(points, scores(points), points[:, :4])


def walked(algorithm: Algorithm, n: int) -> F64:
    """Scores (n,) of the first points."""
    found: list[float] = []
    while len(found) < n:
        made = heard(algorithm.generation())
        algorithm.learn(made)
        found += made.scores.tolist()
    return np.array(found[:n])


def begun(seed: int = 0, **options: Any) -> Algorithm:
    starts = np.random.default_rng((seed, 99)).random((16, len(BOX)))
    return Ppo(**options).algorithm(BOX, seed, starts, is_warm=False)


def test_it_comes_near_the_bottom() -> None:
    assert walked(begun(), 1500).max() > -0.7  # 500 random points come to −0.95 at best


def test_it_goes_on_from_a_copy_as_if_never_stopped() -> None:
    mine = begun(size=4, steps=3)
    walked(mine, 60)
    copy = pickle.loads(pickle.dumps(mine))
    for _ in range(8):
        expected = mine.generation()
        np.testing.assert_array_equal(copy.generation(), expected)
        for one in (mine, copy):
            one.learn(heard(expected))


def test_what_was_learned_starts_the_next_search_better() -> None:
    first = Ppo()
    run(first, Hidden(), context(seed=1), budget=Budget(600), batch=16)
    later: dict[bool, list[float]] = {True: [], False: []}
    for seed in (5, 6, 7):
        for knows in (True, False):
            found = run(Ppo(policy=first.policy if knows else None, starts=0), Hidden(), context(seed=seed),
                        budget=Budget(60), batch=16)  # fmt: skip
            later[knows] += [sum(step.scores.values()) for step in found.trace if step.scores]
    assert np.mean(later[True]) > np.mean(later[False])


def test_a_policy_is_kept_in_a_file_and_goes_on(tmp_path: Path) -> None:
    searcher = Ppo(size=4, steps=3)
    run(searcher, Hidden(), context(), budget=Budget(60), batch=8)
    path = searcher.policy.save(tmp_path / "of" / "toy.policy.safetensors")
    read = Policy.load(path)
    assert (read.instrument, read.n_updates) == ("toy", searcher.policy.n_updates)
    assert set(read.names) == {"level", "transpose"}
    seen = np.random.default_rng(0).uniform(-1.0, 1.0, (5, 11)).astype(np.float32)
    for mine, theirs in zip(searcher.policy(seen), read(seen), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    with pytest.raises(OutputError, match="is kept"):
        read.save(path)
    assert path.read_bytes() == read.save(path, force=True).read_bytes()
    again = Ppo(policy=str(path), size=4, steps=3)
    run(again, Hidden(), context(seed=2), budget=Budget(60), batch=8)
    assert again.policy.n_updates > read.n_updates


def test_it_knows_coordinates_by_their_names() -> None:
    searcher = Ppo(size=4, steps=3)
    run(searcher, Hidden(), context(), budget=Budget(60), batch=8)
    fewer = Ppo(policy=searcher.policy, size=4, searched=["transpose"])
    fewer.start(context())
    place = searcher.policy.names.index("transpose")
    assert fewer.policy.names == ("transpose",)
    for name in ("action_net.weight", "action_net.bias", "log_std"):
        np.testing.assert_array_equal(fewer.policy.weights[name][0], searcher.policy.weights[name][place])
    assert len(fewer.ask(100)) == 4


def test_the_package_says_of_an_observation_what_a_policy_says() -> None:
    import torch

    from patchpilot.search import _ppo

    policy = Policy("toy", ("a", "b"), _ppo.fresh(2, 3))
    assert {name: weight.shape for name, weight in policy.weights.items()} == shapes(2)
    learner = _ppo._learner(2, 4)
    learner.policy.load_state_dict({name: torch.from_numpy(w) for name, w in policy.weights.items()})
    seen = np.random.default_rng(1).uniform(-1.0, 1.0, (4, 11)).astype(np.float32)
    actions, logs, values = policy.sampled(seen, np.random.default_rng(2))
    theirs = learner.policy.evaluate_actions(
        torch.from_numpy(seen), torch.from_numpy(actions.astype(np.float32))
    )
    np.testing.assert_allclose(theirs[0].detach().numpy()[:, 0], values, atol=1e-5)
    np.testing.assert_allclose(theirs[1].detach().numpy(), logs, atol=1e-4)


def test_learning_leaves_the_random_numbers_of_others_alone() -> None:
    import torch

    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002
    expected = torch.rand(2).tolist(), np.random.random()  # noqa: NPY002
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002
    walked(begun(size=4, steps=2), 40)
    assert (torch.rand(2).tolist(), np.random.random()) == expected  # noqa: NPY002


def test_what_is_no_policy_is_refused(tmp_path: Path) -> None:
    searcher = Ppo(size=4)
    searcher.start(context())
    path = searcher.policy.save(tmp_path / "a.safetensors")
    other = Policy("vital", searcher.policy.names, searcher.policy.weights)
    with pytest.raises(ParameterError, match="the policy is of vital, not of toy"):
        Ppo(policy=other).start(context())
    with pytest.raises(ParameterError, match=r"there is no policy .*play policy"):
        Ppo(policy=tmp_path / "none")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ParameterError, match="no policy, or damaged"):
        Ppo(policy=path)
    wrong = dict(searcher.policy.weights) | {"log_std": np.zeros(9, np.float32)}
    broken = Policy("toy", searcher.policy.names, wrong).save(tmp_path / "b.safetensors")
    with pytest.raises(ParameterError, match="damaged, or of another version"):
        Ppo(policy=broken)
    with pytest.raises(ParameterError, match="steps >= 1"):
        Ppo(steps=0)


def test_what_the_package_learns_in_the_environment_is_a_policy_too() -> None:
    from stable_baselines3 import PPO

    from patchpilot.search.environment import InstrumentEnvironment
    from tests.search.test_environment import SHORT
    from tests.toy import Toy

    environment = InstrumentEnvironment(Toy(), SHORT, Hidden(), steps=4)
    learner = PPO("MlpPolicy", environment, n_steps=16, batch_size=16, n_epochs=1, seed=0, device="cpu")
    learner.learn(16)
    names = tuple(gene.name for gene in environment.encoding.genes)
    weights = {name: tensor.numpy() for name, tensor in learner.policy.state_dict().items()}
    policy = Policy("toy", names, weights)
    observation, _ = environment.reset(seed=1)
    theirs, _ = learner.predict(observation, deterministic=True)
    np.testing.assert_allclose(np.clip(policy(observation[None])[0][0], -1.0, 1.0), theirs, atol=1e-5)
    searcher = Ppo(policy=policy, size=4)
    searcher.start(context())
    assert len(searcher.ask(100)) == 4
