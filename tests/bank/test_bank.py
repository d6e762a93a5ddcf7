"""Takes go in and come out, are found, and keep what is said of them."""

from __future__ import annotations

import dataclasses
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import F32, Audio
from patchpilot.audio.lossless import audio_sha256
from patchpilot.bank import Bank, Query
from patchpilot.errors import BankError, OutputError, ParameterError, PluginError
from patchpilot.instruments.record import TakeSink
from patchpilot.objectives.hearing import heard, unit
from patchpilot.space import Asset, Note, Performance
from patchpilot.space.performance import AudioInput
from tests.bank.toys import PLAYED, TOY, filled, made
from tests.retrieval.fakes import Tiny


def test_a_take_comes_out_as_it_went_in(tmp_path: Path) -> None:
    take = made(4, parents=("a" * 64, "b" * 64))
    before = datetime.now(UTC)
    with Bank.open(tmp_path / "b", embedding=Tiny()) as bank:
        number = bank.append(
            take, scores={"close": -0.5, "new": 1.0}, experiment="one", tags=("  warm  pad ",)
        )
    with Bank.open(tmp_path / "b", embedding=Tiny()) as bank:
        entry, again = bank[number], bank.take(number)
        assert (number, entry.id, entry.experiment, entry.tags) == (1, take.id, "one", ("warm pad",))
        assert (entry.scores, entry.score) == ({"close": -0.5, "new": 1.0}, 0.5)
        assert (entry.vote, entry.golden, entry.pinned, entry.note) == (0, False, (), "")
        assert before <= entry.made_at <= datetime.now(UTC)
        assert entry.audio_sha256 == audio_sha256(take.audio.samples)
        assert (again.id, again.patch, again.patch.name) == (take.id, take.patch, "Sound 4")
        assert vars(again.origin) == vars(take.origin)
        assert (again.performance, again.features) == (take.performance, take.features)
        assert np.abs(again.audio.samples - take.audio.samples).max() < 2.0**-23
        numbers, vectors = bank.vectors()
        np.testing.assert_array_equal(numbers, [1])
        np.testing.assert_allclose(vectors[0], Tiny()(take.audio, pitch=60.0, hold_s=0.15))


def test_what_passes_full_scale_is_kept_to_24_bits_of_its_peak(tmp_path: Path) -> None:
    take = made(3)
    loud = dataclasses.replace(take, audio=Audio(30.0 * take.audio.samples, take.audio.sample_rate))
    peak = float(np.abs(loud.audio.samples).max())
    assert peak > 1.0
    with Bank.open(tmp_path, embedding=Tiny()) as bank:
        number = bank.append(loud)
        assert bank[number].gain == pytest.approx(peak)
        assert np.abs(bank.take(number).audio.samples - loud.audio.samples).max() < 2.0**-23 * peak


def test_it_is_what_takes_are_put_into(tmp_path: Path) -> None:
    with Bank.open(tmp_path, embedding=Tiny()) as bank:
        sink: TakeSink = bank  # type: ignore[assignment]  # it also returns a number
        sink.append(made(1))
        assert len(bank) == 1


def test_a_take_of_an_experiment_is_kept_once(tmp_path: Path) -> None:
    with Bank.open(tmp_path, embedding=Tiny()) as bank:
        first = bank.append(made(1), scores={"x": 1.0}, experiment="one")
        assert bank.append(made(1), scores={"x": 2.0}, experiment="one") == first  # not yet committed
        bank.flush()
        assert bank.append(made(1), experiment="one") == first
        assert bank.append(made(1), experiment="two") == first + 1
        assert len(bank) == 2
        assert bank[first].scores == {"x": 1.0}
        assert len(list(bank.audio)) == 1


def test_assets_and_audio_that_is_played_in_are_kept_once(tmp_path: Path) -> None:
    asset = Asset("audio", "{}", (b"12345678",))
    played = dataclasses.replace(PLAYED, inputs=(AudioInput("in", asset),))
    with Bank.open(tmp_path, embedding=Tiny()) as bank:
        numbers = [bank.append(made(i, played=played)) for i in range(3)]
        assert [bank.take(n).performance.inputs[0].asset for n in numbers] == [asset] * 3
        assert list(bank.assets) == [asset.sha256]


def test_silence_of_two_shapes_is_two_takes_and_one_file(tmp_path: Path) -> None:
    mono, stereo = Audio(np.zeros((1, 800), np.float32), 8000), Audio(np.zeros((2, 400), np.float32), 16000)
    with Bank.open(tmp_path, embedding="spectral") as bank:
        numbers = [bank.append(dataclasses.replace(made(i), audio=a)) for i, a in enumerate((mono, stereo))]
        heard = [bank.take(number).audio for number in numbers]
        assert [(a.samples.shape, a.sample_rate) for a in heard] == [((1, 800), 8000), ((2, 400), 16000)]
        assert len(list(bank.audio)) == 1


def test_numbers_are_dense_over_several_openings(tmp_path: Path) -> None:
    for i in range(4):
        with Bank.open(tmp_path, embedding=Tiny()) as bank:
            assert [bank.append(made(3 * i + k)) for k in range(3)] == [3 * i + 1, 3 * i + 2, 3 * i + 3]


def test_marks_are_kept(tmp_path: Path) -> None:
    with filled(tmp_path) as bank:
        bank.vote(2, +1)
        bank.vote(2, -1)
        bank.vote(3, +1)
        bank.star(4)
        bank.star(5)
        bank.star(5, False)
        bank.tag(2, "dark", "slow", "dark")
        bank.untag(2, "slow", "never there")
        bank.pin(2, ["transpose", "level", "level"])
        bank.write_note(2, "  the one for the break ")
    with Bank.open(tmp_path, embedding=Tiny()) as bank:
        entry = bank[2]
        assert (entry.vote, entry.tags, entry.pinned) == (-1, ("dark",), ("level", "transpose"))
        assert (entry.note, bank[4].golden, bank[5].golden) == ("the one for the break", True, False)
        assert [(number, vote) for number, vote, _ in bank.votes()] == [(2, 1), (2, -1), (3, 1)]
        assert [vote for _, vote, _ in bank.votes(2)] == [1, -1]
        assert bank.tags() == {"dark": 1}


def test_takes_are_found_by_what_is_said_of_them(tmp_path: Path) -> None:
    with filled(tmp_path) as bank:
        bank.append(made(9, name="Überlauter Bass", searcher="evolution"), experiment="second")
        bank.tag(1, "dark")
        bank.tag(2, "dark", "wide pad")
        bank.write_note(3, "for the break")
        bank.vote(1, 1)
        bank.star(6)
        bank.pin(5, ["level"])

        def found(**asked: object) -> list[int]:
            numbers = bank.numbers(Query(**asked))  # type: ignore[arg-type]
            assert [entry.number for entry in bank.entries(Query(**asked))] == numbers  # type: ignore[arg-type]
            assert bank.count(Query(**asked)) == len(numbers)  # type: ignore[arg-type]
            return numbers

        assert found(words="uberlaut") == found(words="BASS über") == [6]
        assert found(words="number3") == [4]
        assert found(words="break") == [3]
        assert found(words="pad") == found(tags=("dark", "wide pad")) == [2]
        assert found(words="toy") == found() == [1, 2, 3, 4, 5, 6]
        assert found(words='AND "* NEAR(') == []
        assert found(words="*") == [1, 2, 3, 4, 5, 6]  # says nothing
        assert found(tags=("dark",)) == [1, 2]
        assert found(golden=True) == found(searcher="evolution") == found(experiment="second") == [6]
        assert found(golden=False, vote=0) == [2, 3, 4, 5]
        assert (found(vote=1), found(vote=-1), found(pinned=True)) == ([1], [], [5])
        assert found(instrument="other") == []
        assert found(since=datetime.now(UTC) - timedelta(minutes=1)) == [1, 2, 3, 4, 5, 6]
        assert found(since=datetime.now(UTC) + timedelta(minutes=1)) == []
        bank.untag(2, "wide pad")
        bank.write_note(3, "")
        assert found(words="pad") == found(words="break") == []


def test_takes_come_in_the_order_that_is_asked_for(tmp_path: Path) -> None:
    with filled(tmp_path) as bank:
        assert bank.numbers(order="newest") == bank.numbers(order="best") == [5, 4, 3, 2, 1]
        assert [e.number for e in bank.entries(order="newest", limit=2, offset=1)] == [4, 3]
        with pytest.raises(ParameterError, match="oldest, newest, best"):
            bank.entries(order="worst")  # type: ignore[arg-type]
        with pytest.raises(ParameterError, match="0 or more"):
            bank.entries(limit=-1)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with filled(tmp_path) as bank:
        for ask in (
            lambda: bank[99],
            lambda: bank.take(99),
            lambda: bank.vote(99, 1),
            lambda: bank.tag(99, "x"),
            lambda: bank.vector(99),
            lambda: bank.lineage(99),
        ):
            with pytest.raises(BankError, match=r"has no take 99: it has 5 takes, from 1 to 5"):
                ask()
        with pytest.raises(ParameterError, match=r"\+1, -1 or 0"):
            bank.vote(1, 2)
        with pytest.raises(BankError, match="1 to 100 characters"):
            bank.tag(1, "   ")
        with pytest.raises(BankError, match="finite"):
            bank.append(dataclasses.replace(made(1), audio=Audio(np.array([0.0, np.nan]), 44100)))
        assert (len(bank), bank.votes(), 99 in bank, 5 in bank) == (5, [], False, True)


class Broken(Tiny):
    """An embedding that fails now and then."""

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> F32:  # noqa: ARG002
        raise PluginError("the network is broken")


def test_a_take_that_cannot_be_heard_is_kept(tmp_path: Path) -> None:
    bank = Bank.open(tmp_path, embedding=Broken())
    number = bank.append(made(1))
    with pytest.raises(PluginError, match="network is broken"):
        bank.flush()
    bank.close()
    with Bank.open(tmp_path, embedding=Tiny()) as bank:
        assert bank[number].name == "Sound 1"
        assert len(bank.vectors()[0]) == 0
        with pytest.raises(BankError, match="not heard yet"):
            bank.vector(number)
        assert bank.reindex().heard == 1
        assert len(bank.vector(number)) == 3


def test_what_could_not_be_written_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Bank.open(tmp_path, embedding=Tiny()) as bank:
        put, calls = bank.audio.put, list[str]()

        def put_unless_full(digest: str, audio: Audio) -> None:
            calls.append(digest)
            if len(calls) == 2:  # within the transaction
                raise OutputError("the disk is full")
            put(digest, audio)

        monkeypatch.setattr(bank.audio, "put", put_unless_full)
        number = bank.append(made(1))
        with pytest.raises(OutputError, match="disk is full"):
            bank.flush()
        bank.flush()
        assert bank[number].name == "Sound 1"


def test_threads_may_share_it(tmp_path: Path) -> None:
    with Bank.open(tmp_path, embedding=Tiny()) as bank:

        def work(start: int) -> None:
            for i in range(start, start + 20):
                number = bank.append(made(i, toy=type(TOY)()))
                bank.vote(number, 1 if i % 2 else -1)

        threads = [threading.Thread(target=work, args=(20 * k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(bank.numbers()) == list(range(1, 81))
        assert all(e.vote == (1 if int(e.name.split()[1]) % 2 else -1) for e in bank.entries())


def test_a_performance_of_many_notes_is_heard_as_objectives_hear_it(tmp_path: Path) -> None:
    played = Performance((Note(64, start_s=0.0, hold_s=0.2), Note(60, start_s=0.1, hold_s=0.3)), length_s=0.4)
    take = made(5, played=played)
    with Bank.open(tmp_path, embedding=Tiny()) as bank:
        vector = bank.vector(bank.append(take))
    np.testing.assert_array_equal(vector, Tiny()(take.audio, pitch=64.0, hold_s=0.2))
    np.testing.assert_allclose(unit(vector), heard(take, Tiny()), rtol=1e-6)
