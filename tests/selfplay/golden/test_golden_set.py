from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio, resample, save
from patchpilot.errors import AudioError, BankError, OutputError, ParameterError
from patchpilot.objectives.golden import KINDS
from patchpilot.retrieval.spectral import Spectral
from patchpilot.selfplay.golden.alike import are_alike, fingerprint
from patchpilot.selfplay.golden.golden_set import Added, GoldenSet, default_path
from patchpilot.selfplay.golden.summary import summary
from tests.selfplay.golden.loved import folder, loop, note


class Counting(Spectral):
    """Counts the sounds that it hears."""

    heard = 0

    def __call__(self, audio: Audio, *, pitch: float, hold_s: float) -> np.ndarray:
        Counting.heard += 1
        return super().__call__(audio, pitch=pitch, hold_s=hold_s)


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> tuple[GoldenSet, Added]:
    place = tmp_path_factory.mktemp("golden")
    golden = GoldenSet.open(place / "mine.golden")
    return golden, golden.add([folder(place / "loves")])


def test_sounds_are_added_once_and_garbage_is_named(added: tuple[GoldenSet, Added]) -> None:
    golden, report = added
    assert [item.name for item in golden.items] == ["b.wav", "a.wav", "loop.wav"]
    assert {Path(path).name: name for path, name in report.twice.items()} == {"quieter.wav": "a.wav"}
    reasons = {Path(path).name: reason for path, reason in report.left_out.items()}
    assert sorted(reasons) == ["empty.flac", "silent.wav", "words.wav"]
    assert "silent" in reasons["silent.wav"]
    assert "0 bytes" in reasons["empty.flac"]


def test_each_is_analysed(added: tuple[GoldenSet, Added]) -> None:
    items = {item.name: item for item in added[0].items}
    beat = items["loop.wav"]
    assert beat.tempo_bpm == pytest.approx(120.0, abs=0.5)
    assert beat.tempo_source == "analysis"
    assert 0.3 <= beat.offbeat <= 0.7
    assert beat.note is None
    assert items["a.wav"].note == 45
    assert items["a.wav"].is_single
    assert items["a.wav"].tempo_bpm is None
    assert -40.0 < items["a.wav"].loudness_lufs < 0.0


def test_parts_are_like_with_like(added: tuple[GoldenSet, Added]) -> None:
    parts = {kind: list(added[0].parts(kind)) for kind in KINDS}
    of_loop = {kind: [p for p in found if p[0].name == "loop.wav"] for kind, found in parts.items()}
    assert 14 <= len(of_loop["hit"]) <= 32
    assert len(of_loop["beat"]) == 8
    assert len(of_loop["bar"]) == 2
    assert len(parts["whole"]) == 3
    assert {item.name for item, _, _ in parts["hit"]} == {"a.wav", "b.wav", "loop.wav"}
    for _, part, audio in parts["beat"]:
        assert audio.duration_s == pytest.approx(0.5, abs=0.01)
        assert part.hold_s > 0.0


def test_vectors_are_computed_once_and_kept(added: tuple[GoldenSet, Added]) -> None:
    golden, Counting.heard = added[0], 0
    first = golden.vectors(Counting(), "hit")
    heard = Counting.heard
    again = GoldenSet.open(golden.path).vectors(Counting(), "hit")
    assert heard == len(first) > 0
    assert Counting.heard == heard
    assert np.array_equal(first, again)
    assert golden.vectors(Counting(), "bar").shape == (2, Counting.size)
    with pytest.raises(ParameterError, match="hit, beat, bar, whole"):
        golden.vectors(Counting(), "hits")  # type: ignore[arg-type]


def test_a_summary_counts_and_is_plain_json(added: tuple[GoldenSet, Added]) -> None:
    said = json.loads(json.dumps(summary(added[0], Spectral()), allow_nan=False))
    assert (said["sounds"], said["single"], said["loops"]) == (3, 2, 1)
    assert said["tempo_bpm"]["median"] == pytest.approx(120.0, abs=0.5)
    assert said["notes"] == [45, 57]
    assert sum(cluster["size"] for cluster in said["clusters"]) == said["parts"]["hit"]


def test_it_grows_and_shrinks_and_remembers(tmp_path: Path) -> None:
    save(note(220.0), tmp_path / "n.wav")
    golden = GoldenSet.open(tmp_path / "g")
    assert len(golden) == 0
    assert not (tmp_path / "g").exists()  # looking makes nothing
    (item,) = golden.add([tmp_path / "n.wav"]).items
    assert golden.add([tmp_path / "n.wav"]).twice == {str(tmp_path / "n.wav"): "n.wav"}
    assert golden.remove([item.id[:8]])[0].name == "n.wav"
    again = GoldenSet.open(tmp_path / "g")
    assert len(again) == 0
    assert len(again.add([tmp_path / "n.wav"]).items) == 1
    again.remove(["n.wav"], erase=True)
    assert list((tmp_path / "g" / "audio").iterdir()) == []


def test_a_line_that_was_cut_off_costs_nothing(tmp_path: Path) -> None:
    golden = GoldenSet.open(tmp_path / "g")
    save(note(220.0), tmp_path / "n.wav")
    save(note(110.0, seed=6), tmp_path / "m.wav")
    golden.add([tmp_path / "n.wav"])
    with (tmp_path / "g" / "golden.jsonl").open("ab") as file:
        file.write(b'{"added":{"id":"half a l')
    golden = GoldenSet.open(tmp_path / "g")
    golden.add([tmp_path / "m.wav"])
    assert [item.name for item in GoldenSet.open(tmp_path / "g").items] == ["n.wav", "m.wav"]


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    golden = GoldenSet.open(tmp_path / "g")
    save(note(220.0), tmp_path / "n.wav")
    (item,) = golden.add([tmp_path / "n.wav"]).items
    with pytest.raises(BankError, match=r"no sound 'gone\.wav'"):
        golden.remove(["n.wav", "gone.wav"])
    assert len(golden) == 1  # none is removed
    with pytest.raises(AudioError, match="no such file or folder"):
        golden.add([tmp_path / "nowhere"])
    (tmp_path / "g" / "audio" / f"{item.id}.wav").unlink()
    with pytest.raises(BankError, match=r"n\.wav cannot be read.*golden remove"):
        golden.vectors(Spectral())
    (tmp_path / "g" / "golden.jsonl").write_text('{"format":2,"added":{}}\n')
    with pytest.raises(BankError, match="newer version"):
        GoldenSet.open(tmp_path / "g")
    with pytest.raises(BankError, match="got a file"):
        GoldenSet.open(tmp_path / "n.wav")


def test_two_at_once_are_kept_apart(tmp_path: Path) -> None:
    save(note(220.0), tmp_path / "n.wav")
    first, second = GoldenSet.open(tmp_path / "g"), GoldenSet.open(tmp_path / "g")
    first.add([tmp_path / "n.wav"])
    assert second.add([tmp_path / "n.wav"]).twice  # it looks again before it writes
    lock = first._locked()
    with pytest.raises(OutputError, match="being changed by another process"):
        second.remove(["n.wav"])
    lock.release()


def test_the_same_sound_is_known_again() -> None:
    sound, rng = note(220.0), np.random.default_rng(0)
    noisy = Audio(0.7 * sound.samples + 1e-4 * rng.standard_normal(sound.samples.shape), sound.sample_rate)
    for same in (noisy, resample(sound, 32000), Audio(np.repeat(sound.samples, 2, axis=0), 44100)):
        assert are_alike(fingerprint(sound), sound.duration_s, fingerprint(same), same.duration_s)
    for other in (note(233.0), note(208.0), loop()):
        assert not are_alike(fingerprint(sound), sound.duration_s, fingerprint(other), other.duration_s)


def test_the_environment_may_name_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATCHPILOT_GOLDEN", "elsewhere.golden")
    assert default_path() == Path("elsewhere.golden")
