"""Before the first render: what is known of somebody's taste from the sounds that they love.

The golden set says which patches of a library to begin with (its nearest rows to each of the sounds), how sounds are
to be seen (the principal axes of library and golden set together), and what is probably liked: golden sounds are
votes of YES, and rows drawn from the whole library weak votes of NO, for most of them are not what is loved (learning
from positive and unlabelled examples, Elkan and Noto 2008). Votes outweigh it soon.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.audio import F32
from patchpilot.bank.bank import Bank
from patchpilot.errors import ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.objectives.golden import Kind
from patchpilot.objectives.hearing import Embedding, unit
from patchpilot.retrieval.embedding import quantised, restored
from patchpilot.retrieval.index import Index, Neighbour
from patchpilot.retrieval.library import Library, embedding_of
from patchpilot.retrieval.places import best_library
from patchpilot.selfplay.golden.golden_set import GoldenSet
from patchpilot.selfplay.golden.starred import starred
from patchpilot.selfplay.preference.lens import Lens
from patchpilot.selfplay.preference.preference import Preference
from patchpilot.selfplay.preference.taste import Taste
from patchpilot.space import Patch

BACKGROUND = 512
"""Rows of the library that stand for sounds in general."""
LOVED, UNKNOWN = 0.5, 0.05
"""Votes that a golden sound, and a row drawn at random, count for."""


@dataclass(frozen=True, eq=False)
class Start:
    """A patch to begin with.

    Attributes:
        patch: of the library.
        row: of it.
        like: name of the golden sound that it is near to.
        distance: >= 0, in the library's embedding.
    """

    patch: Patch
    row: int
    like: str
    distance: float


@dataclass(frozen=True, eq=False)
class Primed:
    """What is known before the first render.

    Attributes:
        library: name of the library that was looked into.
        population: patches to begin with, each once; the golden sounds take turns, nearest first.
        taste: what is believed of somebody's votes so far.
    """

    library: str
    population: tuple[Start, ...]
    taste: Taste


def prime(
    golden: GoldenSet,
    instrument: Instrument,
    *,
    library: Library | None = None,
    bank: Bank | None = None,
    n: int = 64,
    kind: Kind = "hit",
    seed: int = 0,
) -> Primed:
    """Find patches to begin with, and a first guess at a taste; nothing is rendered.

    Args:
        golden: the sounds that are loved.
        instrument: whose patches are wanted.
        library: to look into; by default the best that fits the instrument.
        bank: whose takes with a star count as golden sounds, too, if they are of this kind.
        n: >= 1, how many patches; fewer where the library has fewer.
        kind: of the golden set's parts; a "hit" is what one note of a patch is like.
        seed: of the rows that stand for sounds in general.

    Raises:
        BankError: a golden file is gone or damaged.
        LibraryError: no library fits.
        ParameterError: the golden set has no such part, or `n` is below 1.
        PluginError: the library's embedding is missing.
    """
    if n < 1:
        raise ParameterError(f"expected at least 1 patch to begin with, got {n}")
    known = library if library is not None else best_library(instrument)
    if library is not None:
        library.check(instrument)
    ear = embedding_of(known.recipe.embedding)
    vectors = golden.vectors(ear, kind)
    names = [item.name for item in golden.items for _ in item.parts[kind]]
    if bank is not None and (stars := starred(bank, ear, kind)):
        vectors = np.concatenate([vectors, np.stack(list(stars.values()))])
        names += [f"take {number}" for number in stars]
    if not len(vectors):
        raise ParameterError(
            f"expected golden sounds to begin from, but {golden.path} holds no {kind}: add some with "
            "`patchpilot golden add DIR`"
        )
    population = tuple(_population(known, instrument, vectors, names, n))
    return Primed(known.name, population, _taste(known, ear, vectors, seed))


def _population(
    library: Library, instrument: Instrument, vectors: F32, names: list[str], n: int
) -> list[Start]:
    """The nearest row of each golden sound (of whichever of its parts), then the second nearest, and so on."""
    index, scale = Index(library), library.recipe.scale
    near: dict[str, list[Neighbour]] = {}
    for vector, name in zip(vectors, names, strict=True):
        near.setdefault(name, []).extend(index.nearest(quantised(vector, scale), n))
    turns = {name: iter(sorted(found, key=_by_distance)) for name, found in near.items()}
    chosen: dict[int, Start] = {}
    while turns and len(chosen) < n:
        for name in list(turns):
            found = next((neighbour for neighbour in turns[name] if neighbour.row not in chosen), None)
            if found is None:
                del turns[name]
            elif len(chosen) < n:
                patch = library.draw(instrument, found.row)
                chosen[found.row] = Start(patch, found.row, name, found.distance)
    return list(chosen.values())


def _by_distance(neighbour: Neighbour) -> tuple[float, int]:
    return neighbour.distance, neighbour.row


def _taste(library: Library, ear: Embedding, vectors: F32, seed: int) -> Taste:
    rng = np.random.Generator(np.random.PCG64(seed))
    rows = rng.permutation(len(library))[:BACKGROUND]
    general = unit(restored(library.codes[np.sort(rows)], library.recipe.scale))
    loved = unit(vectors)
    preference = Preference(Lens.of(np.concatenate([general, loved]), seed=seed))
    preference.votes(
        preference.lens(np.concatenate([loved, general])),
        [True] * len(loved) + [False] * len(general),
        weights=[LOVED] * len(loved) + [UNKNOWN] * len(general),
    )
    return Taste(preference, ear)
