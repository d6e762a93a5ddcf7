"""What an estimator is measured against, and needs the rows that it learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from patchpilot.audio import front_end
from patchpilot.datasets import Dataset
from patchpilot.estimators.codec import Codec, Labels
from patchpilot.estimators.evaluation import Baseline, Heard
from patchpilot.estimators.own_assets import assets_of
from patchpilot.estimators.training.rows import Data, Rows, read_rows
from patchpilot.estimators.training.slices import as_bytes
from patchpilot.instruments.base import Instrument
from patchpilot.space import Asset, Patch, Space

MEAN, NEAREST = "mean patch", "nearest row"
_SLICE = 2048


def of_rows(
    paths: Sequence[Path], instrument: Instrument, codec: Codec, *, held_out: float, rows: int = 0
) -> dict[str, Baseline]:
    """The mean patch, and the nearest row, of the rows that are trained on.

    Args:
        paths: of dataset files.
        instrument: whose patches they are.
        codec: of the estimator.
        held_out: share of the patches that is not trained on.
        rows: how many, the first ones; 0 for all.

    Raises:
        DatasetError: a file is damaged or of another instrument.
        EstimatorError: there are more rows than memory, or an asset that the codec says is in none of the files.
    """
    data = read_rows(paths, instrument.space, rows=rows, codec=codec)
    train, _ = data.rows.split(held_out)
    assets = assets_of(codec, instrument, datasets=paths)
    mean = mean_patch(data.rows.labels[train], codec, instrument.space, assets)
    finder = NearestRow(paths, data, train)
    return {MEAN: lambda _: mean, NEAREST: finder}


def mean_patch(labels: Labels, codec: Codec, space: Space, assets: Mapping[str, Asset]) -> Patch:
    """Medians of what sounds, and the commonest options.

    Args:
        labels: of n patches.
        codec: their tokens.
        space: of the instrument.
        assets: by their sha256, all that the codec says.
    """
    n = labels.continuous.shape[1]
    middle = np.zeros((1, n), np.float32)
    for k in range(n):
        sounding = labels.continuous[labels.active[:, k], k]
        middle[0, k] = np.median(sounding) if len(sounding) else 0.0
    commonest = np.zeros((1, labels.categorical.shape[1]), np.int64)
    for k in range(labels.categorical.shape[1]):
        known = labels.categorical[labels.categorical[:, k] >= 0, k]
        commonest[0, k] = np.bincount(known).argmax() if len(known) else 0
    whole = Labels(middle, commonest, codec.active(commonest))
    return codec.decode(space, whole, 0, assets.__getitem__)


class NearestRow:
    """The patch of the row whose picture has the least mean absolute difference from that of a sound.

    Args:
        paths: of the files that were read.
        data: what was read of them.
        rows: which of them count.
    """

    def __init__(self, paths: Sequence[Path], data: Data, rows: np.ndarray) -> None:
        self._paths, self._rows = list(paths), rows
        self._data: Rows = data.rows
        self._ends = np.cumsum([int(str(file["rows"])) for file in data.files])

    def __call__(self, heard: Heard) -> Patch:
        """The patch of the nearest."""
        file, place = self.place(self.row(heard))
        with Dataset(self._paths[file]) as dataset:
            return dataset[place].patch

    def row(self, heard: Heard) -> int:
        """The nearest of all rows that were read."""
        mine = as_bytes(front_end.front_end(heard.audio, pitch=heard.pitch))
        sums = []
        for start in range(0, len(self._rows), _SLICE):
            theirs = self._data.sounds[self._rows[start : start + _SLICE]]
            apart = np.maximum(theirs, mine) - np.minimum(theirs, mine)
            sums.append(apart.reshape(len(apart), -1).sum(axis=1, dtype=np.int64))
        return int(self._rows[int(np.concatenate(sums).argmin())])

    def place(self, row: int) -> tuple[int, int]:
        """Of a row: which file, and which row of it."""
        file = int(np.searchsorted(self._ends, row, side="right"))
        return file, row - (int(self._ends[file - 1]) if file else 0)
