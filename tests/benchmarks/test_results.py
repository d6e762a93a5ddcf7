"""The file of measurements: nothing that was finished is lost, and what differs is not mixed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from matchbench.results import MixedError, Results, code_digest

from tests.benchmarks.records import MADE, figures, made, results

KEY = ("a", "0001", "quick")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "there" / "match.jsonl"


def test_a_measurement_is_on_the_disk_at_once_and_there_again(path: Path) -> None:
    mine = results(path)
    assert KEY not in mine
    record = mine.add(KEY, figures(0.25))
    assert json.loads(path.read_text("utf-8")) == record
    again = results(path)
    assert KEY in again
    assert list(again) == [record]
    assert record["made_with"] == MADE


def test_of_two_of_one_sound_the_later_counts(path: Path) -> None:
    for best in (0.5, 0.25):
        results(path).add(KEY, figures(best))
    (record,) = results(path)
    assert record["best"]["logmel"] == 0.25
    assert len(path.read_text("utf-8").splitlines()) == 2


def test_numbers_are_cut_to_what_means_something(path: Path) -> None:
    record = results(path).add(KEY, {"deep": [{"number": 0.123456789}], "count": 3, "none": None})
    assert (record["deep"], record["count"], record["none"]) == ([{"number": 0.1235}], 3, None)


def test_a_line_that_was_cut_off_is_forgotten(path: Path) -> None:
    results(path).add(KEY, figures(0.25))
    with path.open("a", encoding="utf-8") as file:
        file.write('{"set": "a", "sou')
    mine = results(path)
    assert len(list(mine)) == 1
    mine.add(("a", "0002", "quick"), figures(0.5))
    assert [json.loads(line)["sound"] for line in path.read_text("utf-8").splitlines()] == ["0001", "0002"]


def test_even_if_it_was_the_only_one(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"set"', "utf-8")
    assert list(Results(path)) == []
    results(path).add(KEY, figures(0.25))
    assert len(list(results(path))) == 1


def test_another_files_line_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("hello\n", "utf-8")
    with pytest.raises(MixedError, match=r"match.jsonl, line 1: expected JSON, got 'hello'"):
        Results(path)


@pytest.mark.parametrize("kind", ["engine", "library"])
def test_what_was_made_with_something_else_is_not_mixed_in(path: Path, kind: str) -> None:
    results(path).add(KEY, figures(0.25))
    with pytest.raises(
        MixedError, match=rf"holds measurements of the {kind} '{MADE[kind]}', and not only of 'o'"
    ):
        results(path, **{kind: "o"})


def test_a_mixture_is_not_read_either(path: Path) -> None:
    for name in ("one", "other"):
        results(path.with_name(name), engine=name).add(("a", name, "quick"), figures(0.25))
    path.write_text("".join(path.with_name(n).read_text("utf-8") for n in ("one", "other")), "utf-8")
    with pytest.raises(MixedError, match="of the engine 'other', and not only of 'one'"):
        Results(path)


def test_code_may_change_but_is_told(path: Path) -> None:
    for code in ("c0de", "c1de"):
        results(path, code=code).add(("a", code, "quick"), figures(0.25))
    assert Results(path).made_with["code"] == ["c0de", "c1de"]
    assert Results(path).made_with["engine"] == [made()["engine"]]


def test_the_digest_changes_with_the_code(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "one.py"
    file.parent.mkdir()
    digests = set()
    for text in ("a = 1", "a = 2"):
        file.write_text(text, "utf-8")
        digests.add(code_digest(tmp_path))
    file.rename(file.with_name("two.py"))
    digests.add(code_digest(tmp_path))
    (tmp_path / "notes.txt").write_text("no code", "utf-8")
    digests.add(code_digest(tmp_path))
    assert len(digests) == 3
