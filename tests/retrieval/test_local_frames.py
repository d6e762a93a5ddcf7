"""What a local network hears over time: as a picture, in its description, and as a feature of datasets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.datasets import Dataset
from patchpilot.datasets.features import Features
from patchpilot.errors import DatasetError, PluginError
from patchpilot.retrieval.local import LocalEmbedding
from patchpilot.retrieval.local_frames import as_picture
from tests.datasets.small import small
from tests.retrieval.networks import BANDS, CHORDS, HOP, OVER_TIME, described, hearing_network

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

LOUDER = np.asarray(2.0 * CHORDS, np.float32)
SOUND = Audio(np.random.default_rng(0).uniform(-1.0, 1.0, 1600).astype(np.float32), 8000)


@pytest.fixture
def ears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network "ears" in the user's embeddings folder."""
    monkeypatch.setenv("PATCHPILOT_EMBEDDINGS", str(tmp_path / "own"))
    return hearing_network(tmp_path / "own" / "ears")


def seen(folder: Path, audio: Audio = SOUND) -> Any:
    return LocalEmbedding(folder).picture(audio, pitch=60.0, hold_s=0.1)


def test_a_picture_has_means_over_spans_of_time_in_steps_of_a_byte() -> None:
    vectors = np.array([[0.0, -9.0], [1.0, -9.0], [0.5, 9.0], [0.5, 9.0], [0.1, 0.0]], np.float32)
    found = as_picture(vectors, 5, 1.0)
    assert found.shape == (1, 2, 5)
    assert found.dtype == np.float32
    assert found[0, 0] == pytest.approx(0.5 + 0.5 * vectors[:, 0], abs=0.51 / 255)
    assert list(found[0, 1]) == [0.0, 0.0, 1.0, 1.0, pytest.approx(0.5, abs=0.51 / 255)]
    assert (np.round(found * 255) / np.float32(255) == found).all()
    pairs = as_picture(vectors, 2, 2.0)[0, 0]
    assert pairs == pytest.approx([0.5 + 0.25 * 0.5, 0.5 + 0.25 * np.mean([0.5, 0.5, 0.1])], abs=0.51 / 255)


def test_too_few_vectors_and_what_is_no_number_are_told() -> None:
    with pytest.raises(PluginError, match="says 3 vectors of a sound, and is to say 4 frames"):
        as_picture(np.zeros((3, 2), np.float32), 4, 1.0)
    with pytest.raises(PluginError, match="no finite number"):
        as_picture(np.array([[np.nan, 0.0]], np.float32), 1, 1.0)


def test_a_network_is_heard_over_time_and_as_one_vector(ears: Path) -> None:
    loud = SOUND.samples[0] / np.abs(SOUND.samples).max()
    vectors = np.abs(loud.reshape(-1, HOP) @ CHORDS)
    means = vectors.reshape(8, 5, BANDS).mean(axis=1)
    expected = np.clip(0.5 + means.T / (2 * 0.5), 0.0, 1.0)
    assert LocalEmbedding(ears).shape == (1, BANDS, 8)
    assert seen(ears)[0] == pytest.approx(expected, abs=0.6 / 255)
    whole = LocalEmbedding(ears)(SOUND, pitch=60.0, hold_s=0.1)
    assert whole == pytest.approx(vectors.mean(axis=0), abs=1e-5)
    later = Audio(np.pad(SOUND.samples, ((0, 0), (0, 999))), 8000)
    assert (seen(ears, later) == seen(ears)).all()  # only the window counts


def test_vectors_may_be_of_unit_length(ears: Path) -> None:
    hearing_network(ears, unit=True, scale=1.0, frames=40)
    lengths = np.linalg.norm(2.0 * seen(ears)[0] - 1.0, axis=0)
    assert lengths == pytest.approx(np.ones(40), abs=0.02)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"frames": 2000}, "expected frames as 1 to 1024, got 2000"),
        ({"frames": "many"}, "expected frames as 1 to 1024, got 'many'"),
        ({"input": {**OVER_TIME, "seconds": None}}, "frames are those of one window"),
        ({"input": {**OVER_TIME, "every_s": 0.1}}, "frames are those of one window"),
    ],
)
def test_a_wrong_description_is_told(ears: Path, changed: dict[str, Any], words: str) -> None:
    described(ears, **{"size": BANDS, "frames": 8, "input": OVER_TIME, **changed})
    with pytest.raises(PluginError, match=words):
        LocalEmbedding(ears)


def test_what_a_network_does_not_say_is_told(ears: Path) -> None:
    hearing_network(ears, frames=41)
    with pytest.raises(PluginError, match=r"ears: it says 40 vectors of a sound, and is to say 41 frames"):
        seen(ears)
    hearing_network(ears, frames=0)
    with pytest.raises(PluginError, match="names no frames"):
        seen(ears)


def test_the_version_names_all_that_decides_the_picture(ears: Path) -> None:
    versions = [LocalEmbedding(ears).version]
    for changed in ({"frames": 4}, {"scale": 2.0}, {"weights": LOUDER}):
        hearing_network(ears, **changed)
        versions.append(LocalEmbedding(ears).version)
    (ears / "net.onnx.data").write_bytes(b"weights beside the graph")
    versions.append(LocalEmbedding(ears).version)
    (ears / "net.onnx.data").write_bytes(b"others")
    versions.append(LocalEmbedding(ears).version)
    assert len(set(versions)) == 6


def test_datasets_store_what_is_heard_and_which_network_heard_it(ears: Path, tmp_path: Path) -> None:
    version = LocalEmbedding(ears).version
    assert Features(["ears", "logmel"]).versions == (("ears", version),)
    with small(tmp_path / "heard.h5", 6, features=("ears",)) as dataset:
        assert dataset.recipe.versions == (("ears", version),)
        stored = np.asarray(dataset.read("features/ears", slice(0, 6)))
        assert stored.shape == (6, 1, BANDS, 8)
        row = dataset[3]
        assert (row.features["ears"] == seen(ears, row.audio)).all()
        assert dataset.verify() == []
    with small(tmp_path / "heard.h5", 6, features=("ears",)) as again:
        assert len(again) == 6
    hearing_network(ears, LOUDER)
    with pytest.raises(DatasetError, match=r"networks of the features here \(\('ears', '1-"):
        small(tmp_path / "heard.h5", 6, features=("ears",))


def test_datasets_without_local_networks_say_what_they_always_did(tmp_path: Path) -> None:
    small(tmp_path / "plain.h5", 4, features=("spectral",)).close()
    with Dataset(tmp_path / "plain.h5") as dataset:
        assert dataset.recipe.versions == ()
        assert "versions" not in json.loads(dataset.attributes["recipe"])


def test_a_hidden_layer_of_a_network_of_transformers(tmp_path: Path) -> None:
    torch: Any = pytest.importorskip("torch")
    transformers: Any = pytest.importorskip("transformers")
    torch.manual_seed(0)
    said = {
        "runtime": "transformers", "file": None, "size": 8, "frames": 6, "scale": 2.0,
        "input": {"kind": "waveform", "sample_rate": 24000, "seconds": 0.2},
    }  # fmt: skip
    folder = described(tmp_path / "hubert", output="hidden_states.1", **said)
    config = transformers.HubertConfig(
        hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=8, conv_dim=(8, 8),
        conv_stride=(5, 4), conv_kernel=(10, 8), num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2,
    )  # fmt: skip
    model = transformers.HubertModel(config).eval()
    model.save_pretrained(folder)
    transformers.Wav2Vec2FeatureExtractor(sampling_rate=24000).save_pretrained(folder)
    sound = Audio(np.sin(0.2 * np.arange(4800)).astype(np.float32), 24000)
    with torch.inference_mode():
        samples = sound.samples[0] / np.abs(sound.samples).max()
        scaled = (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)
        states = model(torch.tensor(scaled)[None], output_hidden_states=True).hidden_states[1][0].numpy()
    assert seen(folder, sound) == pytest.approx(as_picture(states, 6, 2.0), abs=1.1 / 255)
    assert np.ptp(seen(folder, sound)) > 0.1
    for output in ("hidden_states.3", "hidden_states", "hidden_states.x"):
        described(folder, output=output, **said)
        with pytest.raises(PluginError, match=rf"no output '{output}'; there are: last_hidden_state"):
            seen(folder, sound)
