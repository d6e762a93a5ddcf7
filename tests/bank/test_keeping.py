"""Making room, copies, merging, lineage: what is said of takes is never lost."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from patchpilot.bank import Bank, Query
from patchpilot.errors import BankError, OutputError
from patchpilot.space import Asset
from patchpilot.space.performance import AudioInput
from tests.bank.toys import PLAYED, TOY, filled, made
from tests.retrieval.fakes import Tiny
from tests.toy import Toy


def marked(path: Path) -> Bank:
    """Ten takes, of which 1 to 6 have something said of them, and 7 is a parent of 1's parent."""
    bank = Bank.open(path, embedding=Tiny())
    grandparent, parent = made(6), None
    parent = made(7, parents=(grandparent.id,))
    takes = [
        made(0, parents=(parent.id,)),
        *[made(i) for i in range(1, 6)],
        grandparent,
        parent,
        made(8),
        made(9),
    ]
    for i, take in enumerate(takes):
        bank.append(take, scores={"x": float(i)})
    bank.vote(1, -1)
    bank.star(2)
    bank.tag(3, "dark")
    bank.pin(4, ["level"])
    bank.write_note(5, "mine")
    bank.vote(6, 1)
    bank.vote(6, 0)
    return bank


def test_nothing_is_changed_unless_it_is_asked_for(tmp_path: Path) -> None:
    with marked(tmp_path) as bank:
        before = {path: path.read_bytes() for path in tmp_path.rglob("*.flac")}
        for remove_takes in (False, True):
            would = bank.collect(remove_takes=remove_takes)
            assert (would.audio, would.applied) == (2 if remove_takes else 4, False)
            assert would.n_bytes > 0
        assert {path: path.read_bytes() for path in tmp_path.rglob("*.flac")} == before
        assert len(bank) == 10
        assert all(entry.has_audio for entry in bank.entries())
        assert list(bank.check()) == []


def test_previews_that_are_cleared_away_come_back(tmp_path: Path) -> None:
    with marked(tmp_path) as bank:
        done = bank.collect(apply=True)
        assert (done.takes, done.audio, done.kept, done.applied) == (0, 4, 6, True)
        assert [e.number for e in bank.entries() if not e.has_audio] == [7, 8, 9, 10]
        assert list(bank.check()) == []  # on purpose
        with pytest.raises(BankError, match="bank repair"):
            bank.take(8)
        assert bank.replay(8, TOY).verdict == "identical"
        assert bank[8].has_audio
        assert bank.repair(TOY).audio == ()
        assert bank.repair(TOY, cleared=True).audio == (7, 9, 10)
        assert bank.take(10).id == bank[10].id
        assert bank.collect(Query(words="number8"), apply=True).audio == 1
        assert bank.collect(keep_best=3, apply=True).audio == 1


def test_takes_of_which_nothing_was_said_are_removed_but_not_the_parents_of_others(tmp_path: Path) -> None:
    with marked(tmp_path) as bank:
        done = bank.collect(remove_takes=True, apply=True)
        assert (done.takes, done.audio, done.kept) == (2, 2, 8)
        assert bank.numbers() == [1, 2, 3, 4, 5, 6, 7, 8]
        assert bank.numbers(Query(words="number8")) == []
        assert len(bank.vectors()[0]) == 8
        assert list(bank.check()) == []
        assert bank.append(made(8)) == 11  # numbers are never used twice
        assert len(bank.votes()) == 3


def test_a_sound_that_a_kept_take_has_stays(tmp_path: Path) -> None:
    with Bank.open(tmp_path, embedding=Tiny()) as bank:
        kept = bank.append(made(1), experiment="one")
        other = bank.append(made(1), experiment="two")
        bank.star(kept)
        assert bank.collect(apply=True).audio == 0
        assert bank.take(kept).id == bank.take(other).id


def test_files_that_belong_to_nothing_are_cleared_away(tmp_path: Path) -> None:
    asset, stray = Asset("audio", "{}", (b"abcd",)), Asset("audio", "{}", (b"efgh",))
    played = dataclasses.replace(PLAYED, inputs=(AudioInput("in", asset),))
    with filled(tmp_path, 1) as bank:
        bank.star(1)
        number = bank.append(made(3, played=played))
        bank.assets.put(stray)
        bank.audio.put("f" * 64, made(5).audio)
        done = bank.collect(apply=True)
        assert (done.audio, done.assets) == (2, 1)
        assert bank.replay(number, TOY).verdict == "identical"
        assert bank.collect(remove_takes=True, apply=True).assets == 1
        assert list(bank.assets) == []


def test_the_best_stay(tmp_path: Path) -> None:
    with filled(tmp_path) as bank:
        assert bank.collect(keep_best=2, remove_takes=True, apply=True).takes == 3
        assert bank.numbers() == [4, 5]


def test_lineage_is_a_tree_in_both_directions(tmp_path: Path) -> None:
    mother, father = made(1), made(2)
    child = made(3, parents=(mother.id, father.id))
    other = made(4, parents=(mother.id, "f" * 64))
    grandchild = made(5, parents=(child.id, other.id))
    with Bank.open(tmp_path, embedding=Tiny()) as bank:
        for take in (mother, father, child, other, grandchild):
            bank.append(take)
        assert [e.number for e in bank.parents(3)] == [1, 2]
        assert [e.number for e in bank.parents(4)] == [1]
        assert [e.number for e in bank.children(1)] == [3, 4]
        tree = bank.lineage(5).ancestors
        assert [(r.depth, r.number, r.is_repeated) for r in tree] == [
            (1, 3, False), (2, 1, False), (2, 2, False), (1, 4, False), (2, 1, True), (2, None, False),
        ]  # fmt: skip
        down = bank.lineage(1).descendants
        assert [(r.depth, r.number, r.is_repeated) for r in down] == [
            (1, 3, False), (2, 5, False), (1, 4, False), (2, 5, True),
        ]  # fmt: skip
        assert [r.number for r in bank.lineage(5, depth=1).ancestors] == [3, 4]
        assert bank.number_of(child.id) == 3
        assert bank.number_of("f" * 64) is None


def test_a_line_of_many_generations_is_followed(tmp_path: Path) -> None:
    with Bank.open(tmp_path, embedding=Tiny()) as bank:
        line = [made(0)]
        for i in range(1, 130):
            line.append(made(i, parents=(line[-1].id,)))
        for take in line:
            bank.append(take, vector=np.zeros(3, np.float32))
        assert len(bank.lineage(130).ancestors) == 100
        assert [r.depth for r in bank.lineage(130, depth=1000).ancestors] == list(range(1, 130))


def test_a_backup_is_a_bank(tmp_path: Path) -> None:
    with marked(tmp_path / "b") as bank:
        bank.collect(Query(words="number9"), apply=True)
        (bank.path / "learned" / "v1").mkdir(parents=True)
        (bank.path / "learned" / "v1" / "weights").write_text("others keep things here, too")
        copied = bank.backup(tmp_path / "deep" / "copy")
        assert copied > 10_000
        bank.star(9)
        with pytest.raises(OutputError, match="exists and is kept"):
            bank.backup(tmp_path / "deep" / "copy")
        here = bank.entries()
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["copy"]
    assert (tmp_path / "deep" / "copy" / "learned" / "v1" / "weights").read_text().startswith("others")
    with Bank.open(tmp_path / "deep" / "copy", embedding=Tiny()) as copy:
        there = copy.entries()
        assert [e.number for e in there if e.golden] == [2]
        assert [dataclasses.replace(e, golden=False) for e in there] == [
            dataclasses.replace(e, golden=False) for e in here
        ]
        assert len(copy.votes()) == 3
        assert list(copy.check(listen=True)) == []
        assert len(copy.near(copy.vector(1), 20)) == 10
        assert copy.take(3).id == there[2].id


def test_a_backup_is_put_back_and_what_was_there_is_kept(tmp_path: Path) -> None:
    with marked(tmp_path / "b") as bank:
        bank.backup(tmp_path / "copy")
        bank.star(9)
    with pytest.raises(OutputError, match="exists"):
        Bank.restore(tmp_path / "copy", tmp_path / "b")
    aside = Bank.restore(tmp_path / "copy", tmp_path / "b", replace=True)
    assert aside is not None
    with Bank.open(tmp_path / "b", embedding=Tiny()) as bank, Bank.open(aside, embedding=Tiny()) as old:
        assert not bank[9].golden
        assert old[9].golden
    assert Bank.restore(tmp_path / "copy", tmp_path / "new") is None
    with pytest.raises(BankError, match="there is no bank"):
        Bank.restore(tmp_path / "nowhere", tmp_path / "b", replace=True)


def test_two_banks_become_one(tmp_path: Path) -> None:
    asset = Asset("audio", "{}", (b"abcd",))
    played = dataclasses.replace(PLAYED, inputs=(AudioInput("in", asset),))
    with filled(tmp_path / "one") as one, filled(tmp_path / "two", start=3) as two:  # takes 3 and 4 in both
        special = two.append(
            made(50, played=played, parents=(made(0).id,)), experiment="other", scores={"y": 2.0}
        )
        one.vote(4, 1)
        one.tag(4, "dark")
        one.write_note(4, "mine")
        one.pin(4, ["level"])
        two.vote(1, -1)  # the same take, later
        two.tag(1, "wide")
        two.star(1)
        two.write_note(1, "yours")
        two.pin(1, ["transpose"])
        two.star(special)
        two.flush()
        progress: list[tuple[int, int]] = []
        merged = one.merge(two.path, on_take=lambda n, of: progress.append((n, of)))
        assert (merged.added, merged.known, progress[-1]) == (4, 2, (6, 6))
        entry = one[4]
        assert (entry.tags, entry.golden, entry.vote) == (("dark", "wide"), True, -1)
        assert (entry.note, entry.pinned) == ("mine\nyours", ("level", "transpose"))
        assert [vote for _, vote, _ in one.votes(4)] == [1, -1]
        assert one.numbers(Query(words="yours")) == [4]
        (new,) = one.entries(Query(experiment="other"))
        assert (new.golden, new.scores, new.made_at) == (True, {"y": 2.0}, two[special].made_at)
        assert one.take(new.number).performance.inputs[0].asset == asset
        assert [e.number for e in one.children(1)] == [new.number]
        assert len(one) == len(one.vectors()[0]) == 9
        assert list(one.check(listen=True)) == []
        said = one.entries()
        again = one.merge(two.path)
        assert (again.added, again.known) == (0, 6)
        assert one.entries() == said
        assert len(one.votes()) == 2
        assert one.append(made(90)) not in {e.number for e in said}
        assert [r.verdict for r in one.replays(one.numbers(), Toy())] == ["identical"] * 10


class Deaf(Tiny):
    name = "deaf"


def test_takes_of_a_bank_that_hears_otherwise_are_heard_anew(tmp_path: Path) -> None:
    with filled(tmp_path / "one", 2) as one, Bank.open(tmp_path / "two", embedding=Deaf()) as two:
        two.append(made(30))
        two.flush()
        assert one.merge(two.path).added == 1
        assert len(one.vectors()[0]) == 2
        assert [(p.kind, p.number) for p in one.check()] == [("vector", one.numbers()[-1])]
        assert one.reindex().heard == 1
        assert list(one.check()) == []


def test_an_empty_bank_takes_over_how_the_other_hears(tmp_path: Path) -> None:
    with filled(tmp_path / "two", 3) as two, Bank.open(tmp_path / "one", embedding=Tiny()) as one:
        one.merge(two.path)
        assert len(one.vectors()[0]) == 3
        assert one.near(one.vector(2), 1)[0][0].number == 2
