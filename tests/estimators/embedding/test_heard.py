from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from patchpilot import registry
from patchpilot.audio import Audio
from patchpilot.errors import PluginError
from patchpilot.estimators.embedding import heard
from patchpilot.estimators.embedding.heard import SHIPPED, Heard
from patchpilot.retrieval.embedding import quantised, restored
from patchpilot.retrieval.library import embedding_of

shipped = pytest.mark.skipif(
    not (SHIPPED / "embedding.json").exists(), reason="it does not come with this version"
)


def saw(pitch: float, *, seconds: float = 1.5, bright: float = 1.0) -> Audio:
    """A sawtooth whose partials fall by `bright` more than 1/n."""
    t = np.arange(round(44100 * seconds)) / 44100
    hz = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    partials = range(1, int(18000 / hz))
    return Audio(0.2 * sum(np.sin(2 * np.pi * n * hz * t) / n**bright for n in partials), 44100)


def test_without_its_files_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heard, "SHIPPED", tmp_path)
    with pytest.raises(PluginError, match="comes without the embedding 'heard': train one with"):
        Heard()


@shipped
def test_the_shipped_embedding_is_registered_and_small() -> None:
    assert registry.load("embeddings", "heard") is Heard
    embedding = embedding_of("heard")
    assert (embedding.name, embedding.size) == ("heard", 128)
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 10e6
    assert not [path.name for path in SHIPPED.iterdir() if path.suffix in (".safetensors", ".pt", ".pkl")]


@shipped
def test_a_tone_is_nearer_to_itself_on_another_note_than_to_another_tone() -> None:
    embedding = Heard()

    def of(pitch: float, bright: float, gain: float = 1.0, told: float = 0.0) -> np.ndarray:
        audio = saw(pitch, bright=bright)
        return embedding(Audio(gain * audio.samples, 44100), pitch=pitch + told, hold_s=1.2)

    one, other = of(60.0, 1.0), of(60.0, 2.5)
    assert np.linalg.norm(one) == pytest.approx(1.0, abs=1e-5)
    assert np.linalg.norm(of(60.0, 1.0, gain=0.1) - one) < 1e-3
    for near in (of(55.0, 1.0), of(67.0, 1.0), of(60.0, 1.0, told=0.2)):
        assert np.linalg.norm(near - one) < np.linalg.norm(near - other)
    assert np.linalg.norm(restored(quantised(one, embedding.scale), embedding.scale) - one) < 0.02
