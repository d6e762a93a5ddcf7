"""A dataset for PyTorch: dicts of tensors, quick to read in any order, safe with the loader's processes.

    from torch.utils.data import DataLoader
    from patchpilot.datasets.torch import TorchDataset

    loader = DataLoader(TorchDataset("data.h5"), batch_size=64, shuffle=True, num_workers=2)

Needs the extra `train`; importing this module without PyTorch raises `PluginError`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import DatasetError, PluginError
from patchpilot.space import Parameter

try:
    torch: Any = importlib.import_module("torch")
    _Map: Any = importlib.import_module("torch.utils.data").Dataset
except ImportError as error:
    raise PluginError(
        f"training on a dataset needs PyTorch ({error}): pip install 'patchpilot[train]'"
    ) from None

Sample = dict[str, Any]
"""Tensors of a row, by name."""


class TorchDataset(_Map):  # type: ignore[misc]  # PyTorch is no requirement
    """A dataset file as a map-style `torch.utils.data.Dataset`.

    A row is a dict of tensors: "waveform" float32 (2, T), "continuous" float32 (C,) in [0, 1], "categorical" int64
    (K,) from 0, "values" float32 (C + K,) as the engine was told, "pitch" int64, "velocity" float32, "row" int64;
    where asked for, "features/NAME" float32 and "modulation" float32 (4, sources, destinations).

    Each process opens the file for itself, so loaders may fork or spawn; what is pickled is the path. PyTorch's
    loader hands over whole batches (`__getitems__`), which are read in one go.

    Args:
        path: of the file.
        audio: whether rows have their waveform.
        features: names of stored features that rows shall have.
        modulation: whether rows have the dense modulation matrix, 220 kB each; of a dataset of tier 3.
        transform: what is done to each row's dict, in the process that reads it.

    Raises:
        DatasetError: the file is damaged or foreign, or does not hold what is asked for.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        audio: bool = True,
        features: Sequence[str] = (),
        modulation: bool = False,
        transform: Callable[[Sample], Any] | None = None,
    ) -> None:
        self.path = Path(path)
        self._audio, self._features, self._modulation = audio, tuple(features), modulation
        self._transform = transform
        self._dataset = Dataset(self.path)
        self._length = len(self._dataset)
        self.columns = self._dataset.columns
        self.parameters: tuple[Parameter, ...] = self._dataset.parameters
        self._check(self._dataset.recipe)

    def _check(self, recipe: Recipe) -> None:
        if self._audio and recipe.audio == "none":
            raise DatasetError(f"{self.path} was made without audio: ask for audio=False")
        for name in self._features:
            if name not in recipe.features:
                held = ", ".join(recipe.features) or "none"
                raise DatasetError(f"{self.path} holds no features {name!r}; those it holds: {held}")
        if self._modulation and recipe.tier != 3:
            raise DatasetError(f"{self.path} is of tier {recipe.tier}: only tier 3 has a modulation matrix")

    @property
    def n_categories(self) -> tuple[int, ...]:
        """Sizes of the categorical parameters, in the order of "categorical"."""
        by_name = {parameter.name: parameter for parameter in self.parameters}
        return tuple(by_name[name].n_categories for name in self.columns.categorical)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> Any:
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[Any]:
        """Several rows at once, in the order of `indices`.

        Raises:
            IndexError: there is no such row.
        """
        rows = [self._place(int(index)) for index in indices]
        batch = self._dataset.batch(rows, audio=self._audio, features=bool(self._features))
        arrays = {name: torch.from_numpy(column) for name, column in self._named(batch).items()}
        samples = [{name: column[at] for name, column in arrays.items()} for at in range(len(rows))]
        for sample, row in zip(samples, rows, strict=True):
            sample["row"] = torch.tensor(row)
            if self._modulation:
                sample["modulation"] = torch.from_numpy(self._dataset[row].modulation)
        return [self._transform(sample) for sample in samples] if self._transform else samples

    def _named(self, batch: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What is asked for of a batch, under the names and types that training uses: indices are int64."""
        wider = {"categorical": np.int64, "pitch": np.int64, "velocity": np.float32}
        unwanted = {f"features/{name}" for name in self._dataset.features} - {
            f"features/{name}" for name in self._features
        }
        return {
            "waveform" if name == "audio" else name: np.ascontiguousarray(column, wider.get(name))
            for name, column in batch.items()
            if name not in unwanted
        }

    def _place(self, index: int) -> int:
        if not -self._length <= index < self._length:
            raise IndexError(f"row {index} of {self._length}")
        return index % self._length
