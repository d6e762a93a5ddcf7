"""Takes with a star count as golden sounds, too: what was found while it played is loved like what was brought."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32
from patchpilot.bank.bank import Bank
from patchpilot.bank.query import Query
from patchpilot.errors import BankError
from patchpilot.objectives.golden import Golden, Kind, kind_of
from patchpilot.objectives.hearing import Embedding


class WithStars:
    """A golden set and the starred takes of a bank; an `objectives.golden.Golden`.

    Args:
        golden: the set.
        bank: whose stars count.
    """

    def __init__(self, golden: Golden, bank: Bank) -> None:
        self._golden, self._bank = golden, bank

    def vectors(self, embedding: Embedding, kind: Kind = "whole") -> F32:
        """Those of the set, then those of the takes by their numbers; float32 (n, size).

        Raises:
            BankError: a golden file is gone or damaged.
            ParameterError: there is no such kind.
        """
        found = starred(self._bank, embedding, kind)
        rows = [self._golden.vectors(embedding, kind), *(vector[None] for vector in found.values())]
        return np.concatenate([part for part in rows if len(part)]) if any(map(len, rows)) else rows[0]


def starred(bank: Bank, embedding: Embedding, kind: Kind) -> dict[int, F32]:
    """What an embedding says of the takes with a star that are of a kind, float32 (size,), by their numbers.

    Each is whole, and what its performance makes it: one of one note is a hit, and has no beats. Those whose audio is
    gone are left out; `bank check` names them.
    """
    found: dict[int, F32] = {}
    for entry in sorted(bank.entries(Query(golden=True)), key=lambda entry: entry.number):
        try:
            take = bank.take(entry.number)
        except BankError:
            continue
        if kind not in ("whole", kind_of(take.performance)):
            continue
        note = take.performance.notes[0]
        found[entry.number] = np.asarray(
            embedding(take.audio, pitch=float(note.pitch), hold_s=note.hold_s), np.float32
        )
    return found
