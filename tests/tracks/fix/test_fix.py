from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import ParameterError
from patchpilot.tracks import Grid, Section, Track, analyze
from patchpilot.tracks.fix import (
    BUS,
    Desk,
    Feedback,
    Fix,
    Step,
    desk_of,
    feedback_beside,
    fixes,
    load_feedback,
)
from patchpilot.tracks.fix.candidate import MOST_EQ_DB
from patchpilot.tracks.fix.desk import played
from patchpilot.tracks.fix.rules import candidates
from patchpilot.tracks.fix.together import together
from patchpilot.tracks.gap import Gap, gaps
from patchpilot.tracks.moves import read_moves, write_moves
from patchpilot.tracks.profile import MIX, Feature, Measured, Profile, Usual, measured
from tests.tracks.beating import RATE, beat

BARS = 16
BPM = 140.0


def pad(level: float = 0.1) -> Audio:
    """A wide chord over the whole length: noise of both sides about its notes."""
    n = round(BARS * 240.0 / BPM * RATE) + RATE // 2
    t = np.arange(n) / RATE
    rng = np.random.default_rng(2)
    sides = [
        sum(
            np.sin(2 * np.pi * hz * (1 + 0.004 * rng.uniform(-1, 1)) * t + rng.uniform(0, 6))
            for hz in (220, 331, 523, 1046)
        )
        + 0.3 * rng.standard_normal(n)
        for _ in range(2)
    ]
    return Audio(level * np.stack(sides), RATE)


def drums() -> Audio:
    return Audio(np.repeat(beat(BPM, BARS, bass=0.2).samples, 2, axis=0), RATE)


def mix_of(*stems: Audio) -> Audio:
    return Audio(np.sum([stem.samples for stem in stems], axis=0), RATE)


@pytest.fixture(scope="module")
def good() -> tuple[Track, Measured, Profile]:
    """A track, its numbers, and the profile of it alone."""
    stems = {"pad": pad(), "drums": drums()}
    track = analyze(mix_of(*stems.values()))
    one = measured(track, stems)
    return track, one, Profile.build([one])


def wrong(
    stems: dict[str, Audio], profile: Profile, given: bool = True
) -> tuple[Track, Measured, Desk, list[Gap]]:
    track = analyze(mix_of(*stems.values()))
    one = measured(track, stems if given else {})
    desk = desk_of(mix_of(*stems.values()), stems if given else {}, track.sections, BPM)
    return track, one, desk, gaps(one, profile.usual)


def eq(sound: Audio, hz: float, db: float) -> Audio:
    step = Step(MIX, "eq8", {"band_4_kind": "bell", "band_4_hz": hz, "band_4_db": db, "band_4_q": 1.0})
    return Audio(played(step, sound.samples, None, BPM), RATE)


def test_a_bump_is_taken_back_by_an_equaliser_that_was_tried(good: tuple[Track, Measured, Profile]) -> None:
    profile = good[2]
    bumped = eq(mix_of(pad(), drums()), 900.0, 8.0)
    track, one, desk, found = wrong({"all": bumped}, profile, given=False)
    assert found[0].group == "colour"
    fix = next(fixes(track, one, desk, found[:1], profile.usual))
    assert fix.candidate is not None
    assert 0.3 < fix.closed <= 1.0
    by_name = {move.parameter: move for move in fix.moves}
    assert {move.track for move in fix.moves} == {BUS}
    assert {move.device for move in fix.moves} == {"EQ Eight"}
    gain = next(move for name, move in by_name.items() if "Gain" in name)
    hz = next(move for name, move in by_name.items() if "Frequency" in name)
    assert -MOST_EQ_DB <= gain.value < -2.0
    assert 600.0 < hz.value < 1400.0
    assert gain.was == 0.0
    assert "1 track of yours" in gain.reason
    half = fix.scaled(0.5)
    assert half.after is None
    assert next(m for m in half.moves if "Gain" in m.parameter).value == pytest.approx(
        gain.value / 2, abs=0.02
    )
    after = desk.after(fix.steps).mix.samples
    clean = mix_of(pad(), drums()).samples
    assert np.abs(after - clean).mean() < np.abs(bumped.samples - clean).mean()


def test_a_narrow_stem_is_widened_on_its_own_track(good: tuple[Track, Measured, Profile]) -> None:
    sound = pad()
    middle, side = sound.samples.mean(axis=0), np.diff(sound.samples, axis=0)[0] / -2
    narrow = Audio(np.stack([middle + 0.3 * side, middle - 0.3 * side]), RATE)
    track, one, desk, found = wrong({"pad": narrow, "drums": drums()}, good[2])
    its = [gap for gap in found if gap.group == "width" and gap.feature.stem == "pad"]
    assert its
    assert its[0].difference < -5.0
    fix = next(fixes(track, one, desk, its[:1], good[2].usual))
    assert [move.track for move in fix.moves] == ["pad"]
    assert (fix.moves[0].device, fix.moves[0].parameter) == ("Utility", "Stereo Width")
    assert 100.0 < fix.moves[0].value <= 200.0


def test_a_quiet_stem_gets_louder_by_no_more_than_is_safe(good: tuple[Track, Measured, Profile]) -> None:
    track, one, desk, found = wrong({"pad": pad(0.02), "drums": drums()}, good[2])
    its = [gap for gap in found if gap.group == "level" and gap.feature.stem == "pad"]
    assert its[0].difference < -8.0
    fix = next(fixes(track, one, desk, its[:1], good[2].usual))
    assert fix.moves[0].parameter == "Output"
    assert 2.0 < fix.moves[0].value <= 6.0
    assert "+6.0 dB" in fix.reason
    assert fix.to_json()["closed"] == pytest.approx(6.0 / -its[0].difference, abs=0.1)


def test_what_does_not_help_is_advice_and_no_move(good: tuple[Track, Measured, Profile]) -> None:
    track, one, profile = good
    desk = desk_of(mix_of(pad(), drums()), {}, track.sections, BPM)
    usual = profile.usual[Feature("tempo")]
    tempo = Gap(Feature("tempo"), (Feature("tempo"),), 130.0, usual, None, None, 1.0, 1.0)
    fix = next(fixes(track, one, desk, [tempo], profile.usual))
    assert fix.moves == ()
    assert "set the song to 140.0 BPM" in fix.reason
    false = Gap(  # the track has no such gap, so nothing can close it
        Feature("width mids"), (Feature("width mids"),), 12.0, Usual(-30.0, 1.0, 9), None, None, 1.0, 1.0
    )
    assert next(fixes(track, one, desk, [false], {**profile.usual, false.feature: false.usual})).moves == ()


def test_missing_pumping_is_made_by_side_chains_of_the_kick(good: tuple[Track, Measured, Profile]) -> None:
    stems = {"pad": pad(), "kick": drums()}
    gap = Gap(Feature("pumping"), (Feature("pumping"),), 0.5, Usual(8.5, 2.0, 9), None, None, 1.0, 5.0)
    found = candidates(gap, good[1].values, stems)
    assert len(found) == 1
    assert "choose kick" in found[0].by_hand
    steps, _ = found[0].at(1.0)
    assert [(step.target, step.side_chain) for step in steps] == [("pad", "kick")]
    ducked = desk_of(mix_of(*stems.values()), stems, (), BPM).after(steps).stems["pad"]
    beat_n = round(60.0 / BPM * RATE)
    change = np.abs(ducked.samples).mean(axis=0)[: 32 * beat_n] / (
        np.abs(pad().samples).mean(axis=0)[: 32 * beat_n] + 1e-9
    )
    by_place = np.median(change.reshape(32, beat_n), axis=0)
    assert 20 * np.log10(by_place.max() / by_place[: beat_n // 2].min()) > 4.0
    assert candidates(gap, good[1].values, {}) == []


def test_what_is_for_a_section_changes_nothing_elsewhere_and_is_no_move() -> None:
    sound = pad()
    sections = (Section("breakdown", 0.0, 10.0), Section("drop", 10.0, sound.duration_s))
    desk = desk_of(sound, {}, sections, BPM)
    gap = Gap(Feature("level", "breakdown"), (), -14.0, Usual(-8.0, 1.0, 9), None, None, 1.0, 1.0)
    (candidate,) = candidates(gap, {}, {})
    fix = Fix(gap, candidate)
    after = desk.after(fix.steps).mix.samples
    assert np.abs(after[:, 5 * RATE] / sound.samples[:, 5 * RATE]) == pytest.approx(10 ** (6 / 20), rel=1e-3)
    assert np.array_equal(after[:, 11 * RATE :], sound.samples[:, 11 * RATE :])
    assert fix.moves == ()
    assert "automation in the breakdowns" in fix.by_hand


def test_two_fixes_of_one_knob_are_not_put_together(tmp_path: Path) -> None:
    gap = Gap(Feature("level", "drop", "pad"), (), -14.0, Usual(-8.0, 1.0, 9), None, None, 1.0, 1.0)
    (candidate,) = candidates(gap, {}, {"pad": pad()})
    fix = Fix(gap, candidate, confidence=0.8)
    moves, left = together([fix, fix])
    assert len(moves) == 1
    assert "another fix" in left[0]
    write_moves(moves, tmp_path / "moves.json")
    assert read_moves(tmp_path / "moves.json") == moves


def test_a_step_for_a_stem_that_there_is_not_is_said() -> None:
    with pytest.raises(ParameterError, match="expected a stem 'lead', got pad"):
        desk_of(pad(), {"pad": pad()}, (), None).after([Step("lead", "eq8", {})])


def test_feedback_orders_and_scales_what_comes_and_is_remembered(tmp_path: Path) -> None:
    said = Feedback().and_then("width/lead/mids", "rejected").and_then("width/lead/mids", "rejected")
    said = said.and_then("colour/mix/lows", "changed", 0.5).and_then("colour/mix/lows", "changed", 0.5)
    assert said.weight("width/lead/mids") == 0.5
    assert said.weight("colour/mix/lows") == said.weight("never seen") == 1.0
    assert said.amount("colour/mix/lows") == pytest.approx(0.5**0.5)
    assert said.amount("never seen") == 1.0
    place = feedback_beside(tmp_path / "mine.json")
    said.save(place)
    assert load_feedback(place) == said
    assert load_feedback(tmp_path / "none.json") == Feedback()
    for text in ("", "{}", json.dumps({"format": "other", "said": []})):
        place.write_text(text)
        with pytest.raises(ParameterError, match="damaged"):
            load_feedback(place)
    with pytest.raises(ParameterError, match="accepted, rejected or changed"):
        said.and_then("x", "liked")


def test_rejected_sorts_come_later(good: tuple[Track, Measured, Profile]) -> None:
    track, one, profile = good
    desk = desk_of(mix_of(pad(), drums()), {}, track.sections, BPM)
    known = profile.usual
    first = Gap(Feature("tempo"), (), 130.0, known[Feature("tempo")], None, None, 1.0, 2.0)
    second = replace(first, feature=Feature("acid"), usual=Usual(0.0, 0.1, 3), value=0.5, priority=1.5)
    memory = Feedback()
    for _ in range(3):
        memory = memory.and_then(first.key, "rejected")
    plain, taught = (
        [fix.gap for fix in fixes(track, one, desk, [first, second], known, m)] for m in (None, memory)
    )
    assert plain == [first, second]
    assert taught == [second, first]


def test_grid_is_not_needed_to_try_a_step(good: tuple[Track, Measured, Profile]) -> None:
    assert isinstance(good[0].grid, Grid)
    assert desk_of(pad(), {}, (), None).tempo_bpm == 120.0
