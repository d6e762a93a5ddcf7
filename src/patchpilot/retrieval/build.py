"""Building a library: the same bytes for the same arguments, however often it was interrupted."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from patchpilot.errors import LibraryError, OutputError, ParameterError
from patchpilot.files import check_free
from patchpilot.instruments.base import Instrument
from patchpilot.retrieval.block import KEPT, Block, render_block
from patchpilot.retrieval.embedding import Embedding
from patchpilot.retrieval.library import Library
from patchpilot.retrieval.parts import Parts
from patchpilot.retrieval.recipe import Recipe

N_PATCHES, FEWEST_PATCHES = 2000, 50
"""In a block: what a kill costs at most (two minutes on two cores), and enough that structures come back; small
libraries have smaller ones, but so large that one surely has a patch that sounds."""
MOST_ROWS = 10_000_000
_UNUSUAL = re.compile(r"[^\w.+-]+")
"""What some systems do not have in a file's name: the colon of "plugin:synth.so"."""

_log = logging.getLogger(__name__)


@dataclass
class Built:
    """Where a build stands.

    Attributes:
        wanted: rows that it shall have.
        rows: rows that are there.
        tried: patches that were rendered for them.
        rejected: how many of those were left out, by reason.
    """

    wanted: int
    rows: int = 0
    tried: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    def count(self, reason: str) -> None:
        """Count a render; `reason` is "" if it is a row."""
        self.tried += 1
        self.rows += not reason
        if reason:
            self.rejected[reason] += 1

    def add(self, block: Block) -> None:
        """Count the renders of a block that an earlier run made."""
        self.tried += len(block.verdicts)
        self.rows += len(block.codes)
        self.rejected += block.rejected()


def build(
    instrument: Instrument,
    prior: str,
    embedding: Embedding,
    rows: int,
    *,
    path: Path,
    seed: int = 0,
    name: str = "",
    force: bool = False,
    n_patches: int | None = None,
    on_progress: Callable[[Built], None] = lambda _: None,
) -> Library:
    """Build a library and write its file; goes on where an earlier run was stopped.

    Finished blocks are kept in a folder beside the file (`NAME.parts`), which is removed at the end. The first
    rows are the same whatever their number, so an unfinished build may be finished with another number.

    Args:
        instrument: what plays the patches.
        prior: name of a prior of the instrument.
        embedding: what the rows are.
        rows: 1..10 000 000, how many.
        path: file to write.
        seed: >= 0, of the prior's sequence.
        name: what the library is called; after what it is made of by default.
        force: whether a file that is there is replaced, and an unfinished build of another library thrown away.
        n_patches: >= 1, in a block; rows do not depend on it.
        on_progress: called after each render, always with the same object.

    Raises:
        EngineError: the engine does not start.
        LibraryError: a whole block of the prior has no patch that can be used.
        OutputError: the file is there, or cannot be written, or its unfinished parts are of another library.
        ParameterError: `rows` or `seed` is out of its range, or the prior is not there.
        PluginError: the embedding gives something else than it says.
    """
    n_patches = min(N_PATCHES, max(FEWEST_PATCHES, rows)) if n_patches is None else n_patches
    if not (1 <= rows <= MOST_ROWS and seed >= 0 and n_patches >= 1):
        raise ParameterError(
            f"expected 1 to {MOST_ROWS} rows, seed >= 0 and n_patches >= 1, got {rows}, {seed} and {n_patches}"
        )
    recipe = Recipe.of(instrument, prior, embedding, seed=seed)
    _check_free(path, force=force)
    parts = Parts(path, recipe, n_patches)
    parts.open(force=force)
    blocks, built = list[Block](), Built(rows)
    with threadpool_limits(1, user_api="blas"):  # its threads would only fight the workers for the processor
        while sum(len(block.codes) for block in blocks) < rows:
            number = len(blocks)
            block = parts.read(number)
            if block is not None:
                built.add(block)
                on_progress(built)
            else:
                places = range(number * n_patches, (number + 1) * n_patches)
                block = render_block(
                    instrument, recipe, embedding, places, lambda reason: _counted(built, reason, on_progress)
                )
                _check_some(block, recipe, number)
                parts.write(number, block)
            blocks.append(block)
    library = _assembled(blocks, recipe, rows, name or name_of(recipe))
    library.save(path)
    parts.discard()
    return library


def name_of(recipe: Recipe) -> str:
    """What a library is called after what it is made of, as a file may be called; what is usual is not said."""
    seed = f"-seed{recipe.seed}" if recipe.seed else ""
    embedding = f"-{recipe.embedding}" if recipe.embedding != "spectral" else ""
    return _UNUSUAL.sub("-", f"{recipe.instrument}-{recipe.prior}{seed}{embedding}")


def _counted(built: Built, reason: str, on_progress: Callable[[Built], None]) -> None:
    built.count(reason)
    on_progress(built)


def _check_free(path: Path, *, force: bool) -> None:
    """Say so before an hour of work, not after it."""
    if path.is_dir():
        raise OutputError(f"{path} is a folder; name a file for the library")
    check_free(path, force=force)


def _check_some(block: Block, recipe: Recipe, number: int) -> None:
    """A prior that never sounds would be rendered for ever."""
    rejected = block.rejected()
    _log.info("block %d of %s: %d rows, %s", number, recipe.prior, len(block.codes), _told(rejected))
    if not len(block.codes):
        raise LibraryError(
            f"not one of {len(block.verdicts)} patches of {recipe.prior} can be used: {_told(rejected)}. "
            "Does the engine work? Try `patchpilot doctor`."
        )


def _told(rejected: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in sorted(rejected.items())) or "none rejected"


def _assembled(blocks: Sequence[Block], recipe: Recipe, rows: int, name: str) -> Library:
    """Exactly `rows` rows, and the counts of what came before the last of them."""
    verdicts = np.concatenate([block.verdicts for block in blocks])
    codes = np.concatenate([block.codes for block in blocks])[:rows]
    indices = np.flatnonzero(verdicts == KEPT)[:rows].astype(np.uint32)
    heard = Block(verdicts[: int(indices[-1]) + 1], codes)
    return Library(name, recipe, indices, codes, dict(sorted(heard.rejected().items())))
