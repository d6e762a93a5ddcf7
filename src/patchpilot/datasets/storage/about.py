"""What a dataset's file says about itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from patchpilot.datasets.faults import KEPT, REASONS
from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.storage import layout
from patchpilot.datasets.storage.columns import Columns
from patchpilot.datasets.storage.digest import content_hash
from patchpilot.datasets.storage.layout import Layout
from patchpilot.datasets.storage.open_file import OpenFile
from patchpilot.datasets.storage.store import read_layout, rows_of, told
from patchpilot.errors import DatasetError
from patchpilot.space import Parameter
from patchpilot.space.canonical import Json


class About:
    """An open file, without its rows: see `Dataset`.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._file = OpenFile(self.path)
        try:
            with told(self.path, writing=False):
                self._layout: Layout = read_layout(self.path, self._file.h5)
                self._n_rows = rows_of(self._file.h5)
                self._n_tried = int(self._file.h5[layout.VERDICTS].shape[0])
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the file back; again is harmless."""
        self._file.close()

    def __len__(self) -> int:
        return self._n_rows

    @property
    def recipe(self) -> Recipe:
        """What its rows depend on."""
        return self._layout.recipe

    @property
    def is_sealed(self) -> bool:
        """Whether it is whole, and never changes again."""
        return self._file.is_sealed

    @property
    def content_hash(self) -> str:
        """Hex digest of all that is there."""
        if self.is_sealed:
            return str(self._attribute("content_hash"))
        digests = np.asarray(self.read("metadata/row_sha256", slice(0, len(self))))
        return content_hash(self.recipe, self.verdicts, [digests.tobytes()], len(self))

    @property
    def verdicts(self) -> npt.NDArray[np.uint8]:
        """uint8 (tried,): what became of each candidate."""
        return np.asarray(self.read(layout.VERDICTS, slice(0, self._n_tried)), np.uint8)

    @property
    def tried(self) -> int:
        """How many candidates there were so far."""
        return self._n_tried

    @property
    def rejected(self) -> dict[str, int]:
        """How many candidates are no rows, by reason, sorted by its name."""
        numbers, counts = np.unique(self.verdicts, return_counts=True)
        found = {
            int(number): int(count) for number, count in zip(numbers, counts, strict=True) if number != KEPT
        }
        return dict(sorted((REASONS[number], count) for number, count in found.items()))

    @property
    def details(self) -> dict[int, str]:
        """What happened to candidates, in words, where a verdict alone does not say it ("failed": how)."""
        ends = self.read(f"{layout.DETAILS}/end", slice(0, self._n_tried)).tolist()
        told_of = [i for i, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)) if end > start]
        return {i: self.ragged(layout.DETAILS, i).tobytes().decode(errors="replace") for i in told_of}

    @property
    def provenance(self) -> dict[str, Json]:
        """Where, when and by what it was made."""
        return cast(dict[str, Json], json.loads(self._attribute("provenance")))

    @property
    def columns(self) -> Columns:
        """Names of the labels' columns."""
        return self._layout.encoder.columns

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters of the columns of `params/values`."""
        return self._layout.encoder.parameters

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the modulation sources."""
        return self._layout.matrix.sources

    @property
    def destinations(self) -> tuple[str, ...]:
        """Names of the modulation destinations."""
        return self._layout.matrix.destinations

    @property
    def features(self) -> tuple[str, ...]:
        """Names of what is stored about each row beside its audio."""
        return self.recipe.features

    def read(self, name: str, place: int | slice) -> Any:
        """A part of an HDF5 dataset, as it is stored."""
        with told(self.path, writing=False):
            return self._file.h5[name][place]

    def ragged(self, name: str, index: int) -> npt.NDArray[Any]:
        """The items of a row of ragged data."""
        ends = self.read(f"{name}/end", slice(max(0, index - 1), index + 1)).tolist()
        start = ends[0] if index else 0
        items = np.asarray(self.read(f"{name}/data", slice(start, ends[-1])))
        if not 0 <= start <= ends[-1] or len(items) != ends[-1] - start:
            raise DatasetError(f"{self.path} is damaged: row {index} of {name} is not where it should be")
        return items

    @property
    def layout(self) -> Layout:
        """What the shapes in the file depend on."""
        return self._layout

    @property
    def attributes(self) -> dict[str, Any]:
        """Attributes of the file's root, as they are stored."""
        with told(self.path, writing=False):
            return dict(self._file.h5.attrs)

    def _attribute(self, name: str) -> Any:
        with told(self.path, writing=False):
            return self._file.h5.attrs[name]
