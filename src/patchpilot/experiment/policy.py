"""What a run with the searcher "ppo" has learned of its instrument, for the runs that come after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from patchpilot.errors import ParameterError
from patchpilot.experiment.folder import opened
from patchpilot.experiment.snapshot import read_state
from patchpilot.search.policy import Policy
from patchpilot.search.reinforcement import Walkers


def policy_of(folder: Path) -> Policy:
    """The policy of a run, finished or not; of a portfolio, that of its "ppo".

    Args:
        folder: of the run.

    Raises:
        ParameterError: it is no run's folder, nothing in it learned a policy, or its state is not of this user.
    """
    experiment, progress = opened(folder)
    state = read_state(folder, progress)
    if state is None:
        raise ParameterError(
            f"{folder} holds no state that you made with this version: `patchpilot play resume {folder}` makes it again"
        )
    found = _walkers(state["searcher"])
    if found is None:
        raise ParameterError(
            f'{folder} was searched by {experiment.searcher.kind!r}, which learns no policy; "ppo" does'
        )
    return found.policy


def _walkers(state: Any) -> Walkers | None:
    """Those of a searcher, of one that keeps to roles, or of one among several."""
    if isinstance(state, dict):
        return _walkers(state.get("searcher"))
    made = getattr(state, "algorithm", None)
    if isinstance(made, Walkers):
        return made
    arms = getattr(state, "arms", {})
    return next((found for arm in arms.values() if (found := _walkers(arm)) is not None), None)
