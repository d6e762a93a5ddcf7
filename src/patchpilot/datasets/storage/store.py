"""What reading and writing a dataset's file have in common."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.storage import layout
from patchpilot.datasets.storage.columns import Encoder
from patchpilot.datasets.storage.layout import FORMAT, Layout
from patchpilot.datasets.storage.modulation import Matrix
from patchpilot.errors import DatasetError, PatchError
from patchpilot.files import output_error
from patchpilot.space import Asset


class FileAssets:
    """The assets in a dataset's file; they are what `Assets` says.

    Args:
        h5: the open file.
    """

    def __init__(self, h5: Any) -> None:
        self._group = h5[layout.ASSETS]

    @cached_property
    def _known(self) -> set[str]:
        return set(self._group)

    def put(self, asset: Asset) -> str:
        """Keep an asset (once) and return its sha256."""
        if asset.sha256 not in self._known:
            data = np.frombuffer(asset.to_bytes(), np.uint8)
            self._group.create_dataset(
                asset.sha256, data=data, chunks=(max(1, len(data)),), compression="lzf"
            )
            self._known.add(asset.sha256)
        return asset.sha256

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._known))

    def get(self, digest: str) -> Asset:
        """The asset of that sha256; raises `PatchError` where it is missing or damaged."""
        if digest not in self._group:
            raise PatchError(f"asset {digest[:12]}… is not in the dataset; it is damaged")
        try:
            asset = Asset.from_bytes(self._group[digest][:].tobytes())
        except (KeyError, OSError, RuntimeError) as error:
            raise PatchError(f"asset {digest[:12]}… of the dataset is damaged: {error}") from None
        if asset.sha256 != digest:
            raise PatchError(f"asset {digest[:12]}… of the dataset is damaged: its content has another hash")
        return asset


def read_layout(path: Path, h5: Any) -> Layout:
    """What a file says about itself.

    Raises:
        DatasetError: it is of another program, of a newer version, or damaged.
    """
    found = h5.attrs.get("format")
    if not isinstance(found, str) or not found.startswith("patchpilot-dataset-"):
        raise DatasetError(f"{path} is an HDF5 file of another program, not a dataset")
    if found != FORMAT:
        raise DatasetError(f"{path}: expected {FORMAT}, got {found}; was it made by a newer version?")
    try:
        attributes = {name: json.loads(h5.attrs[name]) for name in ("recipe", "sources", "destinations")}
        matrix = Matrix(tuple(attributes["sources"]), tuple(attributes["destinations"]))
        encoder = Encoder.from_json(h5.attrs["parameters"])
        return Layout(Recipe.from_json(attributes["recipe"]), encoder, matrix)
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetError(f"{path} is damaged: {error!r}") from None


def check_same(path: Path, h5: Any, wanted: Layout) -> None:
    """Refuse to go on with a file of another recipe, or one that is sealed.

    Raises:
        DatasetError: it is one, or damaged.
    """
    found = read_layout(path, h5)
    if h5.attrs["sealed"]:
        raise DatasetError(
            f"{path} is sealed with {rows_of(h5)} rows and never changes again; name another file"
        )
    if wrong := wanted.recipe.differences(found.recipe):
        raise DatasetError(
            f"{path} is another dataset: {'; '.join(wrong)}. Name another file, or make the same dataset again."
        )
    if (wanted.encoder, wanted.matrix) != (found.encoder, found.matrix):
        raise DatasetError(
            f"{path} is another dataset: its parameters are not those of this {wanted.recipe.instrument}. "
            "Name another file."
        )


def rows_of(h5: Any) -> int:
    """How many rows are in a file.

    Raises:
        DatasetError: its columns differ in length.
    """
    names = [layout.CONTINUOUS, layout.CATEGORICAL, layout.VALUES, f"{layout.TAKE}/end", *layout.COLUMNS]
    names += [f"{layout.ROUTES}/end"] if layout.ROUTES in h5 else []
    names += [name for name in (layout.WAVEFORMS, layout.GAIN) if name in h5]
    names += [f"{layout.FEATURES}/{name}" for name in h5[layout.FEATURES]]
    lengths = {name: h5[name].shape[0] for name in names}
    if len(set(lengths.values())) != 1:
        raise DatasetError(f"its columns have different lengths, it is damaged: {lengths}")
    return int(lengths[layout.VALUES])


@contextmanager
def told(path: Path, *, writing: bool = True) -> Iterator[None]:
    """Say in our words what HDF5 and the system say.

    Raises:
        DatasetError: the file is no dataset, or damaged.
        OutputError: the system does not let us (`writing` only).
    """
    try:
        yield
    except DatasetError as error:
        raise error if str(path) in str(error) else DatasetError(f"{path}: {error}") from None
    except OSError as error:
        if error.errno is None:  # HDF5's own
            raise DatasetError(f"{path} is damaged, or no dataset: {_first_line(error)}") from None
        if writing:
            raise output_error(path, error) from error
        raise DatasetError(f"cannot read {path}: {error.strerror}") from None
    except (KeyError, RuntimeError, ValueError) as error:
        raise DatasetError(f"{path} is damaged, or no dataset: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return str(error.args[0] if error.args else error).splitlines()[0]
