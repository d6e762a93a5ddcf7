"""Patches drawn from a prior: each a function of its place, all of them evenly spread."""

from __future__ import annotations

import time

import numpy as np
import pytest

from patchpilot.datasets.samplers.base import Sampler
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.datasets.tiers import raw_prior
from patchpilot.errors import ParameterError
from patchpilot.instruments.vital.priors import CORE, TIER3
from patchpilot.instruments.vital.wide import wide_prior
from patchpilot.space import Space
from tests.toy import Toy

TOY = Toy()
PRIOR = TOY.priors["toy-v1"]
METHODS = ("lhs", "sobol", "random")


def hashes(sampler: Sampler, places: range) -> list[str]:
    return [sampler.draft(index).patch.sha256 for index in places]


@pytest.mark.parametrize("method", METHODS)
def test_a_patch_depends_on_its_place_alone(method: str) -> None:
    forwards = hashes(Drawn(TOY.space, PRIOR, 1, 3, method), range(1010, 1040))
    backwards = hashes(Drawn(TOY.space, PRIOR, 1, 3, method), range(1039, 1009, -1))
    assert forwards == backwards[::-1]
    assert len(set(forwards)) == 30
    assert forwards != hashes(Drawn(TOY.space, PRIOR, 1, 4, method), range(1010, 1040))


def test_a_block_covers_every_dimension_evenly() -> None:
    sampler = Drawn(TOY.space, PRIOR, 1, 0)
    levels = np.array([sampler.draft(index).patch.values["level"] for index in range(1024)])
    assert (np.histogram(levels, 64, (0.1, 0.9))[0] == 16).all()


def test_random_is_what_the_prior_draws_by_itself(space: Space) -> None:
    sampler = Drawn(space, TIER3, 3, 5, "random")
    assert [sampler.draft(i).patch for i in range(4)] == [TIER3.draw(space, 5, i) for i in range(4)]


def test_what_the_tier_cannot_say_is_left_out(space: Space) -> None:
    drafts = [Drawn(space, CORE, 1, 0).draft(index) for index in range(30)]
    assert not any(draft.patch.routings for draft in drafts)
    assert {name for draft in drafts for name in draft.patch.values} <= set(space.views["tier1"])


def test_a_draft_says_where_it_comes_from() -> None:
    draft = Drawn(TOY.space, PRIOR, 1, 0).draft(17)
    assert (draft.source, draft.name) == ("synthetic", "toy-v1 17")


def test_it_has_no_end_and_says_all_it_depends_on() -> None:
    sampler: Sampler = Drawn(TOY.space, PRIOR, 2, 0, "sobol")
    assert sampler.n_patches is None
    assert sampler.text == f"drawn (sobol), tier 2\n{PRIOR.text}"


@pytest.mark.parametrize(
    ("seed", "method", "said"),
    [
        (-1, "lhs", "seed >= 0, got -1"),
        (0, "halton", "no way of sampling 'halton'; there are: lhs, sobol, random"),
    ],
)
def test_what_cannot_be_is_refused(seed: int, method: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        Drawn(TOY.space, PRIOR, 1, seed, method)


def test_there_is_nothing_before_the_start() -> None:
    with pytest.raises(ParameterError, match="index >= 0, got 0 and -1"):
        Drawn(TOY.space, PRIOR, 1, 0).draft(-1)


@pytest.mark.slow
@pytest.mark.parametrize("raw", [False, True])
def test_drawing_costs_little_beside_rendering(raw: bool, space: Space) -> None:
    prior = raw_prior(space, 3) if raw else wide_prior(space, 3)
    sampler = Drawn(space, prior, 3, 0)
    hashes(sampler, range(20))
    best = min(_seconds(sampler) for _ in range(5))
    assert best < (0.010 if raw else 0.005)


def _seconds(sampler: Sampler) -> float:
    start = time.process_time()
    hashes(sampler, range(20, 60))
    return (time.process_time() - start) / 40
