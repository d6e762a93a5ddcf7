from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.audio import Audio, front_end, mel_filterbank, stft_magnitude
from patchpilot.datasets.features import Features
from patchpilot.errors import ParameterError, PluginError
from patchpilot.retrieval.build import build
from patchpilot.retrieval.library import Library, embedding_of
from patchpilot.retrieval.local import LocalEmbedding, folder_of, is_found
from patchpilot.retrieval.local_inputs import held
from tests.audio.tones import noise, sine
from tests.retrieval.networks import WAVEFORM, described, network
from tests.toy import Toy

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

WEIGHTS = np.random.default_rng(0).standard_normal((4000, 3)).astype(np.float32)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An embedding "tiny-net" in the user's embeddings folder: half a second at 8 kHz, times weights."""
    monkeypatch.setenv("PATCHPILOT_EMBEDDINGS", str(tmp_path / "own"))
    folder = described(tmp_path / "own" / "tiny-net")
    network(folder, WEIGHTS)
    return folder


def heard(folder: Path, audio: Audio, *, pitch: float = 60.0, hold_s: float = 0.5) -> Any:
    return LocalEmbedding(folder)(audio, pitch=pitch, hold_s=hold_s)


def tone(seconds: float, rate: int = 8000) -> Audio:
    return Audio(0.3 * np.sin(0.7 * np.arange(round(seconds * rate))), rate)


def test_a_network_hears_the_waveform_that_its_description_says(tiny: Path) -> None:
    audio = tone(0.4)
    samples = np.pad(audio.samples[0] / np.abs(audio.samples).max(), (0, 800))
    assert heard(tiny, audio) == pytest.approx(samples @ WEIGHTS, abs=1e-3)
    assert heard(tiny, Audio(0.01 * audio.samples, 8000)) == pytest.approx(heard(tiny, audio), abs=1e-3)
    described(tiny, unit=True, input={**WAVEFORM, "peak": None})
    assert np.linalg.norm(heard(tiny, audio)) == pytest.approx(1.0, abs=1e-5)
    silence = heard(tiny, Audio(np.zeros(100), 8000))
    assert np.isfinite(silence).all()


def test_windows_are_averaged(tiny: Path) -> None:
    described(tiny, input={**WAVEFORM, "every_s": 0.25, "peak": None})
    audio = tone(1.1)
    parts = [audio.samples[0, start : start + 4000] for start in (0, 2000, 4000)]
    assert heard(tiny, audio) == pytest.approx(np.mean(parts, axis=0) @ WEIGHTS, abs=1e-3)


def test_both_sides_and_networks_without_a_batch(tmp_path: Path) -> None:
    folder = described(
        tmp_path / "sides", input={**WAVEFORM, "axes": "ct", "channels": 2, "peak": None}, size=3
    )
    network(folder, WEIGHTS)
    one, other = tone(0.5), noise(0.5)
    stereo = Audio(np.stack([one.samples[0], other.samples[0][:4000]]), 8000)
    assert heard(folder, stereo) == pytest.approx(stereo.samples.mean(axis=0) @ WEIGHTS, abs=1e-3)
    assert heard(folder, one) == pytest.approx(one.samples[0] @ WEIGHTS, abs=1e-3)


@pytest.mark.parametrize("mel", ["slaney", "htk"])
def test_a_log_mel_is_what_others_call_one(tmp_path: Path, mel: str) -> None:
    librosa: Any = pytest.importorskip("librosa")
    front = {
        "kind": "logmel", "sample_rate": 16000, "n_fft": 512, "hop": 160, "n_mels": 20, "fmin": 50.0, "fmax": 7000.0,
        "mel": mel, "log": "db", "range_db": 80.0, "shift": 40.0, "factor": 0.1, "axes": "b1ft", "peak": None,
    }  # fmt: skip
    folder = described(tmp_path / mel, input=front, size=20)
    network(folder, np.eye(20, dtype=np.float32), rank=4, axes=(1, 3))
    audio = Audio(np.random.default_rng(1).standard_normal(8000).astype(np.float32) * 0.1, 16000)
    power = librosa.feature.melspectrogram(
        y=audio.samples[0], sr=16000, n_fft=512, hop_length=160, n_mels=20, fmin=50.0, fmax=7000.0,
        pad_mode="constant", htk=mel == "htk", norm="slaney" if mel == "slaney" else None,
    )  # fmt: skip
    expected = (librosa.power_to_db(power, ref=np.max) + 40.0) * 0.1
    assert heard(folder, audio) == pytest.approx(expected.mean(axis=1), abs=2e-3)


def test_a_log_mel_of_magnitudes_with_natural_logarithms(tmp_path: Path) -> None:
    front = {"kind": "logmel", "sample_rate": 8000, "n_fft": 256, "hop": 128, "n_mels": 8, "power": 1, "log": "ln",
             "floor": 0.01, "axes": "btf", "peak": None}  # fmt: skip
    folder = described(tmp_path / "ln", input=front, size=8)
    network(folder, np.eye(8, dtype=np.float32), rank=3)
    bands = stft_magnitude(tone(0.3).samples[0], n_fft=256, hop=128) @ mel_filterbank(
        8000, n_fft=256, n_mels=8
    )
    assert heard(folder, tone(0.3)) == pytest.approx(np.log(np.maximum(bands, 0.01)).mean(axis=0), abs=1e-3)


def test_a_picture_of_what_is_held_does_not_show_what_comes_after(tmp_path: Path) -> None:
    folder = described(
        tmp_path / "seen", input={"kind": "front_end", "version": 1, "planes": "held"}, size=96
    )
    network(folder, np.eye(96, dtype=np.float32), rank=4, axes=(1, 3))
    rows = np.random.default_rng(0).uniform(-0.5, 0.5, 88200).astype(np.float32)
    other = np.concatenate([rows[:33075], np.zeros(55125, np.float32)])
    ends = front_end.edges_s()[1:]
    hold_s = float(ends[ends < 0.6].max())
    assert (
        heard(folder, Audio(rows, 44100), hold_s=hold_s) == heard(folder, Audio(other, 44100), hold_s=hold_s)
    ).all()
    assert (
        heard(folder, Audio(rows, 44100), hold_s=2.0) != heard(folder, Audio(other, 44100), hold_s=2.0)
    ).any()


def test_held_pictures_say_what_is_known() -> None:
    pictures = np.full((2, *front_end.SHAPE), 0.5, np.float32)
    found = held(pictures, np.array([60.0, 84.0]), np.array([2.0, 0.001]))
    assert found.shape == (2, 6, 96, 64)
    assert (found[0, :4] == 0.5).all()
    assert (found[0, 4] == 1.0).all()
    assert (found[1, 4, :, 0] == 1.0).all()
    assert not found[1, :5, :, 1:].any()
    assert [found[0, 5].max(), found[1, 5].min()] == [0.0, 0.5]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"format": "other"}, 'expected "format": "patchpilot-embedding-1", got \'other\''),
        ({"name": "a/b"}, "expected name as letters"),
        ({"size": True}, "expected size as 1 to 65536, got True"),
        ({"scale": 0}, "expected scale as a number above 0, got 0"),
        ({"runtime": "pickle"}, "expected runtime as one of onnx, transformers, got 'pickle'"),
        ({"file": "../net.onnx"}, "expected file as the name of a file in this folder"),
        ({"input": None}, "expected an object as input"),
        ({"input": {"kind": "midi"}}, "expected kind as one of front_end, waveform, logmel, got 'midi'"),
        ({"input": {"kind": "front_end", "version": 99}}, "made for version 99 of the front end, here is 1"),
        ({"input": {**WAVEFORM, "rate": 1}}, "unknown in input: rate"),
        ({"input": {**WAVEFORM, "sample_rate": "8k"}}, "expected sample_rate as Hz"),
        ({"input": {**WAVEFORM, "axes": "bf"}}, "expected axes as some of the letters bct1"),
        ({"input": {"kind": "waveform", "every_s": 1.0}}, "every_s needs seconds"),
        ({"input": {"kind": "logmel", "fmin": 9000.0, "fmax": 100.0}}, "with fmin below fmax"),
        ({"runtime": "transformers", "input": {"kind": "logmel"}}, "expected input of kind waveform"),
        ({"digests": {"net.onnx": "0" * 64}}, "is not the file that embedding.json was written for"),
        ({"file": "other.onnx"}, "embedding.json asks for other.onnx: No such file"),
    ],
)
def test_a_wrong_description_is_told(tiny: Path, changed: dict[str, Any], words: str) -> None:
    described(tiny, **changed)
    with pytest.raises(PluginError, match=words.replace("[", r"\[")):
        LocalEmbedding(tiny)


def test_damage_is_told(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"expected the folder of an embedding with embedding\.json"):
        embedding_of(str(tmp_path / "none"))
    whole = (tiny / "net.onnx").read_bytes()
    (tiny / "net.onnx").write_bytes(whole[:100])
    with pytest.raises(PluginError, match=r"is no network that ONNX Runtime can read .* damaged or cut off"):
        heard(tiny, tone(0.5))
    (tiny / "embedding.json").write_text("{")
    with pytest.raises(PluginError, match="is no JSON"):
        LocalEmbedding(tiny)


def test_networks_that_are_not_as_described_are_told(tiny: Path) -> None:
    described(tiny, size=4)
    with pytest.raises(
        PluginError, match=r"expected 1 vectors of 4 numbers .* got an output of shape \(1, 3\)"
    ):
        heard(tiny, tone(0.5))
    described(tiny, input={**WAVEFORM, "seconds": 0.1})
    with pytest.raises(
        PluginError, match=r"does not take the input that embedding.json describes, waveform as"
    ):
        heard(tiny, tone(0.5))
    described(tiny)
    network(tiny, WEIGHTS, n_inputs=2)
    with pytest.raises(PluginError, match="expected a network with one input, got 2: x0, x1"):
        heard(tiny, tone(0.5))


def test_a_folder_goes_wherever_a_name_does(tiny: Path, tmp_path: Path) -> None:
    assert folder_of("spectral") is None
    assert folder_of("tiny-net") == tiny
    assert folder_of("cake") is None
    assert (is_found("tiny-net"), is_found("spectral"), is_found("cake")) == (True, True, False)
    embedding = embedding_of(str(tiny))
    path = tmp_path / "library.npz"
    library = build(Toy(), "toy-v1", embedding, 5, path=path, n_patches=10)
    assert (library.recipe.embedding, library.recipe.size) == ("tiny-net", 3)
    Library.load(path).check(Toy())
    assert Features(["tiny-net"])(sine(220.0), pitch=60.0, hold_s=0.5)["tiny-net"].shape == (3,)
    network(tiny, 2.0 * WEIGHTS)
    (told,) = Library.load(path).differences(Toy())
    assert told.startswith("version of the embedding is '1-")
    with pytest.raises(ParameterError, match=r"no feature 'cake'; there are: .*tiny-net"):
        Features(["cake"])


def test_other_files_or_another_front_end_are_another_version(tiny: Path) -> None:
    first = LocalEmbedding(tiny).version
    assert LocalEmbedding(tiny).version == first
    described(tiny, input={**WAVEFORM, "peak": 0.5})
    second = LocalEmbedding(tiny).version
    described(tiny, scale=2.0)
    assert LocalEmbedding(tiny).version == first
    network(tiny, 2.0 * WEIGHTS)
    assert len({first, second, LocalEmbedding(tiny).version}) == 3


def test_a_network_of_transformers_is_read_from_its_folder(tmp_path: Path) -> None:
    torch: Any = pytest.importorskip("torch")
    transformers: Any = pytest.importorskip("transformers")
    torch.manual_seed(0)
    folder = described(
        tmp_path / "w2v", runtime="transformers", file=None, size=8, output="last_hidden_state",
        input={"kind": "waveform", "sample_rate": 16000},
    )  # fmt: skip
    config = transformers.Wav2Vec2Config(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, conv_dim=(8, 8),
        conv_stride=(5, 4), conv_kernel=(10, 8), num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2,
    )  # fmt: skip
    transformers.Wav2Vec2Model(config).save_pretrained(folder)
    transformers.Wav2Vec2FeatureExtractor().save_pretrained(folder)
    found = heard(folder, tone(0.3, 16000))
    assert found.shape == (8,)
    assert (heard(folder, tone(0.3, 16000)) == found).all()
    described(folder, **{**json.loads((folder / "embedding.json").read_text()), "output": "cake"})
    with pytest.raises(PluginError, match="the network has no output 'cake'; there are: last_hidden_state"):
        heard(folder, tone(0.3, 16000))


def test_without_transformers_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patchpilot.retrieval.local.find_spec", lambda _: None)
    folder = described(tmp_path / "net", runtime="transformers", file=None)
    with pytest.raises(PluginError, match=r"needs torch and transformers: pip install 'patchpilot\[clap\]'"):
        LocalEmbedding(folder)
