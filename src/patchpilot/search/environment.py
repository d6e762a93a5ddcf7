"""Any instrument as an environment for reinforcement learning, by `gymnasium`: a policy learns how this synth turns.

    environment = InstrumentEnvironment(instrument, performance, objective)
    observation, info = environment.reset(seed=1)
    observation, reward, ended, cut, info = environment.step(environment.action_space.sample())

An observation is what is known (`policy.observed`): the patch as a point of its `Encoding`, what it sounds like
(`descriptors`), what the target does, how many steps are left. An action turns all coordinates a little. The reward is
how much the score rose, so what an episode earns is the score of its last patch over that of its first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from patchpilot import __version__
from patchpilot.audio import F32, F64, Audio
from patchpilot.errors import EngineError, ParameterError, PluginError
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.take import Origin, Take
from patchpilot.objectives.base import Objective
from patchpilot.search.box import folded
from patchpilot.search.descriptors import NAMES, describe, place
from patchpilot.search.encoding import Encoding
from patchpilot.search.freedom import Freedom
from patchpilot.search.policy import N_BESIDE, observed
from patchpilot.space import Patch, Performance

try:
    import gymnasium
except ImportError:
    raise PluginError(
        "an environment needs the package 'gymnasium', which is not installed: pip install 'patchpilot[play]'"
    ) from None


class InstrumentEnvironment(gymnasium.Env[F32, F32]):
    """Patches of an instrument, turned step by step.

    A patch that cannot be rendered costs `failure`, and the knobs stay as they were.

    Args:
        instrument: who plays; it is not closed.
        performance: what is played.
        objective: what is good.
        goal: the target, where the objective is about one.
        base: where each episode starts; by default another patch of the prior each time.
        steps: >= 1, in an episode.
        turn: > 0, how far an action of 1 turns a coordinate, as a part of it.
        failure: >= 0.
        free: what of a patch is free, as `Freedom` has it.

    Raises:
        ParameterError: an option is unknown or out of its range.
    """

    metadata = {"render_modes": []}  # noqa: RUF012 (so the package wants it)

    def __init__(
        self,
        instrument: Instrument,
        performance: Performance,
        objective: Objective,
        *,
        goal: Audio | None = None,
        base: Patch | None = None,
        steps: int = 16,
        turn: float = 0.1,
        failure: float = 1.0,
        **free: Any,
    ) -> None:
        if steps < 1 or not turn > 0.0 or not failure >= 0.0:
            raise ParameterError(
                f"expected steps >= 1, turn > 0 and failure >= 0, got {steps}, {turn:g} and {failure:g}"
            )
        self._instrument, self._performance, self._objective = instrument, performance, objective
        self._base, self._steps, self._turn, self._failure = base, steps, turn, failure
        self.encoding = Encoding.of(instrument, Freedom.of(free), base)
        d = len(self.encoding.genes)
        self.action_space = gymnasium.spaces.Box(-1.0, 1.0, (d,), np.float32)
        self.observation_space = gymnasium.spaces.Box(-1.0, 1.0, (d + N_BESIDE,), np.float32)
        self._point: F64 = np.zeros(d)
        self._goal = np.full(len(NAMES), np.nan) if goal is None else place(goal)
        self._described, self._score, self._left = np.full(len(NAMES), np.nan), 0.0, 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[F32, dict[str, Any]]:
        """Another episode; its first patch is rendered.

        Args:
            seed: of what is drawn from now on.
            options: none are known.

        Returns:
            Observation, float32 (d + 9,): the point; brightness, noise, attack and length (−1 of silence), those of
            the target (−1 without); the part of the steps that is left. And {"score", "patch"}.

        Raises:
            EngineError: none of a hundred first patches could be rendered.
        """
        super().reset(seed=seed, options=options)
        for _ in range(100):
            point = self._first()
            patch = self.encoding.patch(point)
            if self._heard(point, patch):
                self._left = self._steps
                return self._observation(), {"score": self._score, "patch": patch}
        raise EngineError("none of a hundred patches could be rendered: no episode can begin")

    def step(self, action: F32) -> tuple[F32, float, bool, bool, dict[str, Any]]:
        """Turn the knobs and listen.

        Args:
            action: float32 (d,) in −1..1.

        Returns:
            Observation, reward, False, whether the steps are used up, and {"score", "patch"}.
        """
        before = self._score
        point = folded(self._point + self._turn * np.clip(np.asarray(action, np.float64), -1.0, 1.0))
        patch = self.encoding.patch(point)
        reward = self._score - before if self._heard(point, patch) else -self._failure
        self._left -= 1
        info = {"score": self._score, "patch": patch}
        return self._observation(), float(reward), False, self._left <= 0, info

    def _first(self) -> F64:
        """Where an episode starts."""
        if self._base is not None:
            return self.encoding.point(self._base)
        first: F64 = self.encoding.starts(int(self.np_random.integers(2**31)), 1)[0]
        return first

    def _heard(self, point: F64, patch: Patch) -> bool:
        """Whether the patch could be rendered; then it is the present one."""
        try:
            audio = self._instrument.render(patch, self._performance)
        except EngineError:
            return False
        if not np.isfinite(audio.samples).all():
            return False
        origin = Origin("environment", version=__version__)
        take = Take(patch, self._performance, audio, self._instrument.fingerprint, origin)
        self._point, self._score = point, sum(self._objective.score(take).values())
        self._described = describe(take)
        return True

    def _observation(self) -> F32:
        left = self._left / self._steps
        return np.asarray(observed(self._point[None], self._described[None], self._goal, left)[0])
