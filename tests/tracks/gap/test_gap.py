from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from patchpilot.audio import Audio, cut, loudness_lufs, resample
from patchpilot.errors import AudioError
from patchpilot.tracks import Track, analyze
from patchpilot.tracks.balance import balances
from patchpilot.tracks.features import Listened
from patchpilot.tracks.gap import Gap, gaps, placed, snippets
from patchpilot.tracks.gap.find import level_matched
from patchpilot.tracks.profile import MIX, Feature, Measured, Profile, measured
from patchpilot.tracks.profile.measuring import stem_values
from tests.tracks.beating import beat, pad
from tests.tracks.profile.making import collection, track

PROFILE = Profile.build(collection(12))


def off(one: Measured, **by: float) -> Measured:
    """A track with some of its features moved: `drop_band_315=6.0`."""
    values = dict(one.values)
    for name, more in by.items():
        section, _, rest = name.partition("_")
        for feature in values:
            if feature.section == section and feature.name.replace(" ", "_") == rest:
                values[feature] += more
    return replace(one, values=values)


def usual() -> Measured:
    """A track that is exactly in the middle."""
    return Measured("middle", "0", {feature: known.median for feature, known in PROFILE.usual.items()})


def test_a_track_in_the_middle_has_no_gaps() -> None:
    assert gaps(usual(), PROFILE.usual) == []


def test_neighbouring_bands_are_one_gap_with_its_edges() -> None:
    work = off(usual(), drop_band_250=4.0, drop_band_315=6.0, drop_band_397=4.0)
    hz = sorted(f.hz for f in work.values if f.section == "drop" and f.hz and 240 < f.hz < 410)
    work = replace(
        work,
        values={
            f: v + (6.0 if f.section == "drop" and f.hz in hz else 0.0) for f, v in usual().values.items()
        },
    )
    found = gaps(work, PROFILE.usual)
    assert len(found) == 1
    gap = found[0]
    assert gap.group == "colour"
    assert gap.feature.section == "drop"
    assert gap.low_hz == pytest.approx(hz[0] / 2 ** (1 / 6))
    assert gap.high_hz == pytest.approx(hz[-1] * 2 ** (1 / 6))
    assert gap.difference == pytest.approx(6.0)
    assert gap.spreads == pytest.approx(6.0 / gap.usual.spread)
    assert "+6.0 dB" in gap.sentence
    assert "12 tracks" in gap.sentence


def test_levels_are_matched_before_colours_are_compared() -> None:
    louder = replace(
        usual(),
        values={f: v + (9.0 if f.section == "drop" and f.hz else 0.0) for f, v in usual().values.items()},
    )
    assert gaps(louder, PROFILE.usual) == []
    assert level_matched(louder, PROFILE.usual) == pytest.approx(dict(usual().values))


def test_the_same_in_two_sections_is_one_gap_and_the_drop_names_it() -> None:
    by = {f"{section}_band_2000": 8.0 for section in ("drop", "breakdown")}
    found = gaps(off(usual(), **by), PROFILE.usual)
    assert len(found) == 1
    assert found[0].feature == Feature("band 2000", "drop")
    assert {f.section for f in found[0].features} == {"drop", "breakdown"}
    assert "also in the breakdowns" in found[0].sentence


def test_the_larger_and_the_more_audible_comes_first() -> None:
    found = gaps(off(usual(), whole_pumping=-9.0, breakdown_level=-3.5, drop_band_25=4.0), PROFILE.usual)
    assert [gap.group for gap in found][:2] == ["pumping", "level"]
    assert all(a.priority >= b.priority for a, b in pairwise(found))
    small, large = (gaps(off(usual(), whole_pumping=-by), PROFILE.usual)[0] for by in (5.0, 9.0))
    assert small.priority < large.priority
    assert small.audible < large.audible


def test_what_the_profile_leaves_out_is_no_gap() -> None:
    work = off(usual(), whole_pumping=-9.0)
    assert gaps(work, PROFILE.without(features=["pumping"]).usual) == []
    assert len(gaps(work, PROFILE.usual)) == 1


def test_with_a_profile_of_one_track_only_large_differences_are_gaps() -> None:
    alone = Profile.build([track("alone", 3)])
    work = replace(track("alone", 3), name="work")
    assert gaps(work, alone.usual) == []
    assert [g.feature.name for g in gaps(off(work, whole_pumping=-7.0), alone.usual)] == ["pumping"]


def bumped(sound: Audio, spans: list[tuple[float, float]]) -> Audio:
    """With a lot of 1 kHz in some seconds."""
    t = np.arange(len(sound)) / sound.sample_rate
    on = np.zeros(len(sound), np.float32)
    for start, end in spans:
        on[(t >= start) & (t < end)] = 1.0
    return Audio(sound.samples + 0.25 * on * np.sin(2 * np.pi * 1000.0 * t), sound.sample_rate)


def test_a_gap_is_placed_in_its_bars(short: tuple[Audio, Any], heard: Track) -> None:
    assert heard.grid is not None
    drop = next(s for s in heard.sections if s.label == "drop")
    half = heard.grid.nearest_bar_s((drop.start_s + drop.end_s) / 2)
    work = Listened(bumped(short[0], [(drop.start_s, half)]))
    whole, parts = balances(work, heard.sections)
    changed = replace(heard, balance=whole, section_balance=parts)
    profile = Profile.build([heard])
    found = [g for g in gaps(measured(changed), profile.usual) if g.group == "colour" and g.difference > 0]
    assert found[0].feature.section == "drop"
    assert found[0].low_hz is not None
    assert found[0].high_hz is not None
    assert found[0].low_hz < 1000.0 < found[0].high_hz
    spans = placed(found[0], changed, {MIX: work}).spans
    assert len(spans) == 1
    assert spans[0].start_s == pytest.approx(drop.start_s, abs=heard.grid.bar_s)
    assert spans[0].end_s == pytest.approx(half, abs=heard.grid.bar_s)
    assert spans[0].bars == (heard.grid.bar_of(drop.start_s) + 1, heard.grid.bar_of(half - 0.1) + 1)
    without = placed(found[0], changed, {}).spans
    assert without[0].end_s == pytest.approx(drop.end_s, abs=0.01)


def test_stems_are_compared_with_stems(short: tuple[Audio, Any], heard: Track) -> None:
    mono = Listened(Audio(np.repeat(short[0].samples.mean(axis=0)[None], 2, axis=0), short[0].sample_rate))
    wide = Profile.build(
        [Measured("a", "a", {**measured(heard).values, **stem_values(heard, "lead", Listened(short[0]))})]
    )
    work = Measured("b", "b", {**measured(heard).values, **stem_values(heard, "lead", mono)})
    found = gaps(work, wide.usual)
    assert {(g.group, g.feature.stem) for g in found[:3]} == {("width", "lead")}
    assert found[0].difference < -10.0


def test_snippets_are_equally_loud_and_from_the_gaps_section(short: tuple[Audio, Any], heard: Track) -> None:
    sound = short[0]
    quiet = Audio(0.2 * sound.samples, sound.sample_rate)
    gap = the_gap("drop")
    mine, theirs = snippets(gap, (heard, quiet), (heard, sound))
    assert loudness_lufs(mine) == pytest.approx(loudness_lufs(theirs), abs=0.1)
    assert heard.grid is not None
    assert mine.duration_s == pytest.approx(4 * heard.grid.bar_s, abs=0.01)
    drop = next(s for s in heard.sections if s.label == "drop")
    start = heard.grid.nearest_bar_s(drop.start_s + drop.duration_s / 4)
    original = cut(sound, start, start + mine.duration_s)
    assert np.corrcoef(original.samples[0], theirs.samples[0])[0, 1] > 0.99
    hot = resample(Audio(np.clip(8 * sound.samples, -1, 1), sound.sample_rate), sound.sample_rate)
    assert max(np.abs(s.samples).max() for s in snippets(gap, (heard, hot), (heard, hot))) <= 0.9
    without = replace(heard, sections=tuple(s for s in heard.sections if s.label != "drop"))
    with pytest.raises(AudioError, match="expected a drop"):
        snippets(gap, (heard, sound), (without, sound))


def the_gap(section: str) -> Gap:
    return gaps(off(usual(), **{f"{section}_band_2000": 8.0}), PROFILE.usual)[0]


@pytest.mark.parametrize(
    "sound",
    [beat(140.0, 5), pad(20.0), beat(90.0, 12, bass=0.2)],
    ids=["ten seconds, mono", "beatless", "slow"],
)
def test_odd_tracks_are_compared_as_far_as_they_go(sound: Audio, heard: Track) -> None:
    profile = Profile.build([heard])
    track = analyze(sound)
    heard_now = {MIX: Listened(sound)}
    found = [placed(gap, track, heard_now) for gap in gaps(measured(track), profile.usual)]
    assert found
    assert all(np.isfinite([gap.value, gap.priority, gap.audible]).all() for gap in found)
    assert all(gap.sentence and gap.to_json() for gap in found)
    assert 0.0 <= profile.likeness(track) < 0.5


def test_silent_stems_are_passed_over(short: tuple[Audio, Any], heard: Track) -> None:
    silent = Audio(np.zeros_like(short[0].samples), short[0].sample_rate)
    assert measured(heard, {"vocals": silent}).values == measured(heard).values
