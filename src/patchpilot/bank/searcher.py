"""What a bank has heard before, as a searcher: the patches of its nearest takes."""

from __future__ import annotations

from collections.abc import Sequence

from patchpilot.bank.bank import Bank
from patchpilot.errors import ParameterError, PatchError
from patchpilot.search.base import Context, Outcome, Proposal


class Remembered:
    """Proposes the patches of a bank whose takes sound most like the target.

    Args:
        bank: that is looked into.
        n: >= 1, how many patches at most.
    """

    name = "bank"

    def __init__(self, bank: Bank, n: int = 12) -> None:
        if n < 1:
            raise ParameterError(f"expected at least 1 patch of the bank, got {n}")
        self._bank, self._n = bank, n
        self.state: list[int] = []
        """Numbers of the takes that were not proposed yet, the nearest first."""

    def start(self, context: Context) -> None:
        """Look the target up; raises `ParameterError` where there is none."""
        if context.target is None:
            raise ParameterError("looking into a bank needs a target sound")
        near = self._bank.near(context.target.audio, 4 * self._n) if len(self._bank) else []
        mine = [entry.number for entry, _ in near if entry.instrument == context.instrument.name]
        self.state = mine[: self._n]

    def ask(self, n: int) -> list[Proposal]:
        """The next ones; those whose patch cannot be read are passed over."""
        batch, self.state = self.state[:n], self.state[n:]
        return [proposal for number in batch if (proposal := self._proposal(number)) is not None]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing is learned."""

    def _proposal(self, number: int) -> Proposal | None:
        entry = self._bank[number]
        try:
            patch = entry.record.patch(self._bank.assets)
        except PatchError:
            return None
        return Proposal(patch, self.name, f"take {number} of the bank", parents=(entry.id,))
