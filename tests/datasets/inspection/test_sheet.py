from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from patchpilot.datasets.inspection.sheet import MOST, chosen, sheet_png
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import DatasetError, ParameterError
from tests.datasets.looked_at import made


def pixels(png: bytes) -> npt.NDArray[np.uint8]:
    with Image.open(io.BytesIO(png)) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("sheet") / "data.h5")


def test_rows_come_from_all_over_the_dataset() -> None:
    for n_rows, n in ((1000, 64), (65, 64), (10_000_000, 3)):
        rows = chosen(n_rows, n, seed=1)
        assert len(set(rows)) == n
        assert rows == sorted(rows)
        bounds = np.linspace(0, n_rows, n + 1)
        assert all(
            np.ceil(low) <= row < np.ceil(high)
            for row, low, high in zip(rows, bounds, bounds[1:], strict=False)
        )
    assert chosen(1000, 64, seed=1) == chosen(1000, 64, seed=1) != chosen(1000, 64, seed=2)
    assert chosen(5, 64) == [0, 1, 2, 3, 4]
    assert chosen(0, 64) == []


@pytest.mark.parametrize(("n", "seed"), [(0, 0), (MOST + 1, 0), (1, -1)])
def test_a_number_or_seed_out_of_range_is_refused(n: int, seed: int) -> None:
    with pytest.raises(ParameterError, match="expected"):
        chosen(10, n, seed=seed)


def test_a_sheet_is_a_grid_of_spectrograms(file: Path) -> None:
    with Dataset(file) as dataset:
        few = pixels(sheet_png(dataset, [0, 1, 2, 3], title="data.h5"))
        many = pixels(sheet_png(dataset, list(range(16)), title="data.h5"))
        assert sheet_png(dataset, [0, 1, 2, 3], title="data.h5") == sheet_png(
            dataset, [0, 1, 2, 3], title="data.h5"
        )
    ground = few[0, 0]
    assert 1.7 < (many.shape[0] - few.shape[0]) / 166 < 2.3  # two more lines
    assert many.shape[1] > few.shape[1]
    bright = (many.astype(int).sum(axis=2) > 500).mean()
    assert 0.01 < bright < 0.5
    assert (many == ground).all(axis=2).mean() > 0.2


def test_the_same_rows_look_the_same_and_others_do_not(file: Path) -> None:
    with Dataset(file) as dataset:
        low, high = (pixels(sheet_png(dataset, [row])) for row in (0, 2))  # C3 and C5
        twin = pixels(sheet_png(dataset, [0]))
    assert (low == twin).all()
    picture = np.s_[84:202, 52:264]
    brightest = [
        int(np.asarray(sheet[picture]).astype(int).sum(axis=2).sum(axis=1).argmax()) for sheet in (low, high)
    ]
    assert brightest[0] > brightest[1]  # the lower note is drawn further down


def test_names_in_any_script_are_drawn(file: Path) -> None:
    with Dataset(file) as dataset:
        pixels(sheet_png(dataset, [0], title="Émile – 日本 ♯ \x07" * 30))


def test_a_dataset_without_audio_or_rows_is_told(tmp_path: Path, file: Path) -> None:
    with (
        Dataset(made(tmp_path / "mute.h5", audio="none")) as dataset,
        pytest.raises(DatasetError, match="no audio"),
    ):
        sheet_png(dataset, [0])
    with Dataset(file) as dataset, pytest.raises(DatasetError, match="no rows yet"):
        sheet_png(dataset, [])
