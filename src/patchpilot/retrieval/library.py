"""The `Library` noun: embeddings of many patches of a prior, in one file of a few bytes a patch.

A patch is a function of (prior, seed, index), so a row is only its index and its embedding in int8. The file is a
NumPy archive of three arrays: `header` (JSON as bytes), `indices` uint32 (rows,) and `codes` int8 (rows, size).
Equal libraries have equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot import registry
from patchpilot.errors import LibraryError, ParameterError, PluginError
from patchpilot.instruments.base import Instrument
from patchpilot.retrieval.archive import Array, Members, read_arrays, write_arrays
from patchpilot.retrieval.embedding import Codes, Embedding
from patchpilot.retrieval.local import LocalEmbedding, folder_of
from patchpilot.retrieval.recipe import Recipe, prior_of, taken
from patchpilot.space import Patch
from patchpilot.space.canonical import Json, canonical_json, sha256

FORMAT = 1
"""Version of the file."""
KIND = "patchpilot library"

Indices = npt.NDArray[np.uint32]
_MEMBERS: Members = {"header": (np.uint8, 1), "indices": (np.uint32, 1), "codes": (np.int8, 2)}


@dataclass(frozen=True, eq=False)
class Library:
    """Embeddings of patches, and how to make the patches again.

    Attributes:
        name: what it is called in results.
        recipe: what the rows depend on.
        indices: uint32 (rows,), rising: the place of each row's patch in the prior's sequence.
        codes: int8 (rows, size), their quantised embeddings.
        rejected: how many patches before the last row were left out, by reason.
    """

    name: str
    recipe: Recipe
    indices: Indices
    codes: Codes
    rejected: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def tried(self) -> int:
        """How many patches were rendered for the rows."""
        return int(self.indices[-1]) + 1

    def draw(self, instrument: Instrument, row: int) -> Patch:
        """The patch of a row."""
        prior = prior_of(instrument, self.recipe.prior)
        return prior.draw(instrument.space, self.recipe.seed, int(self.indices[row]))

    @cached_property
    def sha256(self) -> str:
        """Hex digest of all it holds."""
        return sha256(self._header(), self.indices.tobytes(), self.codes.tobytes())

    def header(self) -> dict[str, Json]:
        """All but the rows, as plain JSON."""
        counts = {"rows": len(self), "tried": self.tried, "rejected": dict(self.rejected)}
        return {"kind": KIND, "format": FORMAT, "name": self.name, **self.recipe.to_json(), **counts}

    def differences(self, instrument: Instrument, embedding: Embedding | None = None) -> list[str]:
        """Why its rows are not what this instrument makes; none where they are.

        Args:
            instrument: that would play its patches.
            embedding: that would look sounds up; the registered one of the library's by default.
        """
        mine = self.recipe
        if instrument.name != mine.instrument:
            return [f"instrument is {mine.instrument!r} in the library and {instrument.name!r} here"]
        try:
            known = embedding if embedding is not None else embedding_of(mine.embedding)
            here = Recipe.of(instrument, mine.prior, known, seed=mine.seed, performance=mine.performance)
        except (ParameterError, PluginError) as error:
            return [str(error)]
        return mine.differences(here, mine="in the library", others="here")

    def check(self, instrument: Instrument, embedding: Embedding | None = None) -> None:
        """Make sure that its rows are what this instrument makes.

        Raises:
            LibraryError: they are not; says all that differs.
        """
        if wrong := self.differences(instrument, embedding):
            raise LibraryError(
                f"library {self.name} does not fit: {'; '.join(wrong)}. "
                "Use another library, or build one with `patchpilot library build`."
            )

    def save(self, path: Path) -> None:
        """Write its file, whole or not at all.

        Raises:
            OutputError: the file cannot be written.
        """
        header = np.frombuffer(self._header(), np.uint8)
        write_arrays(path, {"header": header, "indices": self.indices, "codes": self.codes})

    @classmethod
    def load(cls, path: Path | str) -> Library:
        """Read its file.

        Raises:
            LibraryError: there is no such file, or it is damaged, cut off, or no library.
        """
        path = Path(path)
        try:
            return _library(read_arrays(path, _MEMBERS))
        except LibraryError as error:
            raise LibraryError(f"{path}: cannot be read as a library: {error}") from None

    def _header(self) -> bytes:
        return canonical_json(self.header()).encode()


def embedding_of(name: str) -> Embedding:
    """An embedding, made.

    Args:
        name: of a registered one, or a folder or the name of a folder with one (`retrieval.local`).

    Raises:
        PluginError: there is none of that name, or what it needs is missing.
    """
    folder = folder_of(name)
    if folder is not None:
        return LocalEmbedding(folder)
    made: Embedding = registry.load("embeddings", name)()
    return made


def _library(arrays: Mapping[str, Array]) -> Library:
    """The library of its arrays, if they agree."""
    try:
        header = json.loads(arrays["header"].tobytes())
    except ValueError:
        raise LibraryError("its header is no JSON; it is from another program") from None
    if not isinstance(header, dict) or header.get("kind") != KIND:
        raise LibraryError("it is an archive of another program")
    if header.get("format") != FORMAT:
        raise LibraryError(
            f"expected format {FORMAT}, got {header.get('format')!r:.20}; was it made by a newer version?"
        )
    library = Library(
        name=taken(header, "name", str, lambda name: bool(name)),
        recipe=Recipe.from_json(header),
        indices=arrays["indices"],
        codes=arrays["codes"],
        rejected=taken(header, "rejected", dict, _are_counts),
    )
    expected = (taken(header, "rows", int, lambda rows: rows >= 1), library.recipe.size)
    if library.codes.shape != expected or library.indices.shape != expected[:1]:
        raise LibraryError(f"expected {expected} codes, got {library.codes.shape}; it is damaged")
    if not (np.diff(library.indices.astype(np.int64)) > 0).all():
        raise LibraryError("its indices do not rise; it is damaged")
    tried = taken(header, "tried", int, lambda tried: tried == library.tried)
    if len(library) + sum(library.rejected.values()) != tried:
        raise LibraryError(f"its counts do not add up to the {tried} patches that were tried; it is damaged")
    return library


def _are_counts(counts: Mapping[Any, Any]) -> bool:
    return all(isinstance(name, str) and type(count) is int and count >= 0 for name, count in counts.items())
