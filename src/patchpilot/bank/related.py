"""Takes by where they come from."""

from __future__ import annotations

from patchpilot.bank import lineage
from patchpilot.bank.entry import Entry, entries_of
from patchpilot.bank.store import Store


class Related(Store):
    """Takes, their parents and their children."""

    def number_of(self, take_id: str) -> int | None:
        """The number of the first take of that id, None where there is none."""
        self.flush()
        return lineage.number_of(self.database, take_id)

    def numbers_of_id(self, beginning: str) -> list[int]:
        """Numbers of the takes whose id begins so."""
        self.flush()
        rows = self.database.rows(
            "SELECT number FROM takes WHERE id >= ? AND id < ? ORDER BY number", (beginning, beginning + "g")
        )
        return [number for (number,) in rows]

    def parents(self, number: int) -> list[Entry]:
        """The takes that a take was made from, as far as they are here."""
        return self._relatives(lineage.parents_of(self.database, self[number].id))

    def children(self, number: int) -> list[Entry]:
        """The takes that were made from a take, the oldest first."""
        return self._relatives(lineage.children_of(self.database, self[number].id))

    def lineage(self, number: int, *, depth: int = lineage.MOST_DEEP) -> lineage.Lineage:
        """All takes that a take comes from, and all that come from it; raises `BankError` where it is gone."""
        return lineage.lineage_of(self.database, self[number].number, depth=depth)

    def _relatives(self, ids: list[str]) -> list[Entry]:
        numbers = [lineage.number_of(self.database, take_id) for take_id in ids]
        return entries_of(self.database, [number for number in numbers if number is not None])
