from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxscript")
pytest.importorskip("pytorch_metric_learning")

from patchpilot.audio import front_end
from patchpilot.errors import EstimatorError, OutputError
from patchpilot.estimators.embedding import trainer
from patchpilot.estimators.embedding.augmentation import augmented
from patchpilot.estimators.embedding.checkpoint import load
from patchpilot.estimators.embedding.measure import ranks, top
from patchpilot.estimators.embedding.network import EmbeddingConfig
from patchpilot.estimators.embedding.pairs import read_pairs, split
from patchpilot.estimators.embedding.training import EmbeddingProgress, train_embedding
from patchpilot.retrieval.library import embedding_of
from patchpilot.retrieval.local import LocalEmbedding
from patchpilot.space.canonical import Json
from tests.audio.tones import sine
from tests.datasets.small import PLAN, small

SMALL = EmbeddingConfig(width=4, size=8, dropout=0.0)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20 patches of a toy, two notes each."""
    path = tmp_path_factory.mktemp("data") / "pairs.h5"
    small(path, 40, features=("front_end",), audio="none").close()
    return path


@pytest.fixture
def without_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exporting takes seconds, and is tested elsewhere."""
    monkeypatch.setattr(trainer, "export", lambda *_, **given: {"trained": given["trained"]})


@pytest.fixture(scope="module")
def trained(
    data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Json, list[EmbeddingProgress]]:
    """A training of three epochs that nobody stopped."""
    out, seen = tmp_path_factory.mktemp("trained") / "net", list[EmbeddingProgress]()
    said = train_embedding([data], out, epochs=3, batch=8, seed=1, network=SMALL, on_progress=seen.append)
    return out, said, seen


def test_a_training_writes_an_embedding_that_runs(
    trained: tuple[Path, Json, list[EmbeddingProgress]], data: Path
) -> None:
    out, said, seen = trained
    assert sorted(path.name for path in out.iterdir()) == [
        "checkpoint.safetensors", "embedding.json", "embedding.onnx", "training.jsonl",
    ]  # fmt: skip
    assert said["parity"] <= 1e-4
    assert [progress.epoch for progress in seen] == [1, 2, 3]
    lines = (out / "training.jsonl").read_text().splitlines()
    assert [json.loads(line)["loss"] for line in lines] == [progress.loss for progress in seen]
    assert said["trained"]["patches"] == 20
    assert said["trained"]["data"] == list(read_pairs([data]).contents)
    embedding = embedding_of(str(out))
    assert (embedding.name, embedding.size, embedding.scale) == ("heard", 8, said["scale"])
    vector = embedding(sine(220.0), pitch=57.0, hold_s=0.3)
    assert vector.shape == (8,)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)
    with pytest.raises(OutputError, match="holds a finished embedding, which is kept"):
        train_embedding([data], out, epochs=3, batch=8, network=SMALL)


@pytest.mark.usefixtures("without_graph")
def test_training_brings_renders_of_one_patch_together(data: Path, tmp_path: Path) -> None:
    seen = list[EmbeddingProgress]()
    train_embedding([data], tmp_path, epochs=10, batch=8, network=SMALL, on_progress=seen.append)
    assert seen[-1].loss < 0.8 * seen[0].loss


def test_a_stopped_training_goes_on_to_the_same_network(
    trained: tuple[Path, Json, list[EmbeddingProgress]], data: Path, tmp_path: Path
) -> None:
    def stop(progress: EmbeddingProgress) -> None:
        if progress.epoch == 2:
            raise KeyboardInterrupt

    out = tmp_path / "net"
    with pytest.raises(KeyboardInterrupt):
        train_embedding([data], out, epochs=3, batch=8, seed=1, network=SMALL, on_progress=stop)
    assert not (out / "embedding.json").exists()
    with pytest.raises(EstimatorError, match="is of another training: it differs in epochs"):
        train_embedding([data], out, epochs=4, batch=8, seed=1, network=SMALL)
    train_embedding([data], out, epochs=3, batch=8, seed=1, network=SMALL)
    whole = trained[0]
    assert (out / "checkpoint.safetensors").read_bytes() == (whole / "checkpoint.safetensors").read_bytes()
    assert LocalEmbedding(out).version == LocalEmbedding(whole).version


@pytest.mark.usefixtures("without_graph")
def test_out_of_time_it_gives_what_it_has_and_goes_on_later(data: Path, tmp_path: Path) -> None:
    said = train_embedding([data], tmp_path, epochs=3, batch=8, network=SMALL, minutes=1e-6)
    assert said["trained"]["epochs_done"] == 1
    assert (tmp_path / "state.safetensors").exists()
    said = train_embedding([data], tmp_path, epochs=3, batch=8, network=SMALL)
    assert said["trained"]["epochs_done"] == 3
    assert not (tmp_path / "state.safetensors").exists()


def test_a_damaged_checkpoint_is_refused(data: Path, tmp_path: Path) -> None:
    for content in (b"", b"\x80\x04\x95cake", b"\x10\0\0\0\0\0\0\0{}"):
        (tmp_path / "state.safetensors").write_bytes(content)
        with pytest.raises(EstimatorError, match="is no checkpoint of ours, or cut off"):
            train_embedding([data], tmp_path, epochs=1, batch=8, network=SMALL)


def test_data_that_teaches_nothing_is_told(data: Path, tmp_path: Path) -> None:
    small(tmp_path / "bare.h5", 4, audio="none").close()
    with pytest.raises(EstimatorError, match="has no feature 'front_end': make it with"):
        read_pairs([tmp_path / "bare.h5"])
    once = type(PLAN)(notes=(60,), hold_s=0.2, length_s=0.25, sample_rate=8000)
    small(tmp_path / "once.h5", 4, audio="none", features=("front_end",), plan=once).close()
    with pytest.raises(EstimatorError, match="of 4 patches none was played twice"):
        read_pairs([tmp_path / "once.h5"])
    with pytest.raises(EstimatorError, match="expected epochs >= 1, a batch >= 2"):
        train_embedding([data], tmp_path / "net", epochs=0)


def test_rows_of_one_patch_belong_together_over_datasets(data: Path, tmp_path: Path) -> None:
    low = type(PLAN)(notes=(36,), hold_s=0.2, length_s=0.25, sample_rate=8000)
    small(tmp_path / "low.h5", 10, audio="none", features=("front_end",), plan=low).close()
    pairs = read_pairs([data, tmp_path / "low.h5"])
    assert sorted(len(rows) for rows in pairs.patches) == [2] * 10 + [3] * 10
    three = next(rows for rows in pairs.patches if len(rows) == 3)
    assert pairs.pitch[list(three)].tolist() == [48.0, 60.0, 36.0]
    learned, judged = split(pairs, 0)
    assert not set(learned) & set(judged)
    assert len(learned) + len(judged) == 20


def test_pictures_that_are_no_numbers_are_left_out(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from patchpilot.datasets.storage.reader import Dataset

    real = Dataset.read

    def read(self: Dataset, name: str, place: int | slice) -> Any:
        found = real(self, name, place)
        if name == f"features/{front_end.NAME}":
            found = np.array(found)
            found[5, 0, 0, 0] = np.nan
        return found

    whole = read_pairs([data])
    monkeypatch.setattr(Dataset, "read", read)
    pairs = read_pairs([data])
    assert (pairs.skipped, len(pairs)) == (1, 39)
    assert (pairs.pictures[5:] == whole.pictures[6:]).all()
    assert pairs.patches[2] == (4,)


@pytest.mark.usefixtures("without_graph")
def test_a_step_whose_loss_is_no_number_teaches_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def broken_once(*given: Any) -> Any:
        pictures, holds = augmented(*given)
        calls.append(0)
        return pictures * np.float32(np.nan if len(calls) == 2 else 1.0), holds

    monkeypatch.setattr(trainer, "augmented", broken_once)
    seen = list[EmbeddingProgress]()
    train_embedding([data], tmp_path, epochs=2, batch=8, network=SMALL, on_progress=seen.append)
    assert [progress.skipped for progress in seen] == [1, 1]
    tensors, _ = load(tmp_path / "checkpoint.safetensors")
    assert all(np.isfinite(tensor.numpy()).all() for tensor in tensors.values())


@pytest.mark.usefixtures("without_graph")
def test_a_loss_that_is_no_number_is_counted_and_then_stops(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = augmented

    def broken(*given: Any) -> Any:
        pictures, holds = real(*given)
        return pictures * np.float32(np.nan), holds

    train_embedding([data], tmp_path / "net", epochs=2, batch=8, network=SMALL, minutes=1e-6)
    before = (tmp_path / "net" / "state.safetensors").read_bytes()
    monkeypatch.setattr(trainer, "augmented", broken)
    monkeypatch.setattr(trainer, "_MOST_SKIPPED", 2)
    with pytest.raises(
        EstimatorError, match=r"no number any more, in 2 steps in a row; the last good epoch \(1\)"
    ):
        train_embedding([data], tmp_path / "net", epochs=2, batch=8, network=SMALL)
    assert (tmp_path / "net" / "state.safetensors").read_bytes() == before
    shutil.rmtree(tmp_path / "net")


def test_ranks_count_what_is_nearer_and_equals_against() -> None:
    library = np.array([[0.0], [1.0], [2.0], [2.0]], np.float32)
    found = ranks(np.array([[0.1], [1.4], [2.0]], np.float32), library, np.array([0, 2, 2]))
    assert found.tolist() == [0, 2, 1]
    assert top(found, 1) == pytest.approx(1 / 3)
    assert top(found, 2) == pytest.approx(2 / 3)
