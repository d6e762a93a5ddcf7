"""PPO by the package stable-baselines3, a lesson at a time.

The package wants to hold the reins: its `learn` steps an environment until it has had enough. A searcher is asked and
told, and may be stopped between any two patches. So its learner (`PPO.train`) is given what was heard, as arrays, and
gives back weights and the optimiser's memory, as arrays; nothing of it lives on in between, and no random number of
others is touched.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.search.policy import HIDDEN, N_BESIDE, Policy

RATE, EPOCHS, BATCH = 1e-3, 10, 64
GAMMA, LAMBDA, CLIP = 0.97, 0.95, 0.2
FIRST_LOG_SPREAD = -0.5
"""Log of an action's first standard deviation."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """Whole episodes, one after another, of `steps` steps each.

    Attributes:
        observations: float32 (n, d + 9), before each step.
        actions: float32 (n, d), as they were drawn.
        rewards: (n,).
        values: (n,), what was believed to be still to be gained.
        logs: (n,), of the actions' densities.
        steps: of an episode; n is a multiple of it.
    """

    observations: F32
    actions: F32
    rewards: F64
    values: F64
    logs: F64
    steps: int


def fresh(d: int, seed: int) -> dict[str, F32]:
    """Weights of an untrained policy of so many coordinates."""
    with _alone(seed):
        return _plain(_learner(d, 1).policy.state_dict())


def learned(
    policy: Policy, memory: Mapping[str, F32], lesson: Lesson, seed: int
) -> tuple[Policy, dict[str, F32]]:
    """A policy after a lesson, and the optimiser's memory.

    Args:
        policy: as it was.
        memory: what the last lesson gave; {} at the first.
        lesson: at least two steps.
        seed: of the order in which steps are learned.
    """
    torch = _torch()
    d, n = len(policy.names), len(lesson.rewards)
    with _alone(seed):
        learner = _learner(d, n)
        learner.policy.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in policy.weights.items()})
        _remember(learner.policy.optimizer, memory)
        buffer = learner.rollout_buffer
        for i in range(n):
            buffer.add(
                lesson.observations[i], lesson.actions[i], lesson.rewards[i], i % lesson.steps == 0,
                torch.tensor([lesson.values[i]], dtype=torch.float32), torch.tensor([lesson.logs[i]]),
            )  # fmt: skip
        buffer.compute_returns_and_advantage(torch.zeros(1), np.ones(1))
        learner.train()
        made = _plain(learner.policy.state_dict())
        return Policy(policy.instrument, policy.names, made, policy.n_updates + 1), _memory(
            learner.policy.optimizer
        )


def _learner(d: int, n: int) -> Any:
    """The package's, with room for n steps."""
    from gymnasium import spaces
    from stable_baselines3.common.logger import Logger

    kind: Any = importlib.import_module("stable_baselines3").PPO
    made = kind(
        "MlpPolicy", None, learning_rate=RATE, n_steps=n, batch_size=min(BATCH, max(n, 2)), n_epochs=EPOCHS,
        gamma=GAMMA, gae_lambda=LAMBDA, clip_range=CLIP, device="cpu", _init_setup_model=False,
        policy_kwargs={"net_arch": [HIDDEN, HIDDEN], "log_std_init": FIRST_LOG_SPREAD},
    )  # fmt: skip
    made.observation_space = spaces.Box(-1.0, 1.0, (d + N_BESIDE,), np.float32)
    made.action_space = spaces.Box(-1.0, 1.0, (d,), np.float32)
    made.n_envs = 1
    made._setup_model()
    made.set_logger(Logger(None, []))
    return made


@contextmanager
def _alone(seed: int) -> Iterator[None]:
    """Random numbers of its own, and one thread, so that the same is learned wherever it is."""
    torch = _torch()
    before, threads = np.random.get_state(), torch.get_num_threads()  # noqa: NPY002 (the package draws from it)
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            np.random.seed(seed % 2**32)  # noqa: NPY002
            yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
        torch.set_num_threads(threads)


def _torch() -> Any:
    return importlib.import_module("torch")


def _plain(tensors: Mapping[str, Any]) -> dict[str, F32]:
    return {name: tensor.detach().numpy().astype(np.float32).copy() for name, tensor in tensors.items()}


def _memory(optimizer: Any) -> dict[str, F32]:
    """What Adam remembers of each weight, by its place and what it is."""
    state = optimizer.state_dict()["state"]
    return {
        f"{place}.{what}": value.numpy().copy() for place, one in state.items() for what, value in one.items()
    }


def _remember(optimizer: Any, memory: Mapping[str, F32]) -> None:
    torch = _torch()
    state: dict[int, dict[str, Any]] = {}
    for key, value in memory.items():
        place, what = key.split(".")
        state.setdefault(int(place), {})[what] = torch.from_numpy(np.array(value))
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
