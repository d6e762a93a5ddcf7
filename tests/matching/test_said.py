"""What is said of how the answers were found: on the page, and in remarks."""

from __future__ import annotations

import dataclasses

from patchpilot.audio import Audio
from patchpilot.experiment.budget import Budget
from patchpilot.matching import remarks
from patchpilot.matching.effort import seconds_only
from patchpilot.matching.report import how, report_html
from patchpilot.matching.result import Match, MatchResult
from tests.matching.test_report import SPACE, TARGET, Tree, make_result

HINT = "A match that is knobs only is built from what every Vital has"


def found_by(result: MatchResult, searcher: str) -> MatchResult:
    """The result, its matches found by that searcher, in no words of its own."""
    matches = []
    for match in result.matches:
        origin = dataclasses.replace(match.take.origin, searcher=searcher, detail="")
        matches.append(dataclasses.replace(match, take=dataclasses.replace(match.take, origin=origin)))
    return dataclasses.replace(result, matches=tuple(matches))


def words(result: MatchResult) -> str:
    return " ".join(Tree(report_html(result, SPACE)).text.split())


def test_each_match_says_who_found_it() -> None:
    said = words(found_by(make_result(), "retrieval+refinement"))
    assert said.count("found by retrieval, then refinement") == 2


def test_knobs_only_is_marked_and_explained() -> None:
    result = make_result()
    assert HINT in words(result)
    assert words(result).count("knobs only") == 2  # the mark of one match, and the explanation
    none = [dataclasses.replace(match, knobs_only=False) for match in result.matches]
    assert HINT not in words(dataclasses.replace(result, matches=tuple(none)))


def test_the_page_says_what_work_it_was() -> None:
    result = make_result()
    assert how(result) == "1.8 s"
    result = dataclasses.replace(result, effort="default", n_renders=251)
    assert how(result) == "1.8 s and 251 renders with default effort"
    assert "Found in 1.8 s and 251 renders with default effort." in words(result)


def away(distance: float, *, channels: int = 1) -> Match:
    match = make_result().matches[0]
    samples = match.audio.samples.repeat(channels, axis=0)
    samples[-1] *= 0.5 if channels > 1 else 1.0
    take = dataclasses.replace(match.take, audio=Audio(samples, 44100))
    return dataclasses.replace(match, distance={"logmel": distance}, take=take)


def test_only_where_even_the_closest_is_far_nothing_resembles_the_sound() -> None:
    assert remarks.about(TARGET, [away(1.5), away(1.19)]) == ()
    (remark,) = remarks.about(TARGET, [away(1.5), away(1.25)])
    assert "even the closest is far from it (1.25)" in remark


def test_presets_that_play_both_sides_alike_are_told_of_for_a_stereo_sound() -> None:
    wide = dataclasses.replace(TARGET, audio=Audio(TARGET.audio.samples.repeat(2, axis=0), 44100))
    assert remarks.about(wide, [away(0.2)]) == ("the sound is stereo, these presets play both sides alike",)
    assert remarks.about(wide, [away(0.2, channels=2)]) == ()
    assert remarks.about(TARGET, [away(0.2)]) == ()
    some = dataclasses.replace(away(0.2), rank=2)
    (remark,) = remarks.about(wide, [away(0.2, channels=2), some])
    assert remark == "the sound is stereo, and not all presets are: both sides alike in 2"


def test_a_budget_of_time_says_what_it_came_to() -> None:
    both = remarks.out_of_time(Budget(240, 22.0), 180)
    assert both.startswith("refinement was ended by its 22 s, after 180 of 240 renders: another run may find")
    assert "after 512 renders: " in remarks.out_of_time(seconds_only(60.0), 512)
