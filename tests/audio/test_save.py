import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from patchpilot.audio import Audio, flac_preview, load, save
from patchpilot.errors import OutputError
from tests.audio.tones import noise, sine


def test_round_trip_is_exact_beyond_full_scale(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    audio = Audio(3 * rng.standard_normal((2, 1234)), 48000)
    save(audio, tmp_path / "a.wav")
    back = load(tmp_path / "a.wav")
    assert back.sample_rate == 48000
    assert np.array_equal(back.samples, audio.samples)
    assert soundfile.info(tmp_path / "a.wav").subtype == "FLOAT"


def test_same_sound_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(noise(), tmp_path / "a.wav")
    monkeypatch.setattr("time.time", lambda: 0.0)
    save(noise(), tmp_path / "b.wav")
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert b"PEAK" not in (tmp_path / "a.wav").read_bytes()[:200]


def test_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    save(sine(440), tmp_path / "a.wav")
    save(sine(220), str(tmp_path / "a.wav"))
    assert np.array_equal(load(tmp_path / "a.wav").samples, sine(220).samples)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"its folder does not exist; make it first"):
        save(sine(440), tmp_path / "nowhere" / "a.wav")


def test_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "a.wav").mkdir()
    with pytest.raises(OutputError, match=r"a folder of that name is in the way"):
        save(sine(440), tmp_path / "a.wav")
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_preview_of_a_quiet_sound_keeps_its_level() -> None:
    preview = flac_preview(sine(440, gain=0.5))
    samples, sample_rate = soundfile.read(io.BytesIO(preview.data))
    assert preview.gain == 1.0
    assert sample_rate == 44100
    assert np.abs(samples - sine(440, gain=0.5).samples[0]).max() < 1e-4


def test_preview_of_a_loud_sound_does_not_clip() -> None:
    loud = Audio(4 * sine(440).samples, 44100)
    preview = flac_preview(loud)
    samples, _ = soundfile.read(io.BytesIO(preview.data))
    assert 0 < preview.gain < 1
    assert np.abs(samples).max() < 1.0
    assert np.abs(samples / preview.gain - loud.samples[0]).max() < 1e-3


def test_preview_of_silence() -> None:
    assert flac_preview(Audio(np.zeros(100), 44100)).gain == 1.0
