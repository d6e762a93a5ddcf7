"""The dataset for PyTorch, through PyTorch's own loader; and what is said where there is no PyTorch."""

from __future__ import annotations

import pickle
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import DatasetError
from tests.datasets.small import small


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("torch") / "data.h5"
    small(place, 14, tier=3, features=("logmel", "spectral")).close()
    return place


@pytest.fixture
def kit() -> Any:
    """The module under test, where PyTorch is."""
    pytest.importorskip("torch")
    from patchpilot.datasets import torch

    return torch


def first_column(sample: dict[str, Any]) -> Any:
    """A transform that another process can import."""
    return sample["continuous"][0]


def test_a_row_is_a_dict_of_tensors(kit: Any, path: Path) -> None:
    rows = kit.TorchDataset(path, features=("logmel",), modulation=True)
    assert isinstance(rows, kit.torch.utils.data.Dataset)
    with Dataset(path) as dataset:
        assert len(rows) == len(dataset) == 14
        for index in (0, 5, -1):
            sample, row = rows[index], dataset[index]
            for name, column in {
                "waveform": row.audio.samples,
                "continuous": row.continuous,
                "categorical": row.categorical,
                "values": row.values,
                "features/logmel": row.features["logmel"],
                "modulation": row.modulation,
            }.items():
                np.testing.assert_array_equal(sample.pop(name).numpy(), column)
            assert {name: tensor.item() for name, tensor in sample.items()} == {
                "row": row.index,
                "pitch": row.pitch,
                "velocity": pytest.approx(row.velocity),
            }
    types = {name: str(tensor.dtype) for name, tensor in rows[0].items()}
    assert {name for name, kind in types.items() if kind == "torch.int64"} == {"categorical", "pitch", "row"}
    assert set(types.values()) == {"torch.int64", "torch.float32"}
    categorical = np.array([rows[i]["categorical"].numpy() for i in range(len(rows))])
    assert (categorical < np.array(rows.n_categories)).all()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_the_loaders_processes_read_every_row_once(kit: Any, path: Path, method: str) -> None:
    if method == "fork" and sys.platform == "win32":
        pytest.skip("needs fork")
    rows = kit.TorchDataset(path, transform=None)
    here = [rows[i]["waveform"].numpy() for i in range(len(rows))]  # the file is open before the fork
    loader = kit.torch.utils.data.DataLoader(
        rows, batch_size=4, shuffle=True, num_workers=2, multiprocessing_context=method
    )
    seen: list[int] = []
    for batch in loader:
        assert batch["waveform"].shape[1:] == here[0].shape
        for row, waveform in zip(batch["row"].tolist(), batch["waveform"].numpy(), strict=True):
            np.testing.assert_array_equal(waveform, here[row])
            seen.append(row)
    assert sorted(seen) == list(range(14))
    assert seen != sorted(seen)


def test_it_pickles_as_a_path(kit: Any, path: Path) -> None:
    rows = kit.TorchDataset(path, transform=first_column)
    assert rows[3] == pickle.loads(pickle.dumps(rows))[3]
    assert len(pickle.dumps(rows)) < 20_000


def test_what_is_not_asked_for_is_not_there(kit: Any, path: Path) -> None:
    sample = kit.TorchDataset(path, audio=False)[0]
    assert set(sample) == {"continuous", "categorical", "values", "pitch", "velocity", "row"}
    assert "features/spectral" not in kit.TorchDataset(path, features=("logmel",))[0]


def test_what_is_not_in_the_file_is_told(kit: Any, path: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no features 'clap'; those it holds: logmel, spectral"):
        kit.TorchDataset(path, features=("clap",))
    small(tmp_path / "mute.h5", 2, audio="none").close()
    with pytest.raises(DatasetError, match="made without audio: ask for audio=False"):
        kit.TorchDataset(tmp_path / "mute.h5")
    with pytest.raises(DatasetError, match="only tier 3 has a modulation matrix"):
        kit.TorchDataset(tmp_path / "mute.h5", audio=False, modulation=True)
    with pytest.raises(IndexError):
        _ = kit.TorchDataset(path)[14]


def test_without_pytorch_the_extra_is_named() -> None:
    code = """
import sys
sys.modules["torch"] = None
from patchpilot.errors import PluginError
try:
    import patchpilot.datasets.torch
except PluginError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.endswith("pip install 'patchpilot[train]'\n")
    assert said.startswith("training on a dataset needs PyTorch")


EXAMPLE = Path(__file__).parents[2] / "examples" / "hear_three_parameters.py"


def ran(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLE), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.skipif(find_spec("torch") is None, reason="needs PyTorch")
@pytest.mark.slow
def test_the_example_renders_learns_and_judges(tmp_path: Path) -> None:
    done = ran(tmp_path, "--rows", "60", "--epochs", "1", "--least=-inf")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("60 rows of ")
    assert lines[1] == "54 rows to learn from, 6 held out"
    assert [line.rsplit(" ", 1)[0] for line in lines[3:]] == ["wave accuracy", "cutoff R²", "attack R²"]
    again = ran(tmp_path, "--data", "out/three_parameters.h5", "--epochs", "1", "--least", "2")
    assert again.returncode == 1
    assert again.stderr == "the cutoff's R² is below 2: the data pipeline is broken\n"
    assert again.stdout.splitlines() == lines[1:]  # the same data and seed learn the same


@pytest.mark.skipif(find_spec("torch") is not None, reason="is about a machine without PyTorch")
def test_the_example_says_what_it_needs(tmp_path: Path) -> None:
    done = ran(tmp_path)
    assert done.returncode == 1
    assert done.stderr == "this example needs PyTorch: pip install 'patchpilot[train]'\n"
