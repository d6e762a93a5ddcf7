"""Which of all that was found is given: close, really different, and some with nothing but knobs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.instruments.take import Origin, Take
from patchpilot.matching.answers import Candidate, bases, candidates, chosen
from patchpilot.search.base import Outcome, Proposal
from patchpilot.space import Patch, Performance
from tests.matching.searchers import OWN, Tabled

RATE = 44100
TOY = Tabled()
PLAYED = Performance.one_note(60, hold_s=0.2, length_s=0.3)


def noise(seed: int) -> Audio:
    """Noise through as many different doors: far from that of any other seed."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(0.3 * RATE)) / RATE
    partials = rng.uniform(100, 8000, 12)
    return Audio(sum(np.sin(2 * np.pi * hz * t) for hz in partials).astype(np.float32), RATE)


def outcome(
    distance: float,
    way: str = "one",
    *,
    knobs: bool = False,
    sound: int | None = None,
    level: float | None = None,
) -> Outcome:
    """A take of that distance; it sounds like no other unless `sound` is the same."""
    level = distance / 4 if level is None else level
    patch = Patch.make(TOY.space, {"level": level}, assets={} if knobs else OWN)
    audio = noise(round(1000 * distance) if sound is None else sound)
    take = Take(patch, PLAYED, audio, "toy 1", Origin(way))
    return Outcome(Proposal(patch, way), take, {"close_to": -distance})


def different(*outcomes: Outcome) -> list[Candidate]:
    return candidates(outcomes, TOY)


def distances(found: Sequence[Candidate]) -> list[float]:
    return [round(one.distance, 6) for one in found]


def test_candidates_come_closest_first_and_failures_never() -> None:
    failed = Outcome(outcome(0.1).proposal, error="crashed")
    assert distances(different(outcome(0.5), failed, outcome(0.2), outcome(0.3, knobs=True))) == [
        0.2,
        0.3,
        0.5,
    ]


def test_a_patch_is_there_once_however_often_it_was_proposed() -> None:
    again = outcome(0.4, "other", level=0.05, sound=7)
    assert distances(different(outcome(0.2, level=0.05), again)) == [0.2]


def test_of_a_patch_and_what_was_refined_from_it_only_the_closest_is_an_answer() -> None:
    start = outcome(0.3)
    assert start.take is not None

    def refined(distance: float, parent: str) -> Outcome:
        made = outcome(distance, "one+refinement")
        proposal = dataclasses.replace(made.proposal, parents=(parent,))
        return dataclasses.replace(made, proposal=proposal)

    better, worse = refined(0.2, start.take.id), refined(0.5, start.take.id)
    assert distances(different(start, better, worse)) == [0.2]
    assert distances(different(start, worse)) == [0.3]
    assert distances(different(start, worse, refined(0.6, "of another"))) == [0.3, 0.6]


def test_sounds_that_are_alike_are_one_answer_if_they_were_found_in_one_way() -> None:
    assert distances(different(outcome(0.2, sound=1), outcome(0.21, sound=1))) == [0.2]
    assert distances(different(outcome(0.2, sound=1), outcome(0.21, "one+refinement", sound=1))) == [0.2]
    assert distances(different(outcome(0.2, sound=1), outcome(0.21, "other", sound=1))) == [0.2, 0.21]
    assert distances(different(outcome(0.2, sound=1), outcome(0.21, knobs=True, sound=1))) == [0.2, 0.21]
    assert distances(different(outcome(0.2, sound=1), outcome(0.21, sound=2))) == [0.2, 0.21]


def test_the_level_of_a_sound_makes_no_difference() -> None:
    soft, loud = outcome(0.21, sound=1), outcome(0.2, sound=1)
    assert soft.take is not None
    quiet = Take(soft.take.patch, PLAYED, Audio(soft.take.audio.samples / 8, RATE), "toy 1", Origin("one"))
    assert distances(different(loud, Outcome(soft.proposal, quiet, soft.scores))) == [0.2]


def test_what_is_with_nothing_but_knobs_is_not_crowded_out() -> None:
    many = [outcome(0.1 + 0.001 * i) for i in range(60)]
    found = different(*many, outcome(0.9, knobs=True))
    assert [one.distance for one in found if one.knobs_only] == [0.9]


def test_the_closest_are_chosen_and_come_closest_first() -> None:
    found = different(*(outcome(d) for d in (0.6, 0.2, 0.5, 0.3, 0.4, 0.7)))
    assert distances(chosen(found, 5)) == [0.2, 0.3, 0.4, 0.5, 0.6]
    assert distances(chosen(found, 1)) == [0.2]
    assert distances(chosen(found[:2], 5)) == [0.2, 0.3]
    assert chosen([], 5) == []


@pytest.mark.parametrize(("top", "wanted"), [(1, 0), (2, 1), (4, 1), (5, 2), (9, 2)])
def test_some_have_nothing_but_knobs(top: int, wanted: int) -> None:
    closer = [outcome(0.1 + 0.01 * i) for i in range(20)]
    knobs = [outcome(d, knobs=True) for d in (1.5, 1.6, 1.7)]
    found = chosen(different(*closer, *knobs), top)
    assert len(found) == top
    assert [one.distance for one in found if one.knobs_only] == [1.5, 1.6, 1.7][:wanted]
    assert found[0].distance == 0.1


def test_those_that_are_close_anyway_count() -> None:
    knobs = [outcome(d, knobs=True) for d in (0.1, 0.2, 0.9)]
    found = chosen(different(*knobs, *(outcome(d) for d in (0.3, 0.4, 0.5, 0.6))), 5)
    assert distances(found) == [0.1, 0.2, 0.3, 0.4, 0.5]


def test_each_way_of_finding_has_its_best_unless_it_is_far() -> None:
    one = [outcome(0.1 + 0.01 * i) for i in range(9)]
    found = chosen(different(*one, outcome(0.8, "other"), outcome(0.9, "other"), outcome(1.3, "third")), 5)
    assert [c.way for c in found] == ["one"] * 4 + ["other"]
    assert distances(found)[-1] == 0.8


def test_a_refined_one_is_of_the_way_it_came() -> None:
    found = chosen(
        different(outcome(0.1, "one+refinement"), outcome(0.2), outcome(0.3), outcome(0.9, "two")), 3
    )
    assert [c.way for c in found] == ["one", "one", "two"]


def test_a_refinement_starts_from_the_closest_and_the_best_with_nothing_but_knobs() -> None:
    own = [outcome(d) for d in (0.1, 0.2, 0.3)]
    knobs = [outcome(d, knobs=True) for d in (0.15, 0.5, 0.6, 0.7)]
    started_from = bases(different(*own, *knobs))
    assert [-one.score for one in started_from] == [0.1, 0.15, 0.5, 0.6]
    assert all(one.score > other.score for one, other in pairwise(started_from))
    assert bases([]) == []
