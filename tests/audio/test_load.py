import struct
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from patchpilot.audio import Audio, duration_s, load
from patchpilot.errors import AudioError
from tests.audio.tones import DATA, noise, sine


@pytest.mark.parametrize(
    ("name", "subtype", "tolerance"),
    [
        ("a.wav", "PCM_16", 1e-4),
        ("a.wav", "PCM_24", 1e-6),
        ("a.wav", "FLOAT", 0.0),
        ("a.wav", "DOUBLE", 0.0),
        ("a.flac", "PCM_24", 1e-6),
        ("a.aiff", "PCM_16", 1e-4),
        ("a.ogg", "VORBIS", 0.1),
        ("a.mp3", "MPEG_LAYER_III", 0.1),
    ],
)
def test_reads_every_common_format(tmp_path: Path, name: str, subtype: str, tolerance: float) -> None:
    stereo = np.stack([sine(440).samples[0], sine(550).samples[0]])
    soundfile.write(tmp_path / name, stereo.T, 44100, subtype=subtype)
    read = load(tmp_path / name)
    assert (read.channels, read.sample_rate) == (2, 44100)
    assert np.abs(read.samples[:, : stereo.shape[1]] - stereo).max() <= tolerance


@pytest.mark.parametrize("sample_rate", [8000, 22050, 48000, 96000, 192000])
def test_keeps_the_files_own_rate(tmp_path: Path, sample_rate: int) -> None:
    soundfile.write(tmp_path / "a.wav", np.full(sample_rate // 10, 0.1), sample_rate)
    assert load(tmp_path / "a.wav").sample_rate == sample_rate
    assert duration_s(tmp_path / "a.wav") == pytest.approx(0.1)


def test_keeps_eight_channels_and_values_beyond_full_scale(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.full((100, 8), 2.5), 44100, subtype="FLOAT")
    read = load(tmp_path / "a.wav")
    assert read.channels == 8
    assert (read.samples == 2.5).all()


def test_reads_no_more_than_asked(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.full(44100, 0.1), 44100)
    assert load(tmp_path / "a.wav", seconds=0.25).duration_s == 0.25
    assert load(tmp_path / "a.wav", seconds=9).duration_s == 1.0


def test_missing() -> None:
    with pytest.raises(AudioError, match=r"no such file: nowhere\.wav\. Check the spelling"):
        load("nowhere.wav")


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"expected a sound file, got a folder: .*Name the files in it"):
        load(tmp_path)


def test_no_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    with pytest.raises(AudioError, match=r"got 0 bytes: .*stopped before it began; make the file again"):
        load(tmp_path / "a.wav")


def test_no_samples(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((0, 2)), 44100)
    with pytest.raises(AudioError, match=r"got a file with no samples in it: .*make the file again"):
        load(tmp_path / "a.wav")


def test_text(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("dear diary\n")
    with pytest.raises(AudioError, match=r"got something else: .*Probably it holds text, whatever its name"):
        load(tmp_path / "a.wav")


def test_garbage(tmp_path: Path) -> None:
    (tmp_path / "a.flac").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(AudioError, match=r"damaged, cut short, or of an unknown format.*export the sound"):
        load(tmp_path / "a.flac")


def test_header_alone(tmp_path: Path) -> None:
    whole = (DATA / "bd_haus.flac").read_bytes()
    (tmp_path / "a.flac").write_bytes(whole[:8300])
    with pytest.raises(AudioError, match=r"cut short"):
        load(tmp_path / "a.flac")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite(tmp_path: Path, bad: float) -> None:
    samples = np.full(1000, 0.1)
    samples[:125] = bad
    soundfile.write(tmp_path / "a.wav", samples, 44100, subtype="FLOAT")
    with pytest.raises(
        AudioError, match=r"expected finite samples, but 12\.5% of .* is NaN or infinite.*render"
    ):
        load(tmp_path / "a.wav")


def test_one_bad_sample_is_not_nothing(tmp_path: Path) -> None:
    samples = np.full(100_000, 0.1)
    samples[5] = np.nan
    soundfile.write(tmp_path / "a.wav", samples, 44100, subtype="FLOAT")
    with pytest.raises(AudioError, match=r"but less than 0\.1% of"):
        load(tmp_path / "a.wav")


def test_two_hours_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "set.wav"
    _sparse_wav(path, seconds=7200, sample_rate=8000)
    began = time.monotonic()
    with pytest.raises(
        AudioError, match=r"expected a sound of a few seconds, got 2 h 00 min: .*cut out the one"
    ):
        load(path, seconds=1.0)
    assert time.monotonic() - began < 0.5
    assert duration_s(path) == 7200


def test_result_is_audio() -> None:
    read = load(DATA / "elec_ping.flac")
    assert isinstance(read, Audio)
    assert read.samples.dtype == np.float32
    assert not read.samples.flags.writeable
    assert noise().samples.shape == (1, 22050)


def _sparse_wav(path: Path, *, seconds: int, sample_rate: int) -> None:
    """8-bit silence that takes no room on the disk."""
    n = seconds * sample_rate
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, sample_rate, sample_rate, 1, 8)
    header = struct.pack("<4sI4s", b"RIFF", 36 + n, b"WAVE") + fmt + struct.pack("<4sI", b"data", n)
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + n)


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux alone")
def test_a_name_that_is_no_utf8(tmp_path: Path) -> None:
    good, odd = tmp_path / "good.flac", tmp_path / "caf\udce9.flac"
    soundfile.write(good, np.zeros((100, 1), np.float32), 44100)
    good.rename(odd)
    assert len(load(odd)) == 100
