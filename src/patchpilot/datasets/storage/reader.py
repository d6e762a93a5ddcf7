"""Reading a dataset: its rows, its columns, and what it says about itself. No engine is needed.

with Dataset("data.h5") as dataset:
    row = dataset[0]
    row.patch, row.audio, row.continuous
    dataset.batch([3, 1, 2])["audio"]       # float32 (3, channels, n_samples)
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt

from patchpilot.datasets.faults import KEPT, REASONS
from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.storage import layout
from patchpilot.datasets.storage.codec import from_flac
from patchpilot.datasets.storage.columns import Columns
from patchpilot.datasets.storage.digest import content_hash
from patchpilot.datasets.storage.layout import FEATURES, Layout
from patchpilot.datasets.storage.modulation import Routes
from patchpilot.datasets.storage.open_file import OpenFile
from patchpilot.datasets.storage.row import Row
from patchpilot.datasets.storage.store import FileAssets, read_layout, rows_of, told
from patchpilot.errors import DatasetError, ParameterError
from patchpilot.instruments.record import TakeRecord
from patchpilot.space import Parameter
from patchpilot.space.canonical import Json

__all__ = ["Dataset", "Row"]

F32 = npt.NDArray[np.float32]


class Dataset:
    """A dataset's file, open to read. It may be pickled and used after a fork: it is opened again there.

    What is being written can be read: a `Dataset` shows the rows that were there when it was made.

    Args:
        path: of the file.

    Raises:
        DatasetError: it is missing, cut off, damaged, of another program or of a newer version. Every method that
            reads raises it where it meets damage.
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[type[Dataset], tuple[Path]]:
        return Dataset, (self.path,)

    def close(self) -> None:
        """Give the file back; again is harmless."""
        self._file.close()

    def __len__(self) -> int:
        return self._n_rows

    def __getitem__(self, index: int) -> Row:
        if not -len(self) <= index < len(self):
            raise IndexError(f"row {index} of {len(self)}")
        return Row(self, int(index) % len(self))

    def __iter__(self) -> Iterator[Row]:
        return (self[index] for index in range(len(self)))

    # What it says about itself

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
        return content_hash(self.recipe, self.verdicts, self.column("metadata/row_sha256").tolist())

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

    # Many rows at once

    def column(self, name: str) -> npt.NDArray[Any]:
        """A whole column ("metadata/velocity", "params/continuous", "features/…"), texts as `str`; not audio.

        Raises:
            ParameterError: there is none of that name.
        """
        with told(self.path, writing=False):
            is_column = name in self._file.h5 and hasattr(self._file.h5[name], "shape")
        if not is_column or name == layout.WAVEFORMS or name.startswith(layout.ASSETS):
            raise ParameterError(f"no column {name!r}; there are {', '.join(self._column_names())}")
        values = np.asarray(self.read(name, slice(0, len(self))))
        return np.char.decode(values, "utf-8") if values.dtype.kind == "S" else values

    def batch(
        self, indices: Sequence[int] | npt.NDArray[np.integer], *, audio: bool = True, features: bool = True
    ) -> dict[str, npt.NDArray[Any]]:
        """Rows as arrays, in the order of `indices`.

        Args:
            indices: of n rows, negative ones from the end; any may be there twice.
            audio: whether it is read, where it is stored.
            features: whether they are read.

        Returns:
            "audio" float32 (n, channels, n_samples), if it is stored; "values", "continuous", "categorical",
            "pitch", "velocity", and "features/<name>" for each.
        """
        places = [self[int(index)].index for index in indices]
        names = {
            "continuous": layout.CONTINUOUS,
            "categorical": layout.CATEGORICAL,
            "values": layout.VALUES,
            "pitch": "metadata/pitch",
            "velocity": "metadata/velocity",
            **{f"{FEATURES}/{name}": f"{FEATURES}/{name}" for name in self.features if features},
        }
        found = {"audio": self._audio_of(places)} if audio and self.recipe.audio != "none" else {}
        return {**found, **{key: self._rows(name, places) for key, name in names.items()}}

    def verify(self) -> list[str]:
        """Compute all digests again; a phrase for each thing that is damaged, none where all is well."""
        from patchpilot.datasets.storage.verify import damages

        return list(damages(self))

    # For rows, and for `verify`

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

    def record(self, index: int) -> TakeRecord:
        """All of a row's take but its audio."""
        try:
            return TakeRecord(zlib.decompress(self.ragged(layout.TAKE, index).tobytes()).decode())
        except (zlib.error, UnicodeDecodeError) as error:
            raise DatasetError(f"{self.path} is damaged: the record of row {index}: {error}") from None

    def routes(self, index: int) -> Routes:
        """A row's routings as an array of `modulation.ROUTE`; empty below tier 3."""
        if self.recipe.tier != 3:
            return self._layout.matrix.routes(())
        return self.ragged(layout.ROUTES, index)

    def samples(self, index: int) -> F32:
        """A row's audio, float32 (channels, n_samples).

        Raises:
            DatasetError: this dataset holds none.
        """
        if self.recipe.audio == "none":
            raise DatasetError(f"{self.path} was made without audio; make it again with another --audio")
        if self.recipe.audio == "flac":
            data, gain = self.ragged(layout.FLAC, index).tobytes(), float(self.read(layout.GAIN, index))
            with told(self.path, writing=False):
                return from_flac(data, gain)
        return np.asarray(self.read(layout.WAVEFORMS, index), np.float32)

    @property
    def assets(self) -> FileAssets:
        """What its patches bring."""
        with told(self.path, writing=False):
            return FileAssets(self._file.h5)

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

    def _audio_of(self, places: Sequence[int]) -> F32:
        return (
            np.stack([self.samples(place) for place in places]) if places else np.zeros((0, 2, 0), np.float32)
        )

    def _rows(self, name: str, places: Sequence[int]) -> npt.NDArray[Any]:
        """Rows of a column; HDF5 wants them rising and once."""
        rising, back = np.unique(np.asarray(places, np.int64), return_inverse=True)
        with told(self.path, writing=False):
            return np.asarray(self._file.h5[name][rising])[back]

    def _column_names(self) -> list[str]:
        h5 = self._file.h5
        groups = ("params", "metadata", FEATURES)
        return [
            f"{group}/{name}" for group in groups for name in h5[group] if hasattr(h5[group][name], "shape")
        ]
