"""What came out of made-up votes."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from patchpilot.errors import ParameterError
from patchpilot.listening import Ballot, evaluated
from patchpilot.listening.table import lines
from tests.listening.sounds import ballot, mushra, pairwise

TEST = mushra().test
RATED = [("anna", 80.0, 60.0), ("ben", 70.0, 65.0), ("cleo", 90.0, 50.0), ("dan", 60.0, 40.0)]


def rated(who: str, a: float, b: float, reference: float = 100.0) -> Ballot:
    return ballot(TEST, who, {"a": a, "b": b, "reference": reference, "low anchor": 5.0})


def test_means_are_over_participants_with_the_t_interval() -> None:
    results = evaluated(TEST, [rated(*one) for one in RATED])
    a = next(one for one in results.ratings if one.condition == "a" and not one.trial)
    values = [one[1] for one in RATED]
    low, high = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    assert (a.n, a.mean.value, a.mean.low, a.mean.high, a.median) == pytest.approx((4, 75.0, low, high, 75.0))
    (difference,) = results.differences
    paired = [one[1] - one[2] for one in RATED]
    low, high = stats.t.interval(0.95, 3, loc=np.mean(paired), scale=stats.sem(paired))
    assert (difference.mean.value, difference.mean.low, difference.mean.high) == pytest.approx(
        (21.25, low, high)
    )


def test_a_participant_counts_once_however_many_trials() -> None:
    one = rated("anna", 80, 60)
    first = TEST.trials[0]
    code = next(s.code for s in first.stimuli if s.condition == "a")
    uneven = Ballot("anna", {**one.votes, first.code: {**one.votes[first.code], code: 40.0}})
    results = evaluated(TEST, [uneven, rated("ben", 70, 65)])
    a = next(r for r in results.ratings if r.condition == "a" and not r.trial)
    assert (a.n, a.mean.value) == (2, 65.0)  # of 60 and 70


def test_who_does_not_hear_the_hidden_reference_is_taken_out() -> None:
    results = evaluated(TEST, [*(rated(*one) for one in RATED), rated("deaf", 100, 100, reference=60)])
    assert results.screened == {"deaf": "rated the hidden reference below 90 in 2 of 2 trials"}
    assert {one.n for one in results.ratings} == {4}
    assert any("deaf was taken out" in line for line in lines(results))


def test_one_slip_in_many_trials_is_forgiven_and_two_in_ten_are_not() -> None:
    test = replace(mushra(1, 1).test)
    (trial,) = test.trials
    many = replace(test, trials=tuple(replace(trial, code=f"{trial.code}{k}") for k in range(7)))
    hidden = next(s.code for s in trial.stimuli if s.condition == "reference")

    def slips(count: int) -> Ballot:
        whole = ballot(many, "anna", {"a": 50.0, "reference": 100.0, "low anchor": 0.0})
        wrong = {t.code: {**whole.votes[t.code], hidden: 89.0} for t in many.trials[:count]}
        return Ballot("anna", {**whole.votes, **wrong})

    assert evaluated(many, [slips(1)]).screened == {}  # 14 %
    assert list(evaluated(many, [slips(2)]).screened) == ["anna"]  # 29 %


def test_the_mid_anchor_screens_only_where_most_hear_it() -> None:
    test = mushra(mid_anchor=True).test
    votes = {"a": 50.0, "b": 50.0, "reference": 100.0, "low anchor": 0.0}
    good = [ballot(test, f"p{k}", {**votes, "mid anchor": 60.0}) for k in range(3)]
    bad = ballot(test, "bad", {**votes, "mid anchor": 95.0})
    assert list(evaluated(test, [*good, bad]).screened) == ["bad"]
    assert evaluated(test, [good[0], bad]).screened == {}  # half of them: the anchor was hardly worse


def test_nobody_left_is_said() -> None:
    results = evaluated(TEST, [rated("deaf", 100, 100, reference=0)])
    assert results.ratings == ()
    assert any("Nobody is left" in line for line in lines(results))


def test_pairs_are_counted_tested_and_told() -> None:
    test = pairwise(2, 4).test
    ballots = [ballot(test, name, {"a": 0, "b": 1}) for name in ("anna", "ben")]
    ballots.append(ballot(test, "cleo", {"a": 1, "b": 1}))
    duel = evaluated(test, ballots).duels[0]
    assert (duel.condition, duel.against, duel.wins, duel.losses, duel.undecided) == ("a", "b", 0, 8, 4)
    assert duel.share is not None
    assert (duel.share.low, duel.share.high) == pytest.approx(
        tuple(stats.binomtest(0, 8).proportion_ci(method="wilson"))
    )
    assert duel.p == pytest.approx(2 / 2**8)
    assert (duel.participants_for, duel.participants_against, duel.participants_p) == (0, 2, 0.5)
    said = list(evaluated(test, ballots).conclusions())
    assert said[0].startswith("b is preferred over a: 8 to 0 votes, 4 heard no difference (p = 0.0078)")


def test_what_may_be_chance_is_called_so() -> None:
    test = pairwise(2, 4).test
    ballots = [ballot(test, "anna", {"a": 0, "b": 1}), ballot(test, "ben", {"a": 1, "b": 0})]
    results = evaluated(test, ballots)
    assert results.duels[0].p == 1.0
    assert "that may be chance" in next(results.conclusions())
    nobody = evaluated(test, [ballot(test, "anna", {"a": 1, "b": 1})])
    assert nobody.duels[0].share is None
    assert "nobody heard a difference" in next(nobody.conclusions())


def test_three_conditions_get_strengths_or_the_reason_why_not() -> None:
    test = pairwise(3, 1).test
    orders = [(3, 2, 1), (3, 1, 2), (1, 3, 2), (2, 3, 1), (3, 2, 1)]
    ballots = [ballot(test, f"p{k}", dict(zip("abc", order, strict=True))) for k, order in enumerate(orders)]
    results = evaluated(test, ballots)
    assert [one.condition for one in results.strengths] == ["a", "b", "c"]
    assert sum(one.strength.value for one in results.strengths) == pytest.approx(0.0, abs=1e-9)
    always = evaluated(test, [ballot(test, "anna", {"a": 3, "b": 2, "c": 1})])
    assert always.strengths == ()
    assert any("no common order" in line for line in always.conclusions())


def test_the_table_and_the_json_say_the_same() -> None:
    results = evaluated(TEST, [rated(*one) for one in RATED])
    said = json.loads(json.dumps(results.to_json(), allow_nan=False))
    rows = list(csv.DictReader(io.StringIO(results.csv())))
    whole = [row for row in rows if row["table"] == "ratings" and not row["trial"]]
    assert [row["condition"] for row in whole] == list(TEST.conditions)
    for row, one in zip(whole, said["ratings"], strict=False):
        assert float(row["value"]) == pytest.approx(one["mean"]["value"], rel=1e-5)
    assert {row["trial"] for row in rows} == {"", "one", "two"}


def test_no_name_becomes_a_formula_in_a_spreadsheet() -> None:
    test = pairwise().test
    evil = replace(test, trials=tuple(replace(t, name="=1+1") for t in test.trials))
    assert ",'=1+1," in evaluated(evil, [ballot(evil, "anna", {"a": 0, "b": 1})]).csv()


def test_nobody_is_no_result() -> None:
    with pytest.raises(ParameterError, match="at least one participant"):
        evaluated(TEST, [])
