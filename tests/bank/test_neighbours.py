"""Neighbours are found among few and among many, by every process, after every accident."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import F32, Audio, listen
from patchpilot.bank import Bank, Query, neighbours
from patchpilot.errors import AudioError, BankError, ParameterError
from patchpilot.retrieval.spectral import Spectral
from patchpilot.space import Performance
from tests.bank.toys import TOY, filled, made
from tests.retrieval.fakes import Tiny

SIZE = 16


class Wide(Tiny):
    """Whose vectors the tests give."""

    name = "wide"
    size = SIZE


def random_vectors(n: int, seed: int = 0) -> F32:
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((max(n // 20, 1), SIZE), np.float32)
    return centres[rng.integers(len(centres), size=n)] + 0.3 * rng.standard_normal((n, SIZE), np.float32)


def grown(path: Path, vectors: F32, *, start: int = 0, one_sound: bool = True) -> Bank:
    """A bank with takes of given vectors; they may share a sound, which is quicker."""
    bank = Bank.open(path, embedding=Wide())
    sound = made(0).audio
    for i, vector in enumerate(vectors, start=start):
        take = dataclasses.replace(made(i), audio=sound) if one_sound else made(i)
        bank.append(take, vector=vector)
    bank.flush()
    return bank


def true_neighbours(vectors: F32, query: F32, k: int) -> list[int]:
    return (1 + np.argsort(np.linalg.norm(vectors - query, axis=1), kind="stable")[:k]).tolist()  # type: ignore[no-any-return]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bank is large from 100 takes on."""
    monkeypatch.setattr(neighbours, "MOST_FLAT", 100)
    monkeypatch.setattr(neighbours, "MOST_LOOSE", 30)


def test_few_are_compared_exactly(tmp_path: Path) -> None:
    vectors = random_vectors(200)
    with grown(tmp_path, vectors) as bank:
        for query in random_vectors(20, seed=1):
            found = bank.near(query, 7)
            assert [entry.number for entry, _ in found] == true_neighbours(vectors, query, 7)
            expected = np.sort(np.linalg.norm(vectors - query, axis=1))[:7]
            np.testing.assert_allclose([distance for _, distance in found], expected, rtol=1e-5)
        assert [e.number for e, _ in bank.like(3, 4)] == true_neighbours(vectors, vectors[2], 5)[1:]
        assert bank.like(3, 1)[0][0].number != 3
        assert not (tmp_path / "index").exists()


@pytest.mark.usefixtures("small")
def test_many_are_found_nearly_all_and_the_index_is_kept(tmp_path: Path) -> None:
    vectors = random_vectors(400)
    queries = random_vectors(40, seed=1)
    with grown(tmp_path, vectors[:310]) as bank:
        bank.near(queries[0], 1)
    (file,) = (tmp_path / "index").iterdir()
    changed = file.stat().st_mtime_ns
    with grown(tmp_path, vectors[310:], start=310) as bank:  # grows from where the file was
        hits = 0
        for query in queries:
            found = [entry.number for entry, _ in bank.near(query, 10)]
            hits += len(set(found) & set(true_neighbours(vectors, query, 10)))
        assert hits >= 0.97 * 400
        assert [n for n, _ in bank.neighbours.nearest(vectors[399], 1)] == [
            400
        ]  # one that is not in the graph yet
    assert file.stat().st_mtime_ns > changed


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("accident", ["lost", "cut", "changed", "other", "older"])
def test_an_index_that_is_lost_or_damaged_is_made_again(tmp_path: Path, accident: str) -> None:
    vectors = random_vectors(300)
    with grown(tmp_path, vectors[:200]) as bank:
        bank.near(vectors[0], 1)
    (file,) = (tmp_path / "index").iterdir()
    older = file.read_bytes()
    with grown(tmp_path, vectors[200:], start=200) as bank:
        bank.near(vectors[0], 1)
    data = file.read_bytes()
    if accident == "lost":
        file.unlink()
    elif accident == "cut":
        file.write_bytes(data[: len(data) // 2])
    elif accident == "changed":
        file.write_bytes(data[:-400] + b"\xff" * 100 + data[-300:])
    elif accident == "other":
        file.write_bytes(data.replace(b'"size": 16', b'"size": 17', 1))
    else:
        file.write_bytes(older)
    damaged = file.read_bytes() if file.exists() else b""
    with Bank.open(tmp_path, embedding=Wide()) as bank:
        for query in vectors[::30]:
            assert [entry.number for entry, _ in bank.near(query, 1)] == true_neighbours(vectors, query, 1)
    assert file.read_bytes() != damaged
    assert file.stat().st_size > 0.95 * len(data)  # of all vectors; chance decides how many links


@pytest.mark.usefixtures("small")
def test_a_larger_index_of_another_process_is_not_replaced(tmp_path: Path) -> None:
    vectors = random_vectors(300)
    with grown(tmp_path, vectors[:200]) as first:
        first.near(vectors[0], 1)
        with grown(tmp_path, vectors[200:], start=200) as second:
            second.near(vectors[0], 1)
        (file,) = (tmp_path / "index").iterdir()
        held = file.read_bytes()
    assert file.read_bytes() == held
    with Bank.open(tmp_path, embedding=Wide()) as bank:
        assert bank.near(vectors[299], 1)[0][0].name == "Sound 299"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("n", [80, 300])
def test_the_loneliest_are_found_without_comparing_all(tmp_path: Path, n: int) -> None:
    vectors = random_vectors(n)
    vectors[n // 2] += 5.0
    vectors[n // 3] -= 7.0
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest = apart.min(axis=1)
    order = np.argsort(-nearest, kind="stable")[:6]
    with grown(tmp_path, vectors) as bank:
        found = bank.far(6)
        assert [entry.number for entry, _ in found] == (order + 1).tolist()
        np.testing.assert_allclose([d for _, d in found], nearest[order], rtol=1e-4)
        assert len(bank.far(1000)) == n


@pytest.mark.parametrize("n", [0, 1, 2])
def test_the_loneliest_of_hardly_any(tmp_path: Path, n: int) -> None:
    with filled(tmp_path, n) as bank:
        assert len(bank.far(3)) == (2 if n == 2 else 0)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("n", [60, 150])
def test_takes_that_are_gone_are_no_neighbours(tmp_path: Path, n: int) -> None:
    vectors = random_vectors(n)
    with grown(tmp_path, vectors) as bank, Bank.open(tmp_path, embedding=Wide()) as other:
        bank.near(vectors[0], 5)
        other.near(vectors[0], 5)
        bank.star(1)
        bank.star(n)
        bank.collect(Query(golden=False), remove_takes=True, apply=True)
        for each in (bank, other):
            assert sorted(entry.number for entry, _ in each.near(vectors[0], 5)) == [1, n]
            assert sorted(entry.number for entry, _ in each.far(5)) == [1, n]
            assert sorted(each.vectors()[0].tolist()) == [1, n]


def test_a_sound_is_looked_up_as_it_is_heard(tmp_path: Path) -> None:
    played = Performance.one_note(60, hold_s=0.4, length_s=0.5)
    with Bank.open(tmp_path, embedding="spectral") as bank:
        takes = [made(i, played=played) for i in range(12)]
        for take in takes:
            bank.append(take)
        asked = takes[4].audio
        target = listen(asked)
        pitch = target.note + target.mistuning_cents / 100.0
        vector = Spectral()(target.audio, pitch=pitch, hold_s=target.hold_s)
        by_sound, by_vector = bank.near(asked, 3), bank.near(vector, 3)
        assert [(e.number, d) for e, d in by_sound] == [(e.number, d) for e, d in by_vector]
        with pytest.raises(AudioError):
            bank.near(Audio(np.zeros(44100), 44100))
        with pytest.raises(ParameterError, match="vector of 128 numbers, as spectral makes"):
            bank.near(np.zeros(3, np.float32))
        with pytest.raises(ParameterError, match="at least 1"):
            bank.near(np.zeros(128, np.float32), 0)
        with pytest.raises(ParameterError, match="at least 1"):
            bank.far(0)


def test_vectors_come_in_the_order_that_is_asked_for(tmp_path: Path) -> None:
    vectors = random_vectors(40)
    with grown(tmp_path, vectors) as bank:
        numbers, some = bank.vectors([30, 2, 99, 17])
        assert numbers.tolist() == [30, 2, 17]
        np.testing.assert_array_equal(some, vectors[[29, 1, 16]])
        every, matrix = bank.vectors()
        assert every.tolist() == list(range(1, 41))
        np.testing.assert_array_equal(matrix, vectors)


class Newer(Wide):
    version = "2"

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:
        return np.tile(super().__call__(audio, pitch=pitch, hold_s=hold_s), 6)[:SIZE]


def test_a_bank_is_heard_anew_with_another_embedding(tmp_path: Path) -> None:
    with grown(tmp_path, random_vectors(150), one_sound=False) as bank:
        assert len(bank.near(random_vectors(1)[0], 5)) == 5
        progress: list[tuple[int, int]] = []
        heard = bank.reindex(Newer(), on_heard=lambda n, of: progress.append((n, of)))
        assert (heard.heard, heard.unheard) == (150, ())
        assert progress[-1] == (150, 150)
        expected = Newer()(bank.take(9).audio, pitch=60.0, hold_s=0.15)
        np.testing.assert_allclose(bank.vector(9), expected, atol=1e-5)
        assert bank.near(expected, 1)[0][1] < 1e-5
        assert bank.append(made(500))
        assert len(bank.vectors()[0]) == 151
        assert bank.reindex().heard == 0
    with Bank.open(tmp_path, embedding=Wide()) as bank, pytest.raises(BankError, match="bank reindex"):
        bank.near(made(1).audio, 1)


class Interrupted(Newer):
    calls = 0

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:
        type(self).calls += 1
        if self.calls == 100:
            raise KeyboardInterrupt
        return super().__call__(audio, pitch=pitch, hold_s=hold_s)


def test_hearing_anew_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    vectors = random_vectors(150)
    with grown(tmp_path, vectors, one_sound=False) as bank:
        with pytest.raises(KeyboardInterrupt):
            bank.reindex(Interrupted())
        assert bank.near(vectors[5], 1)[0][0].number == 6  # still with the old one
        bank.audio.path(bank[3].audio_sha256).unlink()
        heard = bank.reindex(Newer())
        assert heard.heard < 150 - 60  # a block was done
        assert set(heard.unheard) <= {3, 3 + 97 * 23}
        assert len(bank.vectors()[0]) + len(heard.unheard) == 150


def test_a_process_notices_that_another_has_heard_the_bank_anew(tmp_path: Path) -> None:
    with grown(tmp_path, random_vectors(5)) as bank, Bank.open(tmp_path, embedding=Wide()) as other:
        assert len(other.near(random_vectors(1)[0], 9)) == 5
        assert other.hearing.embedding.name == "wide"
        bank.reindex(Newer())
        with pytest.raises(BankError, match="open it again"):
            other.near(TOY.render(made(1).patch, Performance.one_note()), 1)
        number = other.append(
            made(60), vector=random_vectors(1)[0]
        )  # of an embedding that is no longer the bank's
        other.flush()
        assert number not in bank.vectors()[0]
        assert bank.reindex().heard == 1
