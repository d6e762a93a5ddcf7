"""Takes to begin with, as a searcher: "refine this one more"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from patchpilot.bank.bank import Bank
from patchpilot.errors import ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.search.base import Context, Outcome, Proposal


class Given:
    """Proposes the patches of takes that somebody chose.

    Args:
        proposals: of them.
    """

    name = "given"

    def __init__(self, proposals: Sequence[Proposal]) -> None:
        self._proposals = tuple(proposals)
        self.state = list(range(len(self._proposals)))
        """Which were not proposed yet."""

    @classmethod
    def of(cls, bank: Bank, numbers: Sequence[int], instrument: Instrument) -> Self:
        """Those of a bank's takes.

        Raises:
            BankError: there is no such take.
            ParameterError: one is of another instrument.
            PatchError: the patch of one is damaged.
        """
        found = []
        for number in numbers:
            entry = bank[number]
            if entry.instrument != instrument.name:
                raise ParameterError(
                    f"take {number} is of {entry.instrument}, so {instrument.name} cannot begin with it"
                )
            patch = entry.record.patch(bank.assets)
            found.append(Proposal(patch, cls.name, f"take {number}", parents=(entry.id,)))
        return cls(found)

    def start(self, context: Context) -> None:  # noqa: ARG002 (a searcher's signature)
        """Begin with the first."""
        self.state = list(range(len(self._proposals)))

    def ask(self, n: int) -> list[Proposal]:
        """The next ones."""
        batch, self.state = self.state[:n], self.state[n:]
        return [self._proposals[at] for at in batch]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing is learned."""
