from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.tracks import Track
from patchpilot.tracks.profile import Feature, Profile, load_profile, measured, review, validate
from patchpilot.tracks.profile.kinds import KINDS
from patchpilot.tracks.profile.usual import usual_of
from tests.tracks.profile.making import collection, track


def test_middle_and_spread_are_those_of_most_whatever_a_few_do() -> None:
    rng = np.random.default_rng(0)
    numbers = 138.0 + 1.5 * rng.standard_normal(200)
    known = usual_of(Feature("tempo"), [*numbers, *[300.0] * 20])
    assert known.median == pytest.approx(138.0, abs=0.4)
    assert known.spread == pytest.approx(1.5, abs=0.4)
    assert known.tracks == 220


def test_a_profile_of_one_track_believes_what_is_usual_and_says_so() -> None:
    one = track("alone", 1)
    profile = Profile.build([one])
    known = profile.usual[Feature("pumping")]
    assert known.median == pytest.approx(one.values[Feature("pumping")], abs=1e-4)
    assert known.spread == KINDS["pumping"].usual
    assert profile.likeness(one) == pytest.approx(1.0, abs=1e-4)
    assert profile.likeness(track("dull", 2, tilt_db=-4.0)) < 0.3
    assert "One track says" in " ".join(review(profile))
    with pytest.raises(ParameterError, match="at least 4 tracks"):
        validate(profile)


def test_no_track_is_no_profile() -> None:
    with pytest.raises(ParameterError, match="2 were broken"):
        Profile.build([], broken=[("a.wav", "x"), ("b.wav", "y")])


def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    profile = Profile.build(collection(6), broken=[("bad.wav", "silent")]).without(
        tracks=["track 03"], features=["band 315", "tempo"]
    )
    profile.save(tmp_path / "p.json")
    again = load_profile(tmp_path / "p.json")
    assert again.broken == profile.broken
    assert len(again.used) == 5
    assert set(again.usual) == set(profile.usual)
    assert again.usual[Feature("pumping")].median == pytest.approx(
        profile.usual[Feature("pumping")].median, abs=1e-3
    )
    again.save(tmp_path / "q.json")
    assert (tmp_path / "p.json").read_bytes() == (tmp_path / "q.json").read_bytes()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "other"}', '{"format": "patchpilot-profile-1"}'])
def test_what_is_no_profile_is_refused_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(ParameterError, match="expected"):
        load_profile(tmp_path / "p.json")
    with pytest.raises(ParameterError, match="profile build"):
        load_profile(tmp_path / "none.json")


def test_the_same_content_counts_once_and_order_does_not_matter() -> None:
    some = collection(5)
    one, two = Profile.build([*some, replace(some[0], name="copy")]), Profile.build(some[::-1])
    assert len(one.tracks) == 5
    assert two.to_json() == Profile.build(some).to_json()


def test_what_is_left_out_does_not_count_until_it_does_again() -> None:
    profile = Profile.build([*collection(8), track("odd", 50, pump_db=0.0, tilt_db=5.0)])
    assert "odd is unlike" in " ".join(review(profile))
    left = profile.without(tracks=["odd"], features=["drop/mix/band 315"])
    assert len(left.used) == 8
    assert Feature("band 315", "drop") not in left.usual
    assert Feature("band 315", "breakdown") in left.usual
    assert "Left out, as you said: odd." in review(left)
    assert left.with_again(tracks=["odd"], features=["drop/mix/band 315"]) == profile
    with pytest.raises(ParameterError, match="no track none"):
        profile.without(tracks=["none"])
    with pytest.raises(ParameterError, match="no feature"):
        profile.without(features=["band 317"])
    with pytest.raises(ParameterError, match="to be left"):
        profile.without(tracks=[one.name for one in profile.tracks])


def test_two_tastes_in_a_collection_are_found_and_one_is_not_divided() -> None:
    two = [*collection(10), *[track(f"dark {k}", 100 + k, tilt_db=-3.0, pump_db=3.0) for k in range(9)]]
    profile = Profile.build(two)
    by_style: dict[int, set[str]] = {}
    for one, style in zip(profile.used, profile.styles, strict=True):
        by_style.setdefault(style, set()).add(one.name.split()[0])
    assert by_style == {0: {"track"}, 1: {"dark"}}
    dark = track("new", 200, tilt_db=-3.0, pump_db=3.0)
    assert profile.usual_for(dark)[Feature("pumping")].median == pytest.approx(3.0, abs=1.0)
    assert "2 sub-styles" in " ".join(review(profile))
    assert set(Profile.build(collection(20)).styles) == {0}


def test_held_out_tracks_look_like_the_collection_and_others_do_not() -> None:
    done = validate(
        Profile.build(collection(12)), [track(f"other {k}", k, tilt_db=3.0) for k in range(60, 66)]
    )
    assert np.median(list(done.own.values())) > 0.6 > 0.2 > max(done.others.values())
    assert done.auc == 1.0
    assert "it knows you" in done.sentence
    same = validate(Profile.build(collection(12)), [track(f"other {k}", k) for k in range(60, 72)])
    assert same.auc is not None
    assert 0.2 < same.auc < 0.8


def test_a_real_track_is_measured_section_by_section(heard: Track) -> None:
    found = measured(heard)
    assert found.values[Feature("tempo")] == pytest.approx(138.25, abs=0.01)
    assert {f.section for f in found.values} == {"whole", "intro", "breakdown", "buildup", "drop", "outro"}
    assert found.values[Feature("level", "breakdown")] < -3.0
    assert found.values[Feature("kicks", "drop")] > 0.9 > 0.2 > found.values[Feature("kicks", "breakdown")]
    assert found.values[Feature("bars", "drop")] == pytest.approx(16.0, abs=1.0)
    assert found.values[Feature("rise", "buildup")] > 2.0
    assert found.values[Feature("width bass", "drop")] < found.values[Feature("width mids", "drop")]
    text = "\n".join(review(Profile.build([found])))
    assert "Tempo: 138.2 BPM" in text or "Tempo: 138.3 BPM" in text
    assert json.dumps(Profile.build([found]).to_json())


def test_a_louder_track_has_the_same_numbers(heard: Track) -> None:
    louder = replace(
        heard,
        balance=replace(heard.balance, level_db=heard.balance.level_db + 6.0),
        section_balance=tuple(replace(b, level_db=b.level_db + 6.0) for b in heard.section_balance),
    )
    assert measured(louder).values == pytest.approx(measured(heard).values)
