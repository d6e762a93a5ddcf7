"""The index of a large bank: a graph of near neighbours (HNSW), which is kept in a file and grows with the bank.

Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small
World graphs", 2018; the work is FAISS's. The file is one line of JSON, the numbers of the takes, and FAISS's own bytes.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np

from patchpilot.audio import F32
from patchpilot.bank.vectors import I64
from patchpilot.files import make_folder
from patchpilot.retrieval.index import EF_CONSTRUCTION, EF_SEARCH, LINKS
from patchpilot.space.canonical import Json

_HEADER = 1024
"""Bytes of the line of JSON, padded."""
_PIECE = 1 << 23


class Graph:
    """Nearest neighbours among very many vectors; nearly all of them are found.

    Args:
        size: of a vector.
        about: plain JSON: what the vectors are of. A file about something else is not used.

    Attributes:
        place: up to which it knows the order of commits.
        saved: how many vectors its file holds.
    """

    def __init__(self, size: int, about: Json) -> None:
        self._faiss: Any = importlib.import_module("faiss")  # here, since loading it takes a while
        self._about = {**about, "size": size, "settings": [LINKS, EF_CONSTRUCTION]}
        self._index = self._faiss.IndexHNSWFlat(size, LINKS)
        self._index.hnsw.efConstruction = EF_CONSTRUCTION
        self._numbers: I64 = np.zeros(0, np.int64)
        self.place = self.saved = 0

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, numbers: I64, matrix: F32, place: int) -> None:
        """Take vectors in, up to a place in the order of commits; by one thread: with more, chance decides on links."""
        threads = self._faiss.omp_get_max_threads()
        self._faiss.omp_set_num_threads(1)
        try:
            self._index.add(np.ascontiguousarray(matrix))
        finally:
            self._faiss.omp_set_num_threads(threads)
        self._numbers = np.concatenate([self._numbers, numbers])
        self.place = place

    def nearest(self, vectors: F32, k: int) -> tuple[I64, F32]:
        """Numbers of the takes nearest to each of some vectors (n, size), and their squared distances.

        Returns:
            int64 and float32 (n, k), nearest first; −1 and infinity where there are no more.
        """
        if not len(self):
            return np.full((len(vectors), k), -1, np.int64), np.full((len(vectors), k), np.inf, np.float32)
        self._index.hnsw.efSearch = max(EF_SEARCH, 2 * k)
        squares, rows = self._index.search(np.ascontiguousarray(vectors), k)
        found = np.where(rows >= 0, self._numbers[np.maximum(rows, 0)], -1)
        return found, np.where(rows >= 0, squares, np.inf).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write its file, whole or not at all; not where another process has written a larger one.

        Raises:
            OutputError: its folder cannot be made.
            OSError: it cannot be written.
        """
        if _place_in(path, self._about) >= self.place:
            return
        make_folder(path.parent)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            with temporary.open("xb") as file:
                file.write(b" " * _HEADER)
                digest = hashlib.sha256()

                def write(data: bytes) -> int:
                    digest.update(data)
                    return file.write(data)

                write(self._numbers.astype("<i8").tobytes())
                self._faiss.write_index(self._index, self._faiss.PyCallbackIOWriter(write))
                header = {
                    **self._about,
                    "place": self.place,
                    "n": len(self),
                    "sha256": digest.hexdigest(),
                }
                file.seek(0)
                file.write(json.dumps(header).encode().ljust(_HEADER - 1) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        self.saved = len(self)

    def load(self, path: Path) -> bool:
        """Take the content of its file; whether there is one, whole and about the same. A damaged one is removed."""
        with suppress(OSError, ValueError, KeyError, RuntimeError), path.open("rb") as file:
            header = _header(file, self._about)
            if header is None:
                return False
            if not _is_whole(file, header["sha256"]):  # FAISS reads whatever it is given
                path.unlink()
                return False
            file.seek(_HEADER)
            numbers = np.frombuffer(file.read(8 * header["n"]), "<i8").astype(np.int64)
            read: Callable[[int], bytes] = file.read
            index = self._faiss.read_index(self._faiss.PyCallbackIOReader(read))
            if index.ntotal != len(numbers):
                return False
            self._index, self._numbers = index, numbers
            self.place, self.saved = int(header["place"]), len(numbers)
            return True
        return False


def _header(file: IO[bytes], about: Json) -> Json | None:
    header = json.loads(file.read(_HEADER))
    return header if all(header.get(name) == value for name, value in about.items()) else None


def _place_in(path: Path, about: Json) -> int:
    """Up to which place a file about the same knows the bank; −1 where there is none."""
    with suppress(OSError, ValueError, KeyError), path.open("rb") as file:
        header = _header(file, about)
        return -1 if header is None else int(header["place"])
    return -1


def _is_whole(file: IO[bytes], expected: str) -> bool:
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest() == expected
