"""Bad sounds: each is told in a sentence, and leaves nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cli.command_line import (
    RATE,
    SHORT,
    Cli,
    one_error,
    text_file,
    tone,
    write,
)


def _sparse_wav(path: Path, seconds: int) -> Path:
    """A WAV of silence that takes no room on the disk: 8 kHz, 8 bits."""
    write(path, np.zeros(8), 8000, "PCM_U8")
    head = bytearray(path.read_bytes()[:44])
    n = seconds * 8000
    head[4:8], head[40:44] = (n + 36).to_bytes(4, "little"), n.to_bytes(4, "little")
    path.write_bytes(head)
    os.truncate(path, 44 + n)
    return path


def _noise(path: Path) -> Path:
    path.write_bytes(np.random.default_rng(0).bytes(5000))
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _zero_bytes(path: Path) -> Path:
    path.touch()
    return path


def _nan(path: Path) -> Path:
    samples = tone()
    samples[::7] = np.nan
    return write(path, samples)


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda path: path, r"no such file: .*bad\.wav"),
    "a folder": (_folder, r"expected a sound file, got a folder: .*bad\.wav"),
    "0 bytes": (_zero_bytes, r"expected a sound file, got 0 bytes: .*bad\.wav"),
    "empty": (lambda path: write(path, np.zeros(0)), r"no samples in it: .*bad\.wav"),
    "text": (text_file, r"bad\.wav .*Probably it holds text"),
    "garbage": (_noise, r"bad\.wav .*damaged, cut short, or of an unknown format"),
    "NaN": (_nan, r"14\.3% of .*bad\.wav is NaN or infinite"),
    "silent": (lambda path: write(path, np.zeros(RATE)), r"bad\.wav is silent"),
    "10 ms": (lambda path: write(path, tone(0.01)), r"at least 20 ms, but .*bad\.wav lasts 10\.0 ms"),
    "2 hours": (lambda path: _sparse_wav(path, 7200), r"got 2 h 00 min: .*bad\.wav"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_sound_is_told_and_leaves_nothing(cli: Cli, tmp_path: Path, kind: str) -> None:
    make, message = BAD[kind]
    bad = make(tmp_path / "bad.wav")
    told = one_error(cli("match", bad, "--out", tmp_path / "out"))
    assert re.search(message, told)
    assert told.endswith(".")
    assert sorted(path.name for path in tmp_path.iterdir()) in (["bad.wav"], [])


def test_an_instrument_that_nobody_registers(cli: Cli) -> None:
    told = one_error(cli("match", SHORT, "--instrument", "virtal"))
    assert re.match(r"no 'virtal' among the instruments; there are: .*\bvital\b", told)
