from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from patchpilot.errors import EstimatorError
from patchpilot.estimators.codec import Codec, said
from patchpilot.estimators.fitting import fitted
from patchpilot.space import Parameter
from tests.estimators import words

CODEC = words.codec()


def test_what_varies_is_a_token_and_what_does_not_is_a_constant() -> None:
    names = [(token.name, token.kind) for token in CODEC.tokens]
    assert ("volume", "value") not in names
    assert CODEC.constants == {
        "value": {"volume": pytest.approx(0.8)},
        "presence": {"env_1>filter_cutoff": 1.0},
    }
    assert ("env_1>filter_cutoff", "amount") in names
    assert ("lfo_1>volume", "presence") in names
    assert [token.is_categorical for token in CODEC.tokens] == sorted(t.is_categorical for t in CODEC.tokens)


def test_a_parameter_of_few_values_is_categorical_and_says_those() -> None:
    by_name = {token.name: token for token in CODEC.categorical}
    assert by_name["osc_1_shape"].options == (0.0, 1.0, 2.0, 3.0)
    assert set(by_name["sample"].options) == {table.sha256 for table in words.TABLES}
    amounts = fitted(words.SPACE, [said(words.patch(k)) for k in range(8)])
    assert "osc_1_level" in {token.name for token in amounts.categorical}


def test_the_switch_of_what_is_silent_without_it_is_heard_from_the_data() -> None:
    by_name = {token.name: token for token in CODEC.tokens}
    assert (by_name["filter_cutoff"].gate, by_name["filter_cutoff"].open_at) == ("filter_on", (1,))
    assert by_name["osc_1_level"].gate == ""
    assert by_name["filter_on"].gate == ""


@pytest.mark.parametrize("k", range(20))
def test_a_patch_comes_back_from_its_labels(k: int) -> None:
    patch = words.patch(k)
    back = CODEC.decode(words.SPACE, CODEC.encode([said(patch)]), 0, words.asset)
    assert back.values.keys() == patch.values.keys()
    for name, value in patch.values.items():
        assert back.values[name] == pytest.approx(value, abs=1e-5 * 128)
    assert back.assets == patch.assets
    assert [(r.source, r.destination, r.bipolar) for r in back.routings] == [
        (r.source, r.destination, r.bipolar) for r in patch.routings
    ]
    assert [r.amount for r in back.routings] == pytest.approx([r.amount for r in patch.routings], abs=1e-5)


def test_labels_are_within_their_range_and_say_what_sounds() -> None:
    labels = CODEC.encode(words.rows(300))
    assert labels.continuous.min() == -1.0
    assert labels.continuous.max() == 1.0
    assert (labels.categorical >= 0).all()
    cutoff = [token.name for token in CODEC.tokens].index("filter_cutoff")
    switch = [token.name for token in CODEC.categorical].index("filter_on")
    np.testing.assert_array_equal(labels.active[:, cutoff], labels.categorical[:, switch] == 1)


def test_an_option_that_was_never_seen_is_not_known_and_does_not_count() -> None:
    patch = words.patch(0).changed(words.SPACE, {"osc_1_shape": 3.0})
    few = dataclasses.replace(
        CODEC,
        tokens=tuple(
            dataclasses.replace(token, options=(0.0, 1.0)) if token.name == "osc_1_shape" else token
            for token in CODEC.tokens
        ),
    )
    labels = few.encode([said(patch)])
    place = [token.name for token in few.categorical].index("osc_1_shape")
    assert labels.categorical[0, place] == -1
    assert not labels.active[0, len(few.continuous) + place]


def test_it_comes_back_from_json_as_it_was() -> None:
    back = Codec.from_json(json.loads(json.dumps(CODEC.to_json())))
    assert back == CODEC
    assert back.sha256 == CODEC.sha256


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.pop("tokens"),
        lambda d: d["tokens"][0].pop("name"),
        lambda d: d["tokens"][0].update(what=1),
        lambda d: d.update(constants={"value": ["volume"]}),
        lambda d: d.update(constants=["volume"]),
        lambda d: d.update(routes={"lfo_1>volume": 1}),
    ],
)
def test_damaged_json_is_told(damage: object) -> None:
    data = json.loads(json.dumps(CODEC.to_json()))
    damage(data)  # type: ignore[operator]
    with pytest.raises(EstimatorError, match="damaged"):
        Codec.from_json(data)


def test_an_instrument_that_cannot_be_told_these_things_is_refused() -> None:
    CODEC.check(words.SPACE)
    with pytest.raises(EstimatorError, match="for other, got one for words"):
        CODEC.check(dataclasses.replace(words.SPACE, instrument="other"))
    with pytest.raises(
        EstimatorError, match=r"engine 1, here 2\): another engine may sound different; train one"
    ):
        CODEC.check(dataclasses.replace(words.SPACE, version="2"))
    with pytest.raises(EstimatorError, match="no parameter osc_1_level"):
        CODEC.check(dataclasses.replace(words.SPACE, parameters=words.SPACE.parameters[2:]))
    narrow = (
        *tuple(
            Parameter(p.name, p.minimum, 50.0, p.default, is_categorical=False)
            if p.name == "filter_cutoff"
            else p
            for p in words.SPACE.parameters
            if p.name != "filter_cutoff"
        ),
        Parameter("filter_cutoff", 8.0, 50.0, 20.0, is_categorical=False),
    )
    with pytest.raises(EstimatorError, match="goes from 8 to 50"):
        CODEC.check(dataclasses.replace(words.SPACE, parameters=narrow))


def test_patches_that_are_all_alike_teach_nothing() -> None:
    with pytest.raises(EstimatorError, match="nothing varies in these 3 patches"):
        fitted(words.SPACE, [said(words.patch(0))] * 3)
