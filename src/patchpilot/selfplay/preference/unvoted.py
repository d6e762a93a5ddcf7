"""Which takes of a bank to ask about: those whose votes would tell most about somebody's taste."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patchpilot.bank.bank import Bank
from patchpilot.bank.query import EVERYTHING, Query
from patchpilot.errors import ParameterError
from patchpilot.objectives.hearing import Embedding
from patchpilot.retrieval.library import embedding_of
from patchpilot.selfplay.preference.asking import most_different, to_ask
from patchpilot.selfplay.preference.from_bank import TASTE, embedding_of_votes, taste_of, vectors_of

MOST = 512
"""Takes that are looked at, if there are more: evenly spaced ones."""


@dataclass(frozen=True)
class Question:
    """A take that is worth a vote.

    Attributes:
        number: in the bank.
        likely: how likely it is liked, 0..1.
        unsure: standard deviation of that.
    """

    number: int
    likely: float
    unsure: float


def questions(
    bank: Bank, n: int = 1, *, where: Query = EVERYTHING, embedding: Embedding | str | None = None
) -> list[Question]:
    """The takes to ask about, the most telling first; before the first vote, those that differ most.

    Args:
        bank: with takes that nobody voted on.
        n: >= 1, at most how many.
        where: which takes are meant.
        embedding: that takes are seen in, or its name; the one that was learned for this bank by default.

    Raises:
        BankError: the bank is damaged.
        ParameterError: `n` is below 1.
        PluginError: the embedding is missing.
    """
    if embedding is None:
        embedding = embedding_of_votes(bank.path / TASTE / "model")
    ear = embedding_of(embedding) if isinstance(embedding, str) else embedding
    spoken = {entry.number for vote in (1, -1) for entry in bank.entries(Query(vote=vote))}
    spoken |= set(bank.numbers(Query(golden=True)))
    open_ones = [number for number in bank.numbers(where) if number not in spoken]
    vectors = vectors_of(bank, ear, open_ones[:: -(-len(open_ones) // MOST) or 1])
    numbers = sorted(vectors)
    if not numbers:
        return []
    heard = np.stack([vectors[number] for number in numbers])
    try:
        taste = taste_of(bank, embedding=ear)
    except ParameterError:  # nobody voted yet
        return [Question(numbers[place], 0.5, 0.5) for place in most_different(heard, n)]
    rows = taste.preference.lens(heard)
    belief = taste.preference.belief(rows)
    return [
        Question(numbers[place], float(belief.likely[place]), float(belief.unsure[place]))
        for place in to_ask(taste.preference, rows, n)
    ]
