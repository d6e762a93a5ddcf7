"""Files that would kill the engine, or us: each is one error in words."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patchpilot.errors import PatchError
from patchpilot.instruments.vital.preset import document
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Patch, Space

Change = Callable[[dict[str, Any]], Any]


def _table(settings: dict[str, Any], component: Any) -> None:
    settings["wavetables"][0]["groups"] = [{"components": [component]}]


def _frame(data: bytes | str) -> Change:
    text = data if isinstance(data, str) else base64.b64encode(data).decode()
    frame = {"type": "Wave Source", "keyframes": [{"position": 0, "wave_data": text}]}
    return lambda settings: _table(settings, frame)


def _route(settings: dict[str, Any], **entry: Any) -> None:
    settings["modulations"][0] = {"destination": "volume", **entry}


HOSTILE: dict[str, tuple[Change, str]] = {
    "4 wavetables": (lambda s: s["wavetables"].append(s["wavetables"][0]), "at most 3 wavetables, got 4"),
    "9 LFOs": (lambda s: s["lfos"].append(s["lfos"][0]), "at most 8 lfos, got 9"),
    "65 modulations": (lambda s: s["modulations"].append({}), "at most 64 modulations, got 65"),
    "wavetables no list": (lambda s: s.update(wavetables=5), "at most 3 wavetables, got int"),
    "unknown component": (
        lambda s: _table(s, {"type": "Virus"}),
        "unknown wavetable component 'Virus', on which",
    ),
    "component no object": (
        lambda s: _table(s, 5),
        "wavetable 1: expected a list of JSON objects as 'components'",
    ),
    "groups no list": (lambda s: s["wavetables"][0].update(groups=5), "a list of JSON objects as 'groups'"),
    "table no object": (
        lambda s: s["wavetables"].__setitem__(0, 5),
        "wavetable 1: expected a JSON object, got int",
    ),
    "bad base64": (_frame("not base64!"), "wavetable 1: wave_data is not base64 .* was the file cut off"),
    "short frame": (_frame(bytes(100)), "wavetable 1: expected frames of 2048 finite float32 samples"),
    "NaN frame": (_frame(b"\xff" * 8192), "wavetable 1: expected frames of 2048 finite float32 samples"),
    "our own key": (lambda s: s["lfos"][0].update({"$blob": 3}), "'\\$blob' is no key of a preset"),
    "endless sample": (
        lambda s: s["sample"].update(length=10**9),
        "expected a length up to the 44100 samples",
    ),
    "negative sample": (
        lambda s: s["sample"].update(length=-1),
        "sample: expected a length up to .*, got -1",
    ),
    "no LFO": (lambda s: s["lfos"].__setitem__(0, {}), "Vital's engine cannot load this preset"),
    "no sample": (lambda s: s.pop("sample"), "Vital's engine cannot load this preset"),
    "control a string": (lambda s: s.update(volume="loud"), "volume: expected a number, got 'loud'"),
    "control null": (lambda s: s.update(volume=None), "volume: expected a number, got None"),
    "control NaN": (lambda s: s.update(volume=float("nan")), "expected JSON, but it holds NaN"),
    "control too large": (lambda s: s.update(volume=1e300), "volume: expected a finite number, got 1e\\+300"),
    "control huge": (
        lambda s: s.update(volume=10**400),
        "volume: expected a finite number|expected a number",
    ),
    "amount a list": (lambda s: s.update(modulation_1_amount=[]), "modulation_1_amount: expected a number"),
    "category": (
        lambda s: s.update(chorus_voices=99),
        "chorus_voices: expected a whole number from 1 to 4, got 99",
    ),
    "mapping no object": (
        lambda s: _route(s, source="lfo_1", line_mapping=5),
        "cannot load|'line_mapping', got 5",
    ),
    "source no name": (lambda s: _route(s, source=["lfo_1"]), "cannot load"),
    "half a letter": (lambda s: s.update(x="\ud800"), "surrogate"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_preset_is_refused_and_kills_nobody(
    vital: Vital, space: Space, tmp_path: Path, case: str
) -> None:
    change, words = HOSTILE[case]
    preset = document(space, Patch.make(space))
    change(preset["settings"])
    path = tmp_path / "hostile.vital"
    path.write_text(json.dumps(preset))
    with pytest.raises(PatchError, match=rf"hostile\.vital: .*{words}"):
        vital.load(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "expected JSON, but .*; was the file cut off"),
        (b"garbage", "expected JSON, but"),
        (b"{}", "expected a JSON object with 'settings'"),
        (b"[]", "expected a JSON object with 'settings'"),
        (b"null", "expected a JSON object with 'settings'"),
        (b'{"settings": []}', "expected a JSON object with 'settings'"),
        (b'{"settings": {}}', "Vital's engine cannot load this preset"),
        (b"[" * 100_000, "nested too deeply"),
        (
            b'{"settings": {"lfos": [' + b"[" * 900 + b"]" * 900 + b"]}}",
            "nested too deeply|expected a JSON object",
        ),
        (b'{"settings": {"lfos": [{"x": ' + b"[" * 900 + b"]" * 900 + b"}]}}", "nested too deeply"),
        (b"\x00\xff\xfe\x80RIFF", "it is not text"),
    ],
)
def test_what_is_no_preset_is_refused_in_words(
    vital: Vital, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "odd.vital"
    path.write_bytes(content)
    with pytest.raises(PatchError, match=rf"odd\.vital: .*({words})"):
        vital.load(path)


def test_a_truncated_preset_is_refused(vital: Vital, space: Space, tmp_path: Path) -> None:
    path = tmp_path / "cut.vital"
    vital.export(Patch.make(space), path)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(
        PatchError, match=r"cut\.vital: not a Vital preset: expected JSON, .* was the file cut off"
    ):
        vital.load(path)


def test_a_file_too_large_a_folder_and_a_missing_file_are_refused(vital: Vital, tmp_path: Path) -> None:
    large = tmp_path / "large.vital"
    with large.open("wb") as file:
        file.truncate(100 * 2**20)
    for path, words in (
        (large, "expected a preset below 64 MB"),
        (tmp_path, "it is no file"),
        (Path("/dev/zero"), "it is no file"),
        (tmp_path / "missing.vital", "No such file"),
    ):
        with pytest.raises(PatchError, match=words):
            vital.load(path)
