"""`patchpilot render` as its user meets it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import patchpilot
from patchpilot.space import Patch
from tests.cli.command_line import (
    RATE,
    Cli,
    Run,
    one_error,
)


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with patchpilot.instrument("vital", workers=1) as vital:
        patch = Patch.make(vital.space, {"osc_1_level": 0.5})
        vital.export(patch, tmp_path_factory.mktemp("presets") / "init.vital")
    return tmp_path_factory.getbasetemp() / "presets0" / "init.vital"


def test_render_writes_beside_the_preset(cli: Cli, preset: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copy(preset, tmp_path / "lead.vital"))
    assert cli("render", mine) == Run(0, f"{tmp_path / 'lead.wav'}\n", "")
    samples, rate = soundfile.read(tmp_path / "lead.wav")
    assert (samples.shape, rate) == ((2 * RATE, 2), RATE)
    assert np.abs(samples).max() > 0.01


def test_render_keeps_an_earlier_file(cli: Cli, preset: Path, tmp_path: Path) -> None:
    place = tmp_path / "a.wav"
    place.write_text("mine")
    assert one_error(cli("render", preset, "--out", place)).startswith(f"{place} exists and is kept: ")
    assert place.read_text() == "mine"
    assert cli("render", preset, "--out", place, "--force", "--seconds", "0.1").code == 0
    assert soundfile.info(place).frames == RATE // 10


def test_render_to_a_folder_that_is_not_there(cli: Cli, preset: Path, tmp_path: Path) -> None:
    told = one_error(cli("render", preset, "--out", tmp_path / "there" / "a.wav"))
    assert told.endswith("its folder does not exist; make it first.")


def _settings(change: Callable[[Any], None]) -> Callable[[Path], bytes]:
    def made(preset: Path) -> bytes:
        data = json.loads(preset.read_bytes())
        change(data["settings"])
        return json.dumps(data).encode()

    return made


def _unknown_component(settings: Any) -> None:
    settings["wavetables"][0]["groups"] = [{"components": [{"type": "Death Ray", "keyframes": []}]}]


BAD_PRESETS: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "0 bytes": (lambda _: b"", "expected JSON"),
    "binary": (lambda _: bytes(range(256)) * 9, "it is not text"),
    "text": (lambda _: b"This is not a preset.", "expected JSON"),
    "cut off": (lambda preset: preset.read_bytes()[:5000], "was the file cut off"),
    "a list": (lambda _: b"[]", "expected a JSON object with 'settings'"),
    "settings are a number": (lambda _: b'{"settings": 3}', "expected a JSON object with 'settings'"),
    "deep nesting": (lambda _: b"[" * 200_000, "not a Vital preset"),
    "a value is text": (_settings(lambda s: s.update(osc_1_level="loud")), "osc_1_level: expected a number"),
    "a value is infinite": (_settings(lambda s: s.update(osc_1_level=float("inf"))), "Infinity|finite"),
    "4 wavetables": (
        _settings(lambda s: s["wavetables"].append(s["wavetables"][0])),
        "expected at most 3 wavetables, got 4",
    ),
    "65 modulations": (
        _settings(lambda s: s.update(modulations=[{"source": "lfo_1", "destination": "volume"}] * 65)),
        "expected at most 64 modulations, got 65",
    ),
    "an unknown component": (_settings(_unknown_component), "unknown wavetable component 'Death Ray'"),
}


@pytest.mark.parametrize("kind", BAD_PRESETS)
def test_a_bad_preset_is_told_and_leaves_nothing(cli: Cli, tmp_path: Path, preset: Path, kind: str) -> None:
    make, message = BAD_PRESETS[kind]
    bad = tmp_path / "bad.vital"
    bad.write_bytes(make(preset))
    told = one_error(cli("render", bad))
    assert told.startswith(f"{bad}: ")
    assert re.search(message, told)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.vital"]


@pytest.mark.parametrize(
    ("name", "message"), [("missing.vital", "No such file"), ("", "directory|folder|no file")]
)
def test_a_preset_that_is_no_file(cli: Cli, tmp_path: Path, name: str, message: str) -> None:
    told = one_error(cli("render", tmp_path / name, "--out", tmp_path / "a.wav"))
    assert re.search(message, told)


@pytest.mark.parametrize("name", [".", "/"])
def test_a_preset_without_a_name(cli: Cli, name: str) -> None:
    assert "cannot be read as a preset: it is no file" in one_error(cli("render", name))
