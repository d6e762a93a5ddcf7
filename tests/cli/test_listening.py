"""`patchpilot listening`: a test is made, its page sent, its votes told."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from patchpilot.audio import save
from patchpilot.listening import read_test
from tests.cli.command_line import SHORT, Cli, one_error
from tests.listening.sounds import ballot, csv_of, tone


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name, hz in (("old", 220.0), ("new", 330.0), ("true", 110.0)):
        (tmp_path / name).mkdir()
        for index, title in enumerate(("one", "two")):
            save(tone(hz + 7 * index), tmp_path / name / f"{title}.wav")
    return tmp_path


def given(folders: Path) -> tuple[str, ...]:
    return (
        *("--of", f"old={folders / 'old'}", "--of", f"new={folders / 'new'}"),
        *("--reference", str(folders / "true"), "--out", str(folders / "test")),
    )


def test_from_folders_to_a_table(cli: Cli, folders: Path) -> None:
    made = cli("listening", "make", *given(folders), "--name", "Is new better?", "--seed", "1")
    assert made.code == 0
    assert made.out == "Is new better?: 2 trials of old, new\n"
    assert "send" in made.err
    test = read_test(folders / "test")
    for who, votes in (("anna", {"old": 0, "new": 1}), ("ben", {"old": 0, "new": 1})):
        (folders / f"{who}.csv").write_text(csv_of(test, ballot(test, who, votes)), "utf-8")
    told = cli("listening", "results", folders / "test", folders / "anna.csv", folders / "ben.csv")
    assert told.code == 0
    assert "Is new better?: 2 trials, 2 participants" in told.out
    assert "old  against new    0.0%  (0.0% to 49.0%)  0 to 4, p = 0.125" in told.out
    rows = list(csv.DictReader((folders / "test" / "results.csv").read_text("utf-8").splitlines()))
    assert (rows[0]["condition"], rows[0]["losses"], rows[0]["participants_against"]) == ("old", "4", "2")
    assert "exists and is kept" in one_error(
        cli("listening", "results", folders / "test", folders / "anna.csv")
    )
    said = cli("listening", "results", folders / "test", folders / "anna.csv", "--force", "--json")
    assert json.loads(said.out)["participants"] == ["anna"]


def test_ratings_and_a_second_page(cli: Cli, folders: Path) -> None:
    assert cli("listening", "make", *given(folders), "--kind", "mushra", "--mid-anchor").code == 0
    test = read_test(folders / "test")
    assert test.conditions == ("old", "new", "reference", "low anchor", "mid anchor")
    page = folders / "again.html"
    assert cli("listening", "page", folders / "test", "--out", page).code == 0
    assert page.read_bytes() == (folders / "test" / "page.html").read_bytes()
    votes = {"old": 40, "new": 60, "reference": 100, "low anchor": 10, "mid anchor": 50}
    (folders / "votes").mkdir()
    for who in ("anna", "ben"):
        (folders / "votes" / f"{who}.csv").write_text(csv_of(test, ballot(test, who, votes)), "utf-8")
    told = cli("listening", "results", folders / "test", folders / "votes")
    assert "old is rated -20.0 against new (95 % from -20.0 to -20.0): more than chance." in told.out


def test_wrong_votes_and_wrong_words_are_errors_of_one_sentence(cli: Cli, folders: Path) -> None:
    assert cli("listening", "make", *given(folders)).code == 0
    assert "already holds a listening test" in one_error(cli("listening", "make", *given(folders)))
    (folders / "votes.csv").write_text("hello", "utf-8")
    wrong = cli("listening", "results", folders / "test", folders / "votes.csv")
    assert "expected votes that the page of a listening test saved" in one_error(wrong)
    assert "expected one of --searchers" in one_error(cli("listening", "make", "--out", folders / "x"))
    assert "expected --of NAME=DIR" in one_error(
        cli("listening", "make", "--out", folders / "x", "--of", "old")
    )
    assert "such as 12,15" in one_error(cli("listening", "make", "--out", folders / "x", "--takes", "a"))


@pytest.mark.slow
def test_two_searchers_answer_whether_refined_is_preferred(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "refined"
    made = cli(
        *("listening", "make", SHORT, "--searchers", "retrieval,retrieval+refinement"),
        *("--renders", "40", "--seed", "1", "--out", out),
    )
    assert made.code == 0, made.err
    test = read_test(out)
    assert test.conditions == ("retrieval", "retrieval+refinement")
    (trial,) = test.trials
    assert trial.reference is not None
    assert all("renders" in one.detail for one in trial.stimuli)
    assert len(list((out / "found").glob("*.wav"))) == 2
