"""What is asked about next: what somebody would say is not known, and it differs from what was asked about before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from patchpilot.bank import Query
from patchpilot.errors import ParameterError
from patchpilot.experiment.sounding import Sounded
from patchpilot.search.base import Outcome, Proposal
from patchpilot.selfplay.preference.asker import Asker
from patchpilot.selfplay.preference.asking import most_different, to_ask
from patchpilot.selfplay.preference.from_bank import taste_of
from patchpilot.selfplay.preference.preference import Preference
from patchpilot.selfplay.preference.taste import Taste
from patchpilot.selfplay.preference.unvoted import questions
from tests.selfplay.preference.listeners import lens_of, sounds, taste
from tests.selfplay.preference.test_from_bank import Height, _bank, _take


def sounded(number: int, transpose: float, score: float = 0.0) -> Sounded:
    take = _take(transpose)
    return Sounded(number, Outcome(Proposal(take.patch, "test"), take, {"x": score}))


def voted(path: Path) -> Taste:
    """The taste of somebody who likes what is high, and said nothing of what is in between."""
    with _bank(path) as bank:
        for number in bank.numbers():
            transpose = bank[number].json["patch"]["values"].get("transpose", 0.0)
            if abs(transpose) > 8.0:
                bank.vote(number, +1 if transpose > 0.0 else -1)
        return taste_of(bank, embedding=Height())


def test_what_is_not_known_is_asked_about(tmp_path: Path) -> None:
    known = voted(tmp_path / "b")
    asker = Asker(lambda: known, Height())
    waiting = [sounded(1, -18.0, 5.0), sounded(2, 1.0), sounded(3, 17.0, 9.0)]
    assert asker(waiting).number == 2


def test_what_was_just_asked_about_is_not_asked_about_again_until_there_is_a_vote(tmp_path: Path) -> None:
    known = voted(tmp_path / "b")
    asker = Asker(lambda: known, Height())
    rows = known.rows([_take(t) for t in (0.0, 0.0, 3.0)])
    first = to_ask(known.preference, rows[1:])[0]
    asked = to_ask(known.preference, rows[1:], 1, asked=np.repeat(rows[1 + first : 2 + first], 6, axis=0))[0]
    assert asked != first
    one = asker([sounded(1, 0.0), sounded(2, 3.0)])
    for _ in range(5):
        asker([one])
    assert asker([sounded(3, 0.0), sounded(4, 3.0)]).number == {1: 4, 2: 3}[one.number]


def test_an_answer_counts_once() -> None:
    asker = Asker(lambda: None, Height())
    made = [sounded(1, -3.0), sounded(2, 12.0)]
    for one in made:
        asker([one])
    assert made[0].outcome.take is not None
    asker.voted(made[0].outcome.take, -1)
    assert [take.id for take in asker._unanswered] == [made[1].outcome.take.id]  # type: ignore[union-attr]


def test_before_the_first_vote_what_sounds_differs_from_what_sounded() -> None:
    asker = Asker(lambda: None, Height())
    assert (
        asker([sounded(1, 0.0, 1.0), sounded(2, 20.0, 2.0)]).number == 2
    )  # the best, as nothing sounded yet
    assert asker([sounded(3, 19.0, 9.0), sounded(4, -20.0)]).number == 4
    assert asker([sounded(5, -19.0, 9.0), sounded(6, -2.0), sounded(7, 19.0)]).number == 6


def test_those_that_differ_most_are_far_from_one_another() -> None:
    heaps = np.repeat(np.eye(4) * 10.0, 5, axis=0) + 0.01 * np.random.default_rng(0).normal(size=(20, 4))
    assert {place // 5 for place in most_different(heaps, 4)} == {0, 1, 2, 3}
    assert [place // 5 for place in most_different(heaps, 3, heard=heaps[5:6])].count(1) == 0
    assert sorted(most_different(heaps[:3], 9)) == [0, 1, 2]
    with pytest.raises(ParameterError, match="at least 1"):
        most_different(heaps, 0)


def test_asking_teaches_more_than_hearing_what_comes() -> None:
    """Of a search's takes, eight at a time, one is heard: the one that is asked about, or just the last."""
    vectors = sounds(1500)
    lens, right = lens_of(vectors), np.zeros(2)
    rows = lens(vectors)
    for seed in range(4):
        liked, models = taste(vectors, seed, share=0.3), (Preference(lens), Preference(lens))
        for start in range(0, 480, 8):
            waiting = np.arange(start, start + 8)
            for model, place in zip(
                models, (waiting[to_ask(models[0], rows[waiting])[0]], waiting[-1]), strict=True
            ):
                model.vote(rows[place], bool(liked[place]))
        right += [np.mean((model.belief(rows[600:]).likely > 0.5) == liked[600:]) for model in models]
    assert right[0] > right[1]


def test_questions_about_a_bank_are_of_takes_without_a_vote(tmp_path: Path) -> None:
    with _bank(tmp_path / "b") as bank:
        first = questions(bank, 3, embedding=Height())
        assert len({question.number for question in first}) == 3
        assert {question.likely for question in first} == {0.5}
        for number in bank.numbers():
            transpose = bank[number].json["patch"]["values"].get("transpose", 0.0)
            if abs(transpose) > 6.0:
                bank.vote(number, +1 if transpose > 0.0 else -1)
        bank.star(bank.numbers()[20], True)
        found = questions(bank, 4, embedding=Height())
        assert all(bank[one.number].vote == 0 and not bank[one.number].golden for one in found)
        assert len(found) == 4
        assert found[0].unsure > 0.0
        assert questions(bank, 4, where=Query(vote=+1), embedding=Height()) == []
