from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import AudioError, PluginError
from patchpilot.tracks import stems
from patchpilot.tracks.one_sound import sound_at
from patchpilot.tracks.stems import Separator

RATE = 44100


def notes(*starts_s: float, seconds: float = 8.0, hz: float = 220.0) -> Audio:
    """Plucks that begin at some times."""
    sound = np.zeros(round(seconds * RATE))
    t = np.arange(round(0.4 * RATE)) / RATE
    pluck = sum(np.sin(2 * np.pi * k * hz * t) / k for k in range(1, 12)) * np.exp(-t / 0.1)
    for start_s in starts_s:
        first = round(start_s * RATE)
        sound[first : first + len(pluck)] += 0.4 * pluck[: len(sound) - first]
    return Audio(sound, RATE)


@pytest.mark.parametrize("asked_s", [2.9, 3.0, 3.15])
def test_the_note_about_a_time_until_the_next(asked_s: float) -> None:
    sound, begins_s = sound_at(notes(1.0, 3.0, 3.5, 5.0), asked_s)
    assert begins_s == pytest.approx(3.0, abs=0.02)
    assert sound.duration_s == pytest.approx(0.5, abs=0.04)
    assert np.abs(sound.samples[:, : round(0.005 * RATE)]).max() < 0.01  # nothing of the one before


def test_silence_says_when_it_sounds_next() -> None:
    with pytest.raises(AudioError, match=r"bass is silent there. It sounds next at 1:05"):
        sound_at(notes(1.0, 5.0), 3.0, name="bass", begins_s=60.0)
    with pytest.raises(AudioError, match="does not sound after that"):
        sound_at(notes(1.0), 6.0)
    with pytest.raises(AudioError, match=r"lasts 0:08.00, got 0:09.00"):
        sound_at(notes(1.0), 9.0)


def test_without_demucs_or_weights_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(stems.FOLDER, raising=False)
    monkeypatch.setattr(stems, "find_spec", lambda name: None if name == "demucs" else object())
    with pytest.raises(PluginError, match=r"pip install 'demucs>=4\.1'"):
        Separator(tmp_path)
    monkeypatch.setattr(stems, "find_spec", lambda _: object())
    with pytest.raises(PluginError, match=stems.FOLDER):
        Separator()
    with pytest.raises(PluginError, match="no folder"):
        Separator(tmp_path / "none")
    with pytest.raises(PluginError, match=r"one NAME.yaml"):
        _ = Separator(tmp_path).names


def test_a_network_takes_a_mix_apart(tmp_path: Path) -> None:
    pytest.importorskip("demucs")
    _weights(tmp_path)
    separator = Separator(tmp_path)
    assert separator.names == ("bass", "other")
    mix = Audio(notes(0.1, seconds=1.0).samples[:, ::2], 22050)
    found = separator(mix)
    assert [(len(stem), stem.sample_rate, stem.channels) for stem in found.values()] == [
        (22050, 22050, 2)
    ] * 2
    again = separator(mix)
    np.testing.assert_array_equal(found["bass"].samples, again["bass"].samples)


@pytest.mark.parametrize("klass", ["os.system", "demucs.htdemucs.Other"])
def test_other_classes_and_pickles_are_refused(tmp_path: Path, klass: str) -> None:
    pytest.importorskip("demucs")
    _weights(tmp_path, klass)
    with pytest.raises(PluginError, match="expected an unquantised network"):
        _ = Separator(tmp_path).names
    (tmp_path / "abc.safetensors").rename(tmp_path / "abc.th")
    with pytest.raises(PluginError, match="pickles"):
        _ = Separator(tmp_path).names


def _weights(folder: Path, klass: str = "demucs.htdemucs.HTDemucs") -> None:
    """A small network with random weights."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    kwargs: dict[str, Any] = {
        "sources": ["bass", "other"], "channels": 16, "nfft": 512, "depth": 2, "t_layers": 1, "bottom_channels": 16,
        "segment": 1, "t_heads": 1,
    }  # fmt: skip
    network = importlib.import_module("demucs.htdemucs").HTDemucs(**kwargs)
    state = {name: value.contiguous() for name, value in network.state_dict().items()}
    about = {"klass": klass, "args": "[]", "kwargs": json.dumps(kwargs)}
    save_file(state, folder / "abc.safetensors", metadata=about)
    (folder / "tiny.yaml").write_text("models: ['abc']\n")
