"""Nearest neighbours in a library, with FAISS.

Up to 100 000 rows, and on a GPU always, the index is flat: exact, and made anew in milliseconds. Above, it is a
graph (HNSW) that finds nearly all neighbours in a thousandth of the time; it takes minutes to make, so it is kept
in the user's cache folder. The neighbours' distances are then computed exactly, and of equals the first row wins,
so that the answer depends on the library and the sound only.
"""

from __future__ import annotations

import hashlib
import importlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import platformdirs

from patchpilot.errors import OutputError, ParameterError
from patchpilot.files import make_folder, write_bytes
from patchpilot.retrieval.embedding import Codes, restored

MOST_FLAT = 100_000
"""Rows up to which every row is compared."""
LINKS, EF_CONSTRUCTION, EF_SEARCH = 32, 80, 128
"""Of the graph: links of a row, and candidates while it is made and searched; 0.99 of ten neighbours are found."""
_SPARE = 32
"""Neighbours that are asked for beyond those wanted, so that equals at the edge are told apart by their rows."""


class Scaled(Protocol):
    """How codes stand for embeddings: how many elements they have, and what 127 stands for."""

    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def scale(self) -> float: ...  # noqa: D102


class Rows(Protocol):
    """What is looked into: a `Library`, or other rows of int8 (n, size) with a digest of all of them."""

    @property
    def codes(self) -> Codes: ...  # noqa: D102
    @property
    def recipe(self) -> Scaled: ...  # noqa: D102
    @property
    def sha256(self) -> str: ...  # noqa: D102
    def __len__(self) -> int: ...


@dataclass(frozen=True)
class Neighbour:
    """A row near to a sound.

    Attributes:
        row: of the library.
        distance: >= 0, Euclidean, between the quantised embeddings.
    """

    row: int
    distance: float


class Index:
    """Finds the rows of a library that are nearest to an embedding.

    Args:
        library: to look into.
        cache: folder where large indices are kept; the user's cache folder by default.
    """

    def __init__(self, library: Rows, *, cache: Path | None = None) -> None:
        self._library = library
        self._faiss: Any = importlib.import_module("faiss")  # here, since loading it takes a while
        self.kind = kind_of(len(library))
        if self.kind == "hnsw":
            folder = cache if cache is not None else platformdirs.user_cache_path("patchpilot") / "indices"
            settings = f"hnsw{LINKS}-{EF_CONSTRUCTION}-faiss{self._faiss.__version__}"
            self._index = self._kept(folder / f"{library.sha256}-{settings}.index")
            self._index.hnsw.efSearch = EF_SEARCH
        else:
            self._index = self._faiss.IndexFlatL2(library.recipe.size)
            self._index.add(restored(library.codes, library.recipe.scale))
        if self.kind == "flat on a GPU":
            self._resources = self._faiss.StandardGpuResources()  # must live as long as the index
            self._index = self._faiss.index_cpu_to_gpu(self._resources, 0, self._index)

    def nearest(self, codes: Codes, n: int) -> list[Neighbour]:
        """The nearest rows, nearest first; of equals the first row first.

        Args:
            codes: int8 (size,), a quantised embedding.
            n: >= 1, how many; fewer where the library has fewer.

        Raises:
            ParameterError: `n` is below 1.
        """
        if n < 1:
            raise ParameterError(f"expected at least 1 neighbour, got {n}")
        scale = self._library.recipe.scale
        query = restored(codes[np.newaxis], scale)
        _, found = self._index.search(query, min(n + _SPARE, len(self._library)))
        rows = np.unique(found[found >= 0])
        apart = self._library.codes[rows].astype(np.int32) - codes.astype(np.int32)
        squares = np.square(apart).sum(axis=1)  # whole numbers, so equals are equal
        order = np.argsort(squares, kind="stable")[:n]
        return [Neighbour(int(rows[i]), float(np.sqrt(squares[i]) * scale / 127.0)) for i in order]

    def _kept(self, path: Path) -> Any:
        """The graph from the cache; made and put there where it is missing, damaged or another's."""
        with suppress(OSError, RuntimeError):
            data = path.read_bytes()
            if hashlib.sha256(data[32:]).digest() == data[:32]:  # FAISS reads whatever it is given
                return self._faiss.deserialize_index(np.frombuffer(data, np.uint8, offset=32))
        index = self._graph()
        data = self._faiss.serialize_index(index).tobytes()
        with suppress(OutputError):  # a place that cannot be written to costs only time
            make_folder(path.parent)
            write_bytes(path, hashlib.sha256(data).digest() + data)
        return index

    def _graph(self) -> Any:
        """A graph of all rows, made by one thread: with more, chance decides about its links."""
        index = self._faiss.IndexHNSWFlat(self._library.recipe.size, LINKS)
        index.hnsw.efConstruction = EF_CONSTRUCTION
        threads = self._faiss.omp_get_max_threads()
        self._faiss.omp_set_num_threads(1)
        try:
            index.add(restored(self._library.codes, self._library.recipe.scale))
        finally:
            self._faiss.omp_set_num_threads(threads)
        return index


def kind_of(rows: int) -> str:
    """Which index a library of so many rows gets here: "flat", "flat on a GPU" or "hnsw"."""
    faiss: Any = importlib.import_module("faiss")
    if getattr(faiss, "get_num_gpus", lambda: 0)() > 0 and hasattr(faiss, "StandardGpuResources"):
        return "flat on a GPU"
    return "flat" if rows <= MOST_FLAT else "hnsw"
