"""Retrieval as a searcher: the patches of a library whose sound is nearest to the target's, nearest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from patchpilot.audio import Target
from patchpilot.errors import ParameterError
from patchpilot.retrieval.block import coded
from patchpilot.retrieval.index import Index, Neighbour
from patchpilot.retrieval.library import Library, embedding_of
from patchpilot.retrieval.places import best_library, find, opened
from patchpilot.retrieval.recipe import prior_of
from patchpilot.search.base import Context, Outcome, Proposal

SHORTLIST = 16
"""Rows that are heard. Embeddings only say where to listen; rendered with the target's note they are judged."""


@dataclass
class State:
    """Where a search stands.

    Attributes:
        library: name of the library.
        waiting: rows that were not proposed yet, nearest first.
        proposed: those that were, in the same order.
        scores: of those of them whose outcome was told; −inf for a render that failed.
    """

    library: str
    waiting: list[Neighbour]
    proposed: list[Neighbour] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)


class Retrieval:
    """Patches that were heard before, looked up by how they sound.

    Args:
        library: a library, its file or its name; by default the largest that fits the instrument.
        shortlist: >= 1, how many patches to propose.

    Raises:
        ParameterError: `shortlist` is below 1.
    """

    name = "retrieval"

    def __init__(self, library: Library | Path | str | None = None, *, shortlist: int = SHORTLIST) -> None:
        if shortlist < 1:
            raise ParameterError(f"expected a shortlist of at least 1, got {shortlist}")
        self._wanted = library
        self._shortlist = shortlist

    def start(self, context: Context) -> None:
        """Look the target up.

        Raises:
            LibraryError: the library is missing, damaged or does not fit the instrument, or none does.
            ParameterError: there is no target.
        """
        if context.target is None:
            raise ParameterError("retrieval needs a target sound")
        target = context.target
        self._instrument, self._note = context.instrument, target.note
        self._library = self._opened(context)
        embedding = embedding_of(self._library.recipe.embedding)
        codes = coded(embedding, target.audio, pitch=_looked_up_at(target), hold_s=target.hold_s)
        self.state = State(self._library.name, _index(self._library).nearest(codes, self._shortlist))

    def ask(self, n: int) -> list[Proposal]:
        """The next rows of the shortlist."""
        state = self.state
        batch, state.waiting = state.waiting[:n], state.waiting[n:]
        state.proposed += batch
        return [self._proposal(neighbour) for neighbour in batch]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Remember what was heard."""
        self.state.scores += [outcome.score for outcome in outcomes]

    def _opened(self, context: Context) -> Library:
        if self._wanted is None:
            return best_library(context.instrument)
        library = self._wanted if isinstance(self._wanted, Library) else opened(find(self._wanted))
        library.check(context.instrument)
        return library

    def _proposal(self, neighbour: Neighbour) -> Proposal:
        recipe = self._library.recipe
        patch = prior_of(self._instrument, recipe.prior).seated(
            self._instrument.space,
            self._library.draw(self._instrument, neighbour.row),
            self._note - recipe.performance.notes[0].pitch,
        )
        return Proposal(patch, self.name, f"library {self._library.name}, row {neighbour.row}")


def _looked_up_at(target: Target) -> float:
    """The pitch that stands for the key, as that of rows does: the played note, and how far a sound is mistuned."""
    return target.note + target.mistuning_cents / 100.0


@lru_cache(maxsize=1)
def _index(library: Library) -> Index:
    """The index, kept for the next sound."""
    return Index(library)
