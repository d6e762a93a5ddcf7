"""What an estimator proposes; its graphs' answers are known beforehand here, those of a real one in `test_export`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.audio import Audio, listen
from patchpilot.audio.front_end import front_end
from patchpilot.errors import AudioError, EstimatorError, ParameterError, PluginError
from patchpilot.estimators import estimator as module
from patchpilot.estimators.conditions import conditions
from patchpilot.estimators.proposed import Proposed
from patchpilot.estimators.tokens import Token
from patchpilot.instruments.vital.vital import Vital
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Parameter, Patch, Performance
from tests.estimators.hearing import CODEC, Known, estimator
from tests.toy import Toy

NOTE: dict[str, Any] = {"pitch": 57.5, "hold_s": 0.4}


@pytest.fixture(scope="module")
def sound() -> Audio:
    toy = Toy()
    played = Performance.one_note(57, hold_s=0.4, length_s=0.5)
    return toy.render(Patch.make(toy.space, {"level": 0.6}), played)


def said(found: list[Proposed]) -> list[tuple[str, float]]:
    return [(one.patch.sha256, one.probability) for one in found]


def test_equal_seeds_propose_equal_patches(sound: Audio) -> None:
    toy = estimator(Known(level=None), Toy())
    first = said(toy.propose(sound, 12, 3, **NOTE))
    assert said(toy.propose(sound, 12, 3, **NOTE)) == first
    assert said(estimator(Known(level=None), Toy()).propose(sound, 12, seed=3, **NOTE)) == first
    assert said(toy.propose(sound, 12, 4, **NOTE)) != first
    assert len({patch for patch, _ in first}) == 12


def test_the_likeliest_comes_first_and_probabilities_add_up_to_1(sound: Audio) -> None:
    known = Known(level=0.5, options={0: 6.0, 12: 3.0, 24: 1.0})
    found = estimator(known, Toy()).propose(sound, 200, **NOTE)
    assert [one.patch.values.get("transpose", 0.0) for one in found] == [-12.0, 0.0, 12.0]
    assert all(one.patch.values["level"] == pytest.approx(0.7) for one in found)
    probabilities = [one.probability for one in found]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1.0)


def test_a_proxy_judges_twice_as_many_and_keeps_those_that_it_holds_to_be_the_closest(sound: Audio) -> None:
    known = Known(level=None, closest=14)
    found = estimator(known, Toy()).propose(sound, 8, **NOTE)
    drawn = estimator(Known(level=None), Toy()).propose(sound, 16, **NOTE)
    away = [abs(one.patch.values.get("transpose", 0.0) - 2.0) for one in found]
    of_all = sorted(abs(one.patch.values.get("transpose", 0.0) - 2.0) for one in drawn)
    assert away == of_all[:8]
    assert {one.patch.sha256 for one in found} < {one.patch.sha256 for one in drawn}
    ratio = found[0].probability / found[-1].probability
    assert ratio == pytest.approx(np.exp((away[-1] - away[0]) / 8 / module.SPREAD))
    assert sum(one.probability for one in found) == pytest.approx(1.0)


def test_a_proxy_that_says_no_number_is_said_to_be_wrong(sound: Audio) -> None:
    known = Known(level=None, closest=14)
    known.judge = lambda *_: (np.zeros(1), np.full(16, np.nan))  # type: ignore[method-assign, assignment]
    with pytest.raises(EstimatorError, match="the proxy of estimator known says what is no number"):
        estimator(known, Toy()).propose(sound, 8, **NOTE)


def test_equal_patches_are_one(sound: Audio) -> None:
    (only,) = estimator(Known(level=0.5, options={12: 1.0}), Toy()).propose(sound, 16, **NOTE)
    assert only.probability == pytest.approx(1.0)


def test_it_hears_the_sound_and_how_it_was_played(sound: Audio) -> None:
    known = Known()
    estimator(known, Toy()).propose(sound, 1, **NOTE, velocity=0.5)
    ((picture, condition),) = known.heard
    np.testing.assert_array_equal(picture[0], front_end(sound, pitch=57.5))
    np.testing.assert_array_equal(condition, conditions(57.5, 0.4, 0.5))


def test_what_nobody_says_of_a_sound_is_listened_for(sound: Audio, tmp_path: Path) -> None:
    known, target = Known(), listen(sound)
    asked = estimator(known, Toy())
    asked.propose(sound, 1)
    asked.propose(target, 1)
    asked.propose(target, 1, pitch=62.0)
    asked.propose(sound, 1, hold_s=1.0)
    pictures, played = zip(*known.heard, strict=True)
    pitch = target.note + target.mistuning_cents / 100.0
    assert target.note == 57
    for row, note in zip(played, [(pitch, None), (pitch, None), (62.0, None), (pitch, 1.0)], strict=True):
        expected = conditions(note[0], note[1] or target.hold_s, 0.8)
        np.testing.assert_array_equal(row, expected)
    np.testing.assert_array_equal(pictures[0], pictures[1])
    np.testing.assert_array_equal(pictures[0][0], front_end(target.audio, pitch=pitch))
    with pytest.raises(AudioError, match=r"gone\.wav"):
        asked.propose(tmp_path / "gone.wav")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"n": 0}, "expected 1 to 256 patches, got 0"),
        ({"n": 257}, "expected 1 to 256 patches, got 257"),
        ({"seed": -1}, "expected a seed >= 0"),
        ({"pitch": 128.0}, "MIDI note from 0 to 127"),
        ({"pitch": float("nan")}, "MIDI note from 0 to 127"),
        ({"hold_s": 0.0}, "held for more than 0 s"),
        ({"hold_s": float("inf")}, "held for more than 0 s"),
        ({"velocity": 0.0}, "velocity above 0"),
        ({"velocity": 1.5}, "velocity above 0"),
    ],
)
def test_an_argument_out_of_its_range_is_told(sound: Audio, arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        estimator(Known(), Toy()).propose(sound, **{**NOTE, **arguments})


def test_a_sound_of_no_numbers_is_refused() -> None:
    for samples in (np.full(1000, np.nan, np.float32), np.zeros(0, np.float32)):
        for note in (NOTE, {}):
            with pytest.raises(AudioError):
                estimator(Known(), Toy()).propose(Audio(samples, 44100), **note)


def test_an_instrument_that_it_has_not_learned_is_refused(sound: Audio, space: Any) -> None:
    toy = Toy()
    other = Toy()
    other.name = "other"
    with pytest.raises(EstimatorError, match=r"expected the instrument toy, .* got other"):
        estimator(Known()).bound(other)
    narrow = Parameter("level", 0.0, 0.5, 0.5, is_categorical=False)
    toy.space = dataclasses.replace(toy.space, parameters=(narrow, toy.space.parameters[1]))
    with pytest.raises(EstimatorError, match=r"made for another toy .* learned from 0.1 to 0.9"):
        estimator(Known(), toy).propose(sound, **NOTE)
    toy.space = space
    with pytest.raises(EstimatorError, match="expected an estimator for vital, got one for toy"):
        estimator(Known(), toy).propose(sound, **NOTE)


def test_without_an_instrument_one_is_opened(sound: Audio, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []

    class Opened(Toy):
        def close(self) -> None:
            opened.append(self)

    monkeypatch.setattr("patchpilot.registry.load", lambda *_: Opened)
    asked = estimator(Known())
    assert not opened
    for _ in range(2):
        asked.propose(sound, 2, **NOTE)
    assert len(opened) == 1


def test_one_whose_instrument_is_not_installed_says_so(sound: Audio) -> None:
    with pytest.raises(PluginError, match="no 'toy' among the instruments"):
        estimator(Known()).propose(sound, **NOTE)


def test_what_is_no_number_is_told(sound: Audio) -> None:
    with pytest.raises(EstimatorError, match="its training went wrong"):
        estimator(Known(level=float("nan")), Toy()).propose(sound, **NOTE)


def test_tables_are_proposed_by_their_content(vital: Vital, sound: Audio) -> None:
    digests = tuple(built_in(name).sha256 for name in ("Bell", "Vowels"))
    table = Token("wavetable_1", "asset", options=digests, default=vital.space.assets["wavetable_1"].sha256)
    codec = dataclasses.replace(
        CODEC,
        instrument="vital",
        version=vital.space.version,
        tokens=(Token("osc_1_level", "value", low=0.1, high=1.0), table),
    )
    found = estimator(Known(codec=codec), vital, codec).propose(sound, **NOTE)
    assert {one.patch.assets["wavetable_1"] for one in found} == {built_in("Bell"), built_in("Vowels")}
    own = dataclasses.replace(codec, constants={"asset": {"wavetable_2": 64 * "0"}})
    with pytest.raises(EstimatorError, match=r"assets that are not here: asset 000000000000…"):
        estimator(Known(codec=own), vital, own).propose(sound, **NOTE)
