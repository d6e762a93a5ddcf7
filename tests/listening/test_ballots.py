"""Votes are read with suspicion: whatever is wrong with a file is said in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.errors import ParameterError
from patchpilot.listening import Ballot, parsed, read_votes
from tests.listening.sounds import ballot, csv_of, mushra, pairwise

RATINGS = {"a": 80.0, "b": 60.0, "reference": 100.0, "low anchor": 10.0}
TEST = mushra().test
WHOLE = csv_of(TEST, ballot(TEST, "anna", RATINGS))
PAIRS = pairwise(2, 2).test
CHOSEN = csv_of(PAIRS, ballot(PAIRS, "anna", {"a": 1, "b": 2}))


def test_what_the_page_saves_is_read_back() -> None:
    assert parsed(WHOLE, TEST) == [ballot(TEST, "anna", RATINGS)]


def test_spreadsheets_may_have_rewritten_it() -> None:
    assert parsed("\ufeff" + WHOLE.replace(",", ";"), TEST) == parsed(WHOLE, TEST)
    halves = CHOSEN.replace(",1\r", ",0.5\r").replace(",0\r", ",0.5\r")
    german = halves.replace(",", ";").replace("0.5", "0,5")
    assert parsed(german, PAIRS) == parsed(halves, PAIRS)


def test_several_participants_in_one_file_and_in_many(tmp_path: Path) -> None:
    both = csv_of(TEST, ballot(TEST, "anna", RATINGS), ballot(TEST, "ben", RATINGS))
    assert [one.participant for one in parsed(both, TEST)] == ["anna", "ben"]
    for who in ("anna", "ben"):
        (tmp_path / f"{who}.csv").write_text(csv_of(TEST, ballot(TEST, who, RATINGS)), "utf-8")
    found = read_votes([tmp_path / "ben.csv", tmp_path / "anna.csv"], TEST)
    assert [one.participant for one in found] == ["ben", "anna"]


def test_votes_that_come_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="'anna' votes twice on"):
        parsed(WHOLE + WHOLE.partition("\r\n")[2], TEST)
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text(WHOLE, "utf-8")
    with pytest.raises(ParameterError, match=r"two.csv: the votes of 'anna' come twice, also in one.csv"):
        read_votes([tmp_path / "one.csv", tmp_path / "two.csv"], TEST)


def without_a_line(text: str, line: int) -> str:
    lines = text.split("\r\n")
    return "\r\n".join([*lines[:line], *lines[line + 1 :]])


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        ("", "expected votes that the page of a listening test saved"),
        ("a,b\r\n1,2\r\n", "got 'a,b'"),
        (WHOLE.partition("\r\n")[0] + "\r\n", "only a header"),
        (without_a_line(WHOLE, 4), "has no vote on .* cut off"),
        (WHOLE[:-9], r"cut off|expected a rating|has no vote"),
        (WHOLE[: WHOLE.rindex(",")], "expected 7 cells, got 6"),
        (WHOLE.replace(",100\r", ",101\r", 1), "line .: expected a rating from 0 to 100, got '101'"),
        (WHOLE.replace(",100\r", ",nan\r", 1), "expected a rating from 0 to 100, got 'nan'"),
        (WHOLE.replace(",100\r", ",many\r", 1), "expected a rating"),
        (WHOLE.replace(TEST.id, "0" * 16), f"expected votes of the test {TEST.id}"),
        (WHOLE.replace(TEST.trials[0].code, "nowhere"), "the test has no trial 'nowhere'"),
        (WHOLE.replace(TEST.trials[0].stimuli[0].code, "nothing"), "the test has no stimulus 'nothing'"),
        (WHOLE.replace("mushra", "pairwise"), "expected kind 'mushra'"),
        (WHOLE.replace("anna", ""), "a participant and a place"),
        (WHOLE + '"open\r\n', "cells|CSV"),
    ],
)
def test_damaged_votes_are_refused_with_the_reason(damaged: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        parsed(damaged, TEST)


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (CHOSEN.replace(",1\r", ",0\r"), "the votes 0 and 0: expected one that is better or no difference"),
        (CHOSEN.replace(",0\r", ",1\r"), "the votes 1 and 1"),
        (CHOSEN.replace(",1\r", ",0.7\r"), "expected a vote of 1, 0.5 or 0, got '0.7'"),
    ],
)
def test_pairs_that_nobody_can_have_voted_for_are_refused(damaged: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        parsed(damaged, PAIRS)


def test_no_difference_is_refused_where_it_was_no_answer() -> None:
    test = pairwise(no_difference=False).test
    undecided = Ballot("anna", {t.code: {s.code: 0.5 for s in t.stimuli} for t in test.trials})
    with pytest.raises(ParameterError, match="expected one that is better; the file was changed"):
        parsed(csv_of(test, undecided), test)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_bytes(b"\xff\xfe\x00RIFF")
    with pytest.raises(ParameterError, match="cannot be read"):
        read_votes([path], TEST)
    with pytest.raises(ParameterError, match="cannot be read"):
        read_votes([tmp_path / "none.csv"], TEST)
