"""What is written down of a match: the closest of each way of finding, the answers, the baselines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matchbench import baselines, measure, sets
from matchbench.measure import Nearest, StoppedError, matched, rounded
from matchbench.sets import Sound

from patchpilot.audio import Audio, listen
from patchpilot.instruments.take import Origin, Take
from patchpilot.instruments.vital.vital import Vital
from patchpilot.matching.result import Match, MatchResult
from patchpilot.objectives.closeness import performance_of
from patchpilot.search.base import Outcome, Proposal
from patchpilot.space import Patch
from tests.toy import Toy

FILE = sets.SOUNDS / "elec_ping.flac"


def outcome(toy: Toy, method: str, level: float, score: float | None) -> Outcome:
    """What came of a proposal; None for a render that failed."""
    patch = Patch.make(toy.space, {"level": level})
    proposal = Proposal(patch, method)
    if score is None:
        return Outcome(proposal, error="it crashed")
    performance = performance_of(listen(FILE))
    take = Take(patch, performance, toy.render(patch, performance), toy.fingerprint, Origin(method))
    return Outcome(proposal, take, {"close_to": score})


def test_the_closest_of_each_way_of_finding_is_kept() -> None:
    toy, nearest = Toy(), Nearest()
    best = outcome(toy, "retrieval", 0.3, -0.5)
    for heard in (
        outcome(toy, "retrieval", 0.2, -0.9),
        best,
        outcome(toy, "retrieval", 0.4, -0.7),
        outcome(toy, "retrieval+refinement", 0.3, None),
        outcome(toy, "luck", 0.5, -2.0),
    ):
        nearest(heard)
    assert set(nearest.by_method) == {"retrieval", "luck"}
    assert nearest.by_method["retrieval"] is best
    assert nearest.n_failed == 1
    distances = nearest.distances(listen(FILE).audio, [])
    assert list(distances) == ["luck", "retrieval"]
    assert len(distances["luck"]) == 9


def test_an_answer_is_not_compared_twice() -> None:
    toy, nearest = Toy(), Nearest()
    best = outcome(toy, "retrieval", 0.3, -0.5)
    nearest(best)
    assert best.take is not None
    answer = Match(1, best.take, {"logmel": 0.125}, knobs_only=True)
    assert nearest.distances(listen(FILE).audio, [answer]) == {"retrieval": {"logmel": 0.125}}


def answers(*found: Match, interrupted: bool = False) -> MatchResult:
    target = listen(FILE)
    return MatchResult(
        target=target,
        performance=performance_of(target),
        instrument="toy",
        matches=found,
        rows={"best match, other engine seed": {"logmel": 0.5}},
        seconds=2.0,
        effort="quick",
        n_renders=7,
        interrupted=interrupted,
    )


def test_a_record_says_what_a_match_found(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = Toy()
    closest, knobs = outcome(toy, "resynthesis", 0.3, -0.25), outcome(toy, "retrieval", 0.4, -0.5)
    assert closest.take is not None
    assert knobs.take is not None
    result = answers(
        Match(1, knobs.take, {"logmel": 0.5}, knobs_only=True),
        Match(2, closest.take, {"logmel": 0.25}, knobs_only=False),
    )

    def found(sound: object, _: object, *, effort: str, on_outcome: Nearest) -> MatchResult:
        assert (sound, effort) == (FILE, "quick")
        for one in (closest, knobs):
            on_outcome(one)
        return result

    monkeypatch.setattr(measure, "match", found)
    record = matched(Sound("b", "elec_ping", True, 0, file=FILE), toy, "quick")
    assert record["first"] == {"logmel": 0.5}
    assert record["best"] == {"logmel": 0.25}
    assert record["best by"] == "resynthesis"
    assert record["knobs"] == {"logmel": 0.5}
    assert record["methods"] == {"resynthesis": {"logmel": 0.25}, "retrieval": {"logmel": 0.5}}
    assert record["answers"] == [["retrieval", 0.5], ["resynthesis", 0.25]]
    assert (record["seconds"], record["renders"], record["note heard"]) == (2.0, 7, None)
    assert record["other dice"] == {"logmel": 0.5}


def test_a_match_that_was_interrupted_is_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "match", lambda *_, **__: answers(interrupted=True))
    with pytest.raises(StoppedError):
        matched(Sound("b", "elec_ping", True, 0, file=FILE), Toy(), "quick")


def test_a_patch_is_given_as_audio_whose_note_nobody_says(
    vital: Vital, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = sets.sounds("a", vital.space)[1]
    given: list[Any] = []

    def found(played: Audio, *_: object, **options: object) -> MatchResult:
        given.append(played)
        assert "note" not in options
        return answers(interrupted=True)

    monkeypatch.setattr(measure, "match", found)
    with pytest.raises(StoppedError):
        matched(sound, vital, "quick")
    assert sound.patch is not None
    np.testing.assert_array_equal(given[0].samples, vital.render(sound.patch, sets.PERFORMANCE).samples)


def test_baselines_of_a_patch_are_as_far_as_they_should_be(vital: Vital) -> None:
    sound = sets.sounds("a", vital.space)[0]
    rows = measure.compared(sound, vital)["rows"]
    assert list(rows) == [
        "silence",
        "init patch",
        "random patch",
        "true patch as heard",
        "true patch, other dice",
        "true patch, 1 % off",
    ]
    far = {name: distances["logmel"] for name, distances in rows.items()}
    assert far["true patch, other dice"] == 0.0, "its phases are not random"
    assert 0.0 < far["true patch, 1 % off"] < 0.5
    assert far["silence"] > far["init patch"] > 1.0


def test_baselines_of_a_recording_have_no_true_patch(vital: Vital) -> None:
    (sound,) = [one for one in sets.sounds("b", vital.space) if one.name == "elec_ping"]
    assert list(measure.compared(sound, vital)["rows"]) == ["silence", "init patch", "random patch"]


def test_noise_moves_knobs_a_little_and_switches_not_at_all(vital: Vital) -> None:
    space = vital.space
    patch = sets.sounds("a2", space)[0].patch
    assert patch is not None
    noisy = baselines.noisy(patch, space, 3)
    assert noisy == baselines.noisy(patch, space, 3) != baselines.noisy(patch, space, 4)
    assert (noisy.routings, noisy.assets) == (patch.routings, patch.assets)
    moves = []
    for name, value in patch.values.items():
        moved = noisy.values.get(name, space[name].default)
        if space[name].is_categorical:
            assert moved == value
        else:
            moves.append(abs(space[name].norm(moved) - space[name].norm(value)))
    assert 0.002 < float(np.mean(moves)) < 0.02
    assert max(moves) < 0.05


def test_rounding_leaves_everything_else_alone(tmp_path: Path) -> None:
    record = {"a": 1 / 3, "b": [2 / 3, "x", None, True, 7], "c": {"d": (1e-9, tmp_path)}}
    assert rounded(record) == {"a": 0.3333, "b": [0.6667, "x", None, True, 7], "c": {"d": [0.0, tmp_path]}}
