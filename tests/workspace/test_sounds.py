from __future__ import annotations

import io
import shutil
import zipfile
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from patchpilot.audio import Audio, load
from patchpilot.errors import AudioError, OutputError
from patchpilot.workspace import Limits, MissingError, TooLargeError
from patchpilot.workspace.sounds import Sounds, shown_name
from tests.workspace.toys import RATE, SMALL, sound_file, tone


@pytest.fixture
def sounds(tmp_path: Path) -> Sounds:
    return Sounds(tmp_path / "sounds", SMALL)


def test_a_sound_is_kept_by_its_content(sounds: Sounds, tmp_path: Path) -> None:
    said = sounds.add(sound_file(tmp_path / "a.wav", hz=440.0, channels=2), name="lead.wav")
    assert said["name"] == "lead.wav"
    assert (said["seconds"], said["channels"], said["sample_rate"], said["note"]) == (0.4, 2, RATE, 69)
    assert -40.0 < said["lufs"] < 0.0
    assert np.allclose(load(sounds.file(said["id"])).samples.T, tone(hz=440.0, channels=2), atol=1e-4)
    again = sounds.add(tmp_path / "a.wav", name="other name.wav")
    assert again == said == sounds.info(said["id"])
    other = sounds.add(sound_file(tmp_path / "b.wav", hz=110.0), name="b")
    assert [one["id"] for one in sounds.all()] == [other["id"], said["id"]]


@pytest.mark.parametrize(("suffix", "options"), [("flac", {}), ("ogg", {}), ("aiff", {}), ("mp3", {})])
def test_any_format_becomes_a_wav_file(sounds: Sounds, tmp_path: Path, suffix: str, options: Any) -> None:
    soundfile.write(tmp_path / f"a.{suffix}", tone(1.0), RATE, **options)
    said = sounds.add(tmp_path / f"a.{suffix}", name=f"a.{suffix}")
    assert soundfile.info(str(sounds.file(said["id"]))).format == "WAV"
    assert 1.0 <= said["seconds"] < 1.1


def test_it_is_listened_to_once(sounds: Sounds, tmp_path: Path) -> None:
    said = sounds.add(sound_file(tmp_path / "a.wav", hz=220.0), name="dir/lead.wav")
    target = sounds.target(said["id"])
    assert (target.note, target.source) == (57, Path("lead.wav"))
    assert sounds.target(said["id"]) is target
    assert sounds.target(said["id"], 60).note == 60
    for note in range(40, 60):
        sounds.target(said["id"], note)
    assert len(sounds._targets) <= 16


@pytest.mark.parametrize("samples", [np.zeros((RATE // 2, 1)), np.ones((3, 1)) * 0.5])
def test_silence_and_clicks_are_kept_but_have_no_note(sounds: Sounds, tmp_path: Path, samples: Any) -> None:
    soundfile.write(tmp_path / "a.wav", samples, RATE)
    said = sounds.add(tmp_path / "a.wav", name="a")
    assert said["note"] is None
    with pytest.raises(AudioError):
        sounds.target(said["id"])


def zip_bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("big", bytes(10_000_000))
    return path


def text(path: Path) -> Path:
    path.write_text("not a sound")
    return path


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def cut_short(path: Path) -> Path:
    sound_file(path)
    path.write_bytes(path.read_bytes()[:30])
    return path


def not_finite(path: Path) -> Path:
    soundfile.write(path, np.full((4410, 1), np.nan, np.float32), RATE, subtype="FLOAT")
    return path


@pytest.mark.parametrize("make", [zip_bomb, text, empty, cut_short, not_finite])
def test_what_is_no_sound_is_refused_whatever_its_name(sounds: Sounds, tmp_path: Path, make: Any) -> None:
    with pytest.raises(AudioError):
        sounds.add(make(tmp_path / "a.wav"), name="a.wav")
    assert list(sounds.path.iterdir()) == []


def test_what_is_too_long_is_refused_by_its_header(sounds: Sounds, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", np.zeros((4 * RATE, 1)), RATE)
    with pytest.raises(TooLargeError, match="expected a sound of at most"):
        sounds.add(tmp_path / "a.flac", name="a")


def test_many_channels_count(sounds: Sounds, tmp_path: Path) -> None:
    """A small file of silence with eight channels would be large in memory."""
    soundfile.write(tmp_path / "a.flac", np.zeros((RATE, 8)), RATE)
    with pytest.raises(TooLargeError, match="8 channels"):
        sounds.add(tmp_path / "a.flac", name="a")


def test_a_header_that_lies_about_its_length_reads_no_more_than_is_allowed(tmp_path: Path) -> None:
    """Its length is not known before all of it is read: as from a pipe."""
    buffer = io.BytesIO()
    soundfile.write(buffer, np.zeros((RATE * 20, 1)), RATE, format="FLAC")
    data = bytearray(buffer.getvalue())
    data[21] &= 0xF0  # 36 bits of STREAMINFO: how many samples; 0 is "unknown"
    data[22:26] = bytes(4)
    (tmp_path / "a.flac").write_bytes(data)
    sounds = Sounds(tmp_path / "sounds", SMALL)
    with pytest.raises(AudioError):
        sounds.add(tmp_path / "a.flac", name="a")


def test_a_full_disk_is_told_and_leaves_nothing(
    sounds: Sounds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1000))
    with pytest.raises(OutputError, match="the disk is full; make room"):
        sounds.add(sound_file(tmp_path / "a.wav"), name="a")
    assert list(sounds.path.iterdir()) == []


@pytest.mark.parametrize("name", ["nothing", "../sounds/x", "0" * 16, "0" * 15 + "/", ""])
def test_a_sound_that_is_not_here(sounds: Sounds, name: str) -> None:
    for ask in (sounds.info, sounds.file, sounds.target):
        with pytest.raises(MissingError, match="there is no sound"):
            ask(name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("lead.wav", "lead.wav"),
        ("../../etc/passwd", "passwd"),
        ("C:\\sounds\\a.wav", "a.wav"),
        ("a\x00\n\u202eb.wav", "ab.wav"),
        ("", "sound"),
        ("..", "sound"),
        ("ü" * 500, "ü" * 120),
    ],
)
def test_names_are_for_people_only(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def test_what_was_made_here_is_a_sound_too(tmp_path: Path) -> None:
    sounds = Sounds(tmp_path, Limits())
    said = sounds.add_audio(Audio(tone().T, RATE), name="take 3, E4")
    assert load(sounds.file(said["id"])).samples.shape == (1, round(0.4 * RATE))
    assert said["note"] == 64
