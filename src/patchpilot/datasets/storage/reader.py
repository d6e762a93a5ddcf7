"""Reading a dataset: its rows, its columns, and what it says about itself. No engine is needed.

with Dataset("data.h5") as dataset:
    row = dataset[0]
    row.patch, row.audio, row.continuous
    dataset.batch([3, 1, 2])["audio"]       # float32 (3, channels, n_samples)
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from patchpilot.datasets.storage import layout
from patchpilot.datasets.storage.about import About
from patchpilot.datasets.storage.codec import from_flac
from patchpilot.datasets.storage.layout import FEATURES
from patchpilot.datasets.storage.modulation import Routes
from patchpilot.datasets.storage.row import Row
from patchpilot.datasets.storage.store import FileAssets, told
from patchpilot.errors import DatasetError, ParameterError
from patchpilot.instruments.record import TakeRecord

__all__ = ["Dataset", "Row"]

F32 = npt.NDArray[np.float32]


class Dataset(About):
    """A dataset's file, open to read. It may be pickled and used after a fork: it is opened again there.

    What is being written can be read: a `Dataset` shows the rows that were there when it was made.

    Args:
        path: of the file.

    Raises:
        DatasetError: it is missing, cut off, damaged, of another program or of a newer version. Every method that
            reads raises it where it meets damage.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[type[Dataset], tuple[Path]]:
        return Dataset, (self.path,)

    def __getitem__(self, index: int) -> Row:
        if not -len(self) <= index < len(self):
            raise IndexError(f"row {index} of {len(self)}")
        return Row(self, int(index) % len(self))

    def __iter__(self) -> Iterator[Row]:
        return (self[index] for index in range(len(self)))

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
