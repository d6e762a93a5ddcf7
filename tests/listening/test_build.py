"""Sounds in, a blind test out."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from patchpilot.audio import Audio, loudness_lufs, peak
from patchpilot.errors import AudioError, ParameterError
from patchpilot.listening import Bundle, Item, ListeningTest, build
from tests.listening.sounds import items, mushra, pairwise, tone


def heard(bundle: Bundle, code: str) -> Audio:
    samples, rate = soundfile.read(io.BytesIO(bundle.sounds[code]), dtype="float32", always_2d=True)
    return Audio(samples.T, rate)


def test_the_same_arguments_make_the_same_bytes_and_another_seed_other_codes() -> None:
    one, again = mushra(), mushra()
    assert one.test == again.test
    assert one.sounds == again.sounds
    other = build("Test", "mushra", items(), seed=2)
    assert not set(other.sounds) & set(one.sounds)


def test_mushra_hides_the_reference_and_a_low_anchor_in_each_trial() -> None:
    test = mushra().test
    for trial in test.trials:
        assert {one.condition for one in trial.stimuli} == {"a", "b", "reference", "low anchor"}
        assert trial.reference is not None
    assert test.conditions == ("a", "b", "reference", "low anchor")
    assert "mid anchor" in mushra(mid_anchor=True).test.conditions


def test_pairs_are_all_pairs_of_each_item() -> None:
    test = pairwise(3, 2).test
    assert [{s.condition for s in t.stimuli} for t in test.trials] == [{"a", "b"}, {"a", "c"}, {"b", "c"}] * 2


def test_all_sounds_are_equally_loud_and_none_clips() -> None:
    bundle = mushra()
    loudness = [loudness_lufs(heard(bundle, code)) for code in bundle.sounds]
    assert max(loudness) - min(loudness) < 0.1
    assert max(peak(heard(bundle, code)) for code in bundle.sounds) <= 10 ** (-0.9 / 20)


def test_sounds_of_a_trial_have_one_length_rate_and_fades() -> None:
    sounds = {"short": tone(220, seconds=0.4), "long": tone(330, seconds=0.9, channels=2, rate=48000)}
    bundle = build("", "pairwise", [Item("x", sounds, tone(110))], seed=0)
    made = [heard(bundle, code) for code in bundle.sounds]
    assert {(one.channels, len(one), one.sample_rate) for one in made} == {(2, round(0.9 * 48000), 48000)}
    assert all(np.abs(one.samples[:, [0, -1]]).max() < 1e-3 for one in made)
    longest = build("", "pairwise", [Item("x", sounds)], seed=0, seconds=0.3)
    assert {heard(longest, code).duration_s for code in longest.sounds} == {0.3}


def test_the_hidden_reference_is_the_reference_but_not_its_bytes() -> None:
    bundle = mushra(trials=1)
    (trial,) = bundle.test.trials
    assert trial.reference is not None
    hidden = next(one for one in trial.stimuli if one.condition == "reference")
    shown, same = heard(bundle, trial.reference.code), heard(bundle, hidden.code)
    assert bundle.sounds[trial.reference.code] != bundle.sounds[hidden.code]
    assert np.abs(shown.samples - same.samples).max() <= 4.1 * 2**-15  # dither of both


def test_the_key_is_plain_data_that_reads_back() -> None:
    test = pairwise(3).test
    assert ListeningTest.from_json(json.loads(test.text)) == test
    assert ListeningTest.from_json(json.loads(test.text)).id == test.id
    assert replace(test, seed=9).id != test.id


@pytest.mark.parametrize("said", [{}, [], {"format": "patchpilot-listening-1"}, None])
def test_what_is_no_test_is_refused(said: object) -> None:
    with pytest.raises(ParameterError, match="listening test"):
        ListeningTest.from_json(said)


def test_two_conditions_that_sound_the_same_are_told_and_left_out() -> None:
    same = tone(220)
    two = [Item("x", {"a": same, "b": same}), Item("y", {"a": same, "b": tone(330)})]
    test = build("", "pairwise", two, seed=0).test
    assert [trial.name for trial in test.trials] == ["y"]
    assert "x: a and b are the same sound" in test.remarks[0]
    with pytest.raises(ParameterError, match=r"got none\. x: a and b are the same sound"):
        build("", "pairwise", two[:1], seed=0)


def test_what_cannot_be_a_test_is_refused_with_the_reason() -> None:
    with pytest.raises(ParameterError, match="expected a reference that the sounds are to be like"):
        build("", "mushra", items(reference=False), seed=0)
    with pytest.raises(ParameterError, match="expected 2 or more sounds to judge, got 1"):
        build("", "pairwise", [Item("x", {"a": tone(220)})], seed=0)
    with pytest.raises(ParameterError, match="cannot be called 'reference'"):
        build("", "mushra", [Item("x", {"reference": tone(220)}, tone(110))], seed=0)
    with pytest.raises(AudioError, match="x: b: expected a sound that can be heard, got silence"):
        build("", "pairwise", [Item("x", {"a": tone(220), "b": tone(220, level=0.0)})], seed=0)
    with pytest.raises(ParameterError, match="kind"):
        build("", "abx", items(), seed=0)
    with pytest.raises(ParameterError, match="seconds"):
        build("", "pairwise", items(), seed=0, seconds=math.nan)


def test_the_question_follows_from_what_is_compared() -> None:
    assert pairwise().test.question == "Which one is more like the reference?"
    assert (
        build("", "pairwise", items(), seed=0, show_reference=False).test.question
        == "Which one do you prefer?"
    )
    assert build("", "pairwise", items(), seed=0, question="Louder?").test.question == "Louder?"
