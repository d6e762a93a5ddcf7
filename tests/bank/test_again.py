"""Takes sound again as they did: replayed, exported, repaired."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import soundfile

from patchpilot.audio import Audio
from patchpilot.bank import Bank
from patchpilot.errors import BankError, EngineError
from patchpilot.instruments.take import Origin, Take
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Asset, Note, Patch, Performance
from patchpilot.space.midi import read_midi
from tests.bank.toys import PLAYED, TOY, filled, made
from tests.retrieval.fakes import Tiny
from tests.toy import Toy


class Elsewhere(Toy):
    """The toy on another machine, where everything is a little louder."""

    fingerprint = "toy 1 / elsewhere"

    def __init__(self, louder: float) -> None:
        super().__init__()
        self._louder = louder

    def render(self, patch: Patch, performance: Performance) -> Audio:
        audio = super().render(patch, performance)
        return Audio(audio.samples * np.float32(1.0 + self._louder), audio.sample_rate)


class Another(Toy):
    """Another instrument."""

    name = "another"

    def __init__(self) -> None:
        super().__init__()
        self.space = dataclasses.replace(self.space, instrument="another")


def test_a_replay_is_identical_where_nothing_changed(tmp_path: Path) -> None:
    with filled(tmp_path) as bank:
        again = bank.replay(3, TOY)
        assert (again.verdict, again.max_db, again.error) == ("identical", float("-inf"), "")
        assert again.sha256 == again.was_sha256 == bank[3].audio_sha256
        said = again.to_json()
        assert (said["verdict"], said["max_db"], said["same_fingerprint"]) == ("identical", None, True)
        assert "audio" not in said
        assert [r.verdict for r in bank.replays(bank.numbers(), TOY)] == ["identical"] * 5


@pytest.mark.parametrize(("louder", "verdict"), [(1e-4, "equivalent"), (0.1, "different")])
def test_a_replay_elsewhere_says_how_far_it_is(tmp_path: Path, louder: float, verdict: str) -> None:
    with filled(tmp_path) as bank:
        again = bank.replay(3, Elsewhere(louder))
        assert again.verdict == verdict
        assert again.max_db == pytest.approx(20 * np.log10(louder), abs=0.1)
        assert not again.to_json()["same_fingerprint"]
        bank.audio.path(bank[3].audio_sha256).unlink()
        again = bank.replay(3, Elsewhere(louder))
        assert (again.verdict, again.max_db) == ("different", None)  # nothing to compare with
        assert not bank.audio.has(bank[3].audio_sha256)


def test_a_replay_that_fails_or_is_of_another_instrument_is_told(tmp_path: Path) -> None:
    class Crashing(Toy):
        def render(self, patch: Patch, performance: Performance) -> Audio:  # noqa: ARG002
            raise EngineError("the toy crashed")

    with filled(tmp_path) as bank:
        again = bank.replay(3, Crashing())
        assert (again.verdict, again.error, again.sha256) == ("different", "the toy crashed", "")
        with pytest.raises(BankError, match="take 3 was played by toy, not by another"):
            bank.replay(3, Another())
        with pytest.raises(BankError, match="take 3 was played by toy, not by another"):
            bank.export(3, tmp_path / "out", Another())


def test_audio_that_is_gone_is_told_and_comes_back(tmp_path: Path) -> None:
    with filled(tmp_path) as bank:
        entry = bank[3]
        path = bank.audio.path(entry.audio_sha256)
        held = path.read_bytes()
        path.unlink()
        with pytest.raises(BankError, match="is gone; `patchpilot bank repair`"):
            bank.take(3)
        (problem,) = bank.check()
        assert (problem.kind, problem.number) == ("audio", 3)
        assert bank.replay(3, TOY).verdict == "identical"
        assert path.read_bytes() == held
        for other, damage in ((1, b""), (4, held[:50]), (5, b"no FLAC")):
            bank.audio.path(bank[other].audio_sha256).write_bytes(damage)
        assert [p.number for p in bank.check()] == [1]
        assert [p.number for p in bank.check(listen=True)] == [1, 4, 5]
        with pytest.raises(BankError, match=r"is damaged \(its FLAC is damaged"):
            bank.take(5)
        assert bank.repair(Another()).audio == ()
        heard: list[int] = []
        fixed = bank.repair(TOY, listen=True, on_replay=lambda again: heard.append(again.number))
        assert (fixed.audio, fixed.failed, sorted(heard)) == ((1, 4, 5), (), [1, 4, 5])
        assert list(bank.check(listen=True)) == []


def test_what_cannot_be_made_the_same_again_is_told(tmp_path: Path) -> None:
    with filled(tmp_path) as bank:
        bank.audio.path(bank[2].audio_sha256).unlink()
        ((number, why),) = bank.repair(Elsewhere(0.1)).failed
        assert number == 2
        assert "sounds otherwise on toy 1 / elsewhere; it was made on toy 1" in why
        assert bank.repair(TOY).audio == (2,)


def test_a_built_in_asset_that_is_lost_comes_back(tmp_path: Path) -> None:
    asset = Asset("lfo", '{"name":"built in"}')
    toy = Toy()
    toy.space = dataclasses.replace(toy.space, assets={"lfo_1": Asset("lfo", "{}")})
    patch = Patch.make(toy.space, assets={"lfo_1": asset})
    take = Take(patch, PLAYED, toy.render(patch, PLAYED), toy.fingerprint, Origin("drawn"))
    with Bank.open(tmp_path, embedding=Tiny()) as bank:
        number = bank.append(take)
        assert bank.take(number).patch == patch
        bank.assets.path(asset.sha256).write_bytes(b"damaged")
        (problem,) = bank.check()
        assert (problem.kind, problem.number) == ("asset", number)
        with pytest.raises(BankError, match=f"take {number} of .* cut-off"):
            bank.take(number)
        assert "asset" in bank.replay(number, toy).error
        assert bank.repair(toy).assets == ()
        toy.asset = lambda digest: asset  # type: ignore[method-assign]  # noqa: ARG005
        assert bank.repair(toy).assets == (asset.sha256,)
        assert list(bank.check()) == []


def test_a_take_is_exported_with_what_was_played(tmp_path: Path) -> None:
    played = Performance((Note(48, 0.5, 0.0, 0.25), Note(55, 1.0, 0.5, 0.5)), length_s=1.2, tempo_bpm=120.0)
    take = made(8, name="Bass: low / wide", played=played)
    with Bank.open(tmp_path / "b", embedding=Tiny()) as bank:
        number = bank.append(take)
        files = bank.export(number, tmp_path / "out" / "here", TOY)
        assert [path.name for path in files] == [
            f"000001_Bass_low__wide{end}" for end in (".toy", ".wav", ".mid")
        ]
        assert files[0].read_text() == take.patch.canonical
        samples, rate = soundfile.read(files[1], dtype="float32", always_2d=True)
        np.testing.assert_array_equal(samples.T, take.audio.samples)  # exactly
        assert rate == take.audio.sample_rate
        pattern, tempo_bpm = read_midi(files[2])
        assert (pattern.bars, tempo_bpm) == (1.0, 120.0)
        assert [(h.beat, h.pitches, h.beats) for h in pattern.hits] == [(0.0, (48,), 0.5), (1.0, (55,), 1.0)]
        elsewhere = bank.export(number, tmp_path / "else", Elsewhere(0.1))
        preview, _ = soundfile.read(elsewhere[1], dtype="float32", always_2d=True)
        assert (
            np.abs(preview.T - take.audio.samples).max() < 2.0**-23
        )  # the preview, not what it sounds like there


def test_takes_of_the_real_engine_come_back_to_the_bit(vital: Vital, tmp_path: Path) -> None:
    prior = vital.priors["core-v1"]
    pairs = [
        (prior.draw(vital.space, 3, i), Performance.one_note(48, length_s=0.5).with_seed(i)) for i in range(6)
    ]
    with Bank.open(tmp_path, embedding="spectral") as bank:
        for i, audio in vital.stream(pairs):
            assert isinstance(audio, Audio)
            bank.append(Take(*pairs[i], audio, vital.fingerprint, Origin("drawn", "core-v1", 3)))
    with Bank.open(tmp_path) as bank:
        assert [again.verdict for again in bank.replays(bank.numbers(), vital)] == ["identical"] * 6
        assert bank.hearing.embedding.name == "spectral"
        entry = bank[1]
        bank.audio.path(entry.audio_sha256).unlink()
        files = bank.export(1, tmp_path / "out", vital)
        assert vital.load(files[0]).sha256 == bank.take(1).patch.sha256
        assert bank.audio.has(entry.audio_sha256)
