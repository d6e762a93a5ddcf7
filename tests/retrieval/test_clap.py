from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import PluginError
from patchpilot.retrieval import clap
from patchpilot.retrieval.clap import FOLDER, Clap
from patchpilot.retrieval.embedding import quantised, restored
from tests.audio.tones import noise, sine


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the optional packages were installed."""
    monkeypatch.setattr(clap, "find_spec", lambda _: object())


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny CLAP network with random weights."""
    pytest.importorskip("torch")
    transformers: Any = pytest.importorskip("transformers")
    layers = [1, 1, 1, 1]
    config = transformers.ClapConfig(
        text_config={
            "hidden_size": 8,
            "num_hidden_layers": 1,
            "num_attention_heads": 1,
            "intermediate_size": 8,
            "vocab_size": 20,
        },
        audio_config={
            "hidden_size": 64,
            "patch_embeds_hidden_size": 8,
            "depths": layers,
            "num_attention_heads": layers,
        },
        projection_dim=16,
    )
    folder = tmp_path_factory.mktemp("clap")
    transformers.set_seed(0)
    transformers.ClapModel(config).save_pretrained(folder)
    transformers.ClapFeatureExtractor().save_pretrained(folder)
    return folder


def test_without_the_optional_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clap, "find_spec", lambda _: None)
    with pytest.raises(PluginError, match=r"needs torch and transformers: pip install 'patchpilot\[clap\]'"):
        Clap()


@pytest.mark.usefixtures("here")
def test_without_weights_it_says_where_to_put_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    with pytest.raises(PluginError, match="name it in the environment variable PATCHPILOT_CLAP"):
        Clap()
    monkeypatch.setenv(FOLDER, str(tmp_path / "none"))
    with pytest.raises(PluginError, match=r"none: expected the folder of a CLAP network.*No such file"):
        Clap()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("cake", "is not that of a CLAP network"),
        ("[]", "is not that of a CLAP network"),
        ('{"hidden_size": 8}', "is not that of a CLAP network"),
        (
            json.dumps({"projection_dim": 512, "audio_config": {"enable_fusion": True}}),
            r"with fusion: expected one without \('unfused'\)",
        ),
    ],
)
def test_another_network_is_refused(tmp_path: Path, config: str, words: str) -> None:
    for name in ("preprocessor_config.json", "model.safetensors"):
        (tmp_path / name).write_text("")
    (tmp_path / "config.json").write_text(config)
    with pytest.raises(PluginError, match=words):
        Clap(tmp_path)


@pytest.mark.usefixtures("here")
def test_other_weights_are_another_version(tmp_path: Path) -> None:
    for name in ("preprocessor_config.json", "model.safetensors"):
        (tmp_path / name).write_text("")
    (tmp_path / "config.json").write_text(json.dumps({"projection_dim": 512, "audio_config": {}}))
    first = Clap(tmp_path)
    assert (first.size, first.version) == (512, Clap(tmp_path).version)
    (tmp_path / "model.safetensors").write_text("other")
    assert Clap(tmp_path).version != first.version


def test_a_network_gives_unit_vectors_that_are_always_the_same(network: Path) -> None:
    embedding = Clap(network)
    sounds = [sine(220.0), noise(0.4), Audio(np.zeros((2, 4410)), 44100), noise(11.0)]
    vectors = [embedding(sound, pitch=60.0, hold_s=0.2) for sound in sounds]
    for sound, vector in zip(sounds, vectors, strict=True):
        assert vector.shape == (16,)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)
        assert (Clap(network)(sound, pitch=48.0, hold_s=1.0) == vector).all()
    louder = Audio(0.1 * sounds[1].samples, sounds[1].sample_rate)
    assert embedding(louder, pitch=60.0, hold_s=0.2) == pytest.approx(vectors[1], abs=1e-3)
    assert np.linalg.norm(vectors[0] - vectors[1]) > 0.0
    small = np.clip(vectors[0], -0.2, 0.2)
    assert restored(quantised(small, Clap.scale), Clap.scale) == pytest.approx(small, abs=0.001)


def test_a_network_that_is_cut_off_is_told(network: Path, tmp_path: Path) -> None:
    for file in network.iterdir():
        (tmp_path / file.name).write_bytes(
            file.read_bytes()[: 1000 if file.suffix == ".safetensors" else None]
        )
    with pytest.raises(PluginError, match="the CLAP network cannot be loaded"):
        Clap(tmp_path)(sine(220.0), pitch=60.0, hold_s=0.2)
