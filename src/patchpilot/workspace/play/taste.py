"""What is believed of somebody's taste after the votes in the bank, in words and in takes."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from patchpilot.audio import F64
from patchpilot.audio.descriptors import described
from patchpilot.bank.query import Query
from patchpilot.errors import BankError, ParameterError
from patchpilot.selfplay.preference.from_bank import taste_of, vectors_of
from patchpilot.selfplay.preference.taste import Taste
from patchpilot.selfplay.preference.words import sentence, words

if TYPE_CHECKING:
    from patchpilot.workspace.workspace import Workspace

MOST = 96
"""Takes that are looked at for words, evenly spaced; each costs some tens of milliseconds the first time."""
SHOWN = 6


class Tastes:
    """What is believed, worked out anew when something was said since.

    Args:
        workspace: whose bank.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._bank = workspace.bank
        self._lock = threading.Lock()
        self._described: dict[int, F64] = {}
        self._known: tuple[Any, dict[str, Any]] | None = None

    def told(self) -> dict[str, Any]:
        """{"votes", "sentence", "words": [{word, strength -1..1, sure 0.5..1}], "liked", "disliked": numbers of takes
        without a vote that are expected to be liked most and least}; raises `BankError`."""
        self._bank.flush()
        with self._lock:
            row = self._bank.database.row(
                "SELECT (SELECT count(*) FROM votes), (SELECT total(golden) FROM takes), count(*) / 16 FROM takes"
            )
            if self._known is not None and self._known[0] == row:
                return self._known[1]
            try:
                taste = taste_of(self._bank)
            except ParameterError:  # nobody voted yet, or there is one take only: that is soon otherwise
                votes = sum(self._bank.count(Query(vote=vote)) for vote in (1, -1))
                return _nothing(votes)
            self._known = (row, self._believed(taste))
            return self._known[1]

    def _believed(self, taste: Taste) -> dict[str, Any]:
        numbers = self._bank.numbers()
        some = numbers[:: max(1, len(numbers) // MOST)][:MOST]
        heard = vectors_of(self._bank, taste.embedding, some)
        told = [number for number in some if number in heard and self._describe(number)]
        if not told:
            return _nothing(len(taste.preference))
        rows = taste.preference.lens(np.stack([heard[number] for number in told]))
        found = words(taste.preference, rows, np.stack([self._described[number] for number in told]))
        open_ones = set(self._bank.numbers(Query(vote=0, golden=False)))
        likely = taste.preference.belief(rows).likely
        order = [told[place] for place in np.argsort(-likely) if told[place] in open_ones]
        return {
            "votes": len(taste.preference),
            "sentence": sentence(found),
            "words": [dataclasses.asdict(word) for word in found],
            "liked": order[:SHOWN],
            "disliked": order[::-1][: min(SHOWN, max(0, len(order) - SHOWN))],
        }

    def _describe(self, number: int) -> bool:
        """Measure a take, if it was not; gives whether that is possible."""
        if number not in self._described:
            try:
                self._described[number] = described(self._bank.take(number).audio)
            except BankError:  # its audio is gone
                return False
        return True


def _nothing(votes: int) -> dict[str, Any]:
    return {"votes": votes, "sentence": sentence([]), "words": [], "liked": [], "disliked": []}
