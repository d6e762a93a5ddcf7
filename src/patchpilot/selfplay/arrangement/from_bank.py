"""The moments of a bank: what has a star or pins is framed, what was liked lies under it."""

from __future__ import annotations

from collections.abc import Callable

from patchpilot.audio import Audio
from patchpilot.bank import Bank, Entry, Query
from patchpilot.errors import ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.take import Take
from patchpilot.selfplay.arrangement.moment import Moment, moment_of

MOST_BEDS = 64
"""Liked takes without a star that are used at most, the best ones."""


def name_of(entry: Entry) -> str:
    """What a take of a bank is called in an arrangement."""
    return f"take {entry.number}"


def moments_of(bank: Bank, opened: Callable[[str], Instrument]) -> dict[str, Moment]:
    """All moments of a bank by name, in the order of their numbers.

    Args:
        bank: whose takes.
        opened: an instrument by its name; only asked where a take must be played in another key.

    Raises:
        BankError: a take is damaged, or its audio is gone.
        ParameterError: nothing has a star or a pin.
    """
    golden = {entry.number: entry for entry in bank.entries(Query(golden=True))}
    golden |= {entry.number: entry for entry in bank.entries(Query(pinned=True))}
    if not golden:
        raise ParameterError(
            f"{bank.path} has no golden takes to arrange: give some a star with `patchpilot bank star NUMBER`"
        )
    liked = bank.entries(Query(vote=1, golden=False), order="best", limit=MOST_BEDS + len(golden))
    under = [entry for entry in liked if entry.number not in golden][:MOST_BEDS]
    chosen = sorted([*golden.values(), *under], key=lambda entry: entry.number)
    return {
        name_of(entry): moment_of(
            bank.take(entry.number),
            name_of(entry),
            is_golden=entry.number in golden,
            render=_played(entry, opened),
        )
        for entry in chosen
    }


def _played(entry: Entry, opened: Callable[[str], Instrument]) -> Callable[[Take], Audio]:
    return lambda take: opened(entry.instrument).render(take.patch, take.performance)
