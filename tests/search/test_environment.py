"""An instrument as an environment: it keeps gymnasium's contract, and what it pays is what was gained."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from patchpilot.errors import EngineError, ParameterError
from patchpilot.search.environment import InstrumentEnvironment
from patchpilot.space import Patch, Performance
from tests.search.test_technique import Hidden
from tests.toy import Toy

SHORT = Performance.one_note(60, hold_s=0.1, length_s=0.2)


def test_it_keeps_the_contract_of_environments() -> None:
    check_env(InstrumentEnvironment(Toy(), SHORT, Hidden(), steps=4), skip_render_check=True)


def test_an_episode_earns_the_score_of_its_last_patch_over_that_of_its_first() -> None:
    environment = InstrumentEnvironment(Toy(), SHORT, Hidden(), steps=6)
    observation, info = environment.reset(seed=3)
    assert environment.observation_space.contains(observation)
    first, earned, cut = info["score"], 0.0, False
    random = np.random.default_rng(0)
    for left in range(5, -1, -1):
        action = random.uniform(-1.0, 1.0, 2).astype(np.float32)
        observation, reward, ended, cut, info = environment.step(action)
        assert observation[-1] == pytest.approx(left / 6)
        earned += reward
        assert not ended
    assert cut
    assert earned == pytest.approx(info["score"] - first)


def test_climbing_finds_what_is_hidden() -> None:
    base = Patch.make(Toy().space, {"level": 0.3, "transpose": 5.0})
    environment = InstrumentEnvironment(Toy(), SHORT, Hidden(), base=base, steps=20, searched=["level"])
    environment.reset(seed=0)
    rewards = [environment.step(np.array([1.0], np.float32))[1] for _ in range(4)]
    assert min(rewards) > 0.0
    assert sum(environment.step(np.array([1.0], np.float32))[1] for _ in range(4)) < sum(rewards)


def test_a_patch_that_fails_costs_and_leaves_the_knobs() -> None:
    base = Patch.make(Toy().space, {"level": 0.9})
    environment = InstrumentEnvironment(
        Toy(), SHORT, Hidden(), base=base, searched=["level"], turn=1.0, failure=2.0
    )
    before, _ = environment.reset(seed=0)
    up = np.array([(1.0 - before[0]) * 0.999], np.float32)
    after, reward, *_ = environment.step(up)
    assert reward == -2.0
    np.testing.assert_array_equal(after[:-1], before[:-1])
    with pytest.raises(EngineError, match="no episode can begin"):
        InstrumentEnvironment(Toy(), SHORT, Hidden(), fixed={"level": 1.0}).reset(seed=0)


def test_bad_options_are_refused() -> None:
    with pytest.raises(ParameterError, match="steps >= 1"):
        InstrumentEnvironment(Toy(), SHORT, Hidden(), steps=0)
