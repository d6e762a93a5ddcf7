"""Finished blocks of a library that is being built, kept in a folder beside it until it is whole."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import numpy as np

from patchpilot.errors import LibraryError, OutputError
from patchpilot.files import make_folder, output_error, write_text
from patchpilot.retrieval.archive import Members, read_arrays, write_arrays
from patchpilot.retrieval.block import KEPT, REASONS, Block
from patchpilot.retrieval.recipe import Recipe
from patchpilot.space.canonical import canonical_json

_RECIPE = "recipe.json"
_MEMBERS: Members = {"verdicts": (np.uint8, 1), "codes": (np.int8, 2)}


class Parts:
    """The folder of an unfinished build.

    Args:
        target: file of the library that is being built.
        recipe: what its rows depend on.
        n_patches: in a block.
    """

    def __init__(self, target: Path, recipe: Recipe, n_patches: int) -> None:
        self.folder = target.with_name(f"{target.name.removesuffix('.npz')}.parts")
        self._recipe = recipe
        self._n_patches = n_patches

    def open(self, *, force: bool) -> None:
        """Make the folder, or find in it what an earlier run of the same build left.

        Args:
            force: whether blocks of another build are thrown away.

        Raises:
            OutputError: it cannot be written, or holds another build or something else altogether.
        """
        make_folder(self.folder)
        if any(self.folder.iterdir()):
            if not (self.folder / _RECIPE).is_file():
                raise OutputError(
                    f"{self.folder} is where unfinished parts would be kept, but it holds something else: "
                    "move that away, or name another file with --out"
                )
            other = self._differences()
            if other and not force:
                raise OutputError(
                    f"{self.folder} holds an unfinished build with other arguments: {other}. Repeat that one "
                    "to finish it, throw it away with --force, or name another file with --out."
                )
            if other:
                self.discard()
                make_folder(self.folder)
        write_text(self.folder / _RECIPE, self._text())

    def read(self, number: int) -> Block | None:
        """A finished block; None where it is not there, or damaged and to be made again."""
        try:
            arrays = read_arrays(self._file(number), _MEMBERS)
        except LibraryError:
            return None
        block = Block(arrays["verdicts"], arrays["codes"])
        return block if self._is_whole(block) else None

    def write(self, number: int, block: Block) -> None:
        """Keep a finished block.

        Raises:
            OutputError: it cannot be written.
        """
        write_arrays(self._file(number), {"verdicts": block.verdicts, "codes": block.codes})

    def discard(self) -> None:
        """Remove the blocks and the folder, if it holds nothing else.

        Raises:
            OutputError: they cannot be removed.
        """
        try:
            for pattern in ("block-*.npz", ".*.part", _RECIPE):  # the recipe last: it says whose folder it is
                for path in self.folder.glob(pattern):
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise output_error(self.folder, error) from error
        with suppress(OSError):
            self.folder.rmdir()

    def _file(self, number: int) -> Path:
        return self.folder / f"block-{number:05d}.npz"

    def _text(self) -> str:
        return canonical_json({**self._recipe.to_json(), "n_patches": self._n_patches})

    def _differences(self) -> str:
        """What the build that is there differs in; "" for this one."""
        try:
            text = (self.folder / _RECIPE).read_text("utf-8")
            there = Recipe.from_json(json.loads(text))
        except (OSError, ValueError, LibraryError) as error:
            return f"what they were cannot be read ({error})"
        if different := there.differences(self._recipe, mine="there", others="here"):
            return "; ".join(different)
        return "" if text == self._text() else "its blocks have another size"

    def _is_whole(self, block: Block) -> bool:
        verdicts, codes = block.verdicts, block.codes
        return (
            verdicts.shape == (self._n_patches,)
            and bool(np.isin(verdicts, [KEPT, *REASONS]).all())
            and codes.shape == (np.count_nonzero(verdicts == KEPT), self._recipe.size)
        )
