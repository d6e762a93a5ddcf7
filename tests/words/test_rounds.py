"""What is heard in a round."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.search.refinement.slopes import Heard
from patchpilot.space import Patch
from patchpilot.words import rounds
from patchpilot.words.features import NAMES
from patchpilot.words.handles import Handles
from patchpilot.words.turning import Aim
from tests.words.toys import Organ


@pytest.mark.parametrize("n_turned", [0, 2])
def test_far_probes_need_no_handle_that_was_turned_alone(n_turned: int) -> None:
    organ = Organ()
    handles = Handles.of(organ, Patch.make(organ.space))
    goals = np.where(np.array(NAMES) == "brightness", -4.0, 0.0)
    aim = Aim.of(goals, goals == 0.0, goals != goals, tolerance=2.0)
    at = np.zeros(len(handles))
    at[:n_turned] = 1.0
    heard = [Heard(at, 1.0, np.zeros(len(NAMES), np.float32))]
    made = rounds.far_probes(handles, aim, heard, 30, np.random.default_rng(0))
    assert made
    assert all(np.count_nonzero(point) >= 1 for point in made)
