"""Which of two takes somebody liked better: lines in a file of the bank, which only grows.

Each line is written at once and with one call, so several programs can add to it, and none loses anything.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from patchpilot.errors import BankError, ParameterError
from patchpilot.files import output_error

if TYPE_CHECKING:
    from patchpilot.bank.bank import Bank

NAME = "pairs.jsonl"


@dataclass(frozen=True)
class Pair:
    """A comparison.

    Attributes:
        better: number of the take that was liked better.
        worse: number of the other one.
        at: seconds since 1970.
    """

    better: int
    worse: int
    at: float


def prefer(bank: Bank, better: int, worse: int) -> Pair:
    """Write down that a take is liked better than another.

    Raises:
        BankError: there is no such take.
        OutputError: the bank cannot be written to.
        ParameterError: it is the same take.
    """
    if better == worse:
        raise ParameterError(f"expected two takes to compare, got {better} twice")
    pair = Pair(bank[better].number, bank[worse].number, time.time())
    path = bank.path / NAME
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(handle, f"{json.dumps(asdict(pair))}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise output_error(path, error) from error
    return pair


def pairs(bank: Bank) -> list[Pair]:
    """All comparisons, the oldest first; a last line that a crash cut off does not count.

    Raises:
        BankError: the file is damaged.
    """
    path = bank.path / NAME
    try:
        lines = path.read_text("utf-8").split("\n")
        return [Pair(**json.loads(line)) for line in lines[:-1]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError) as error:
        raise BankError(f"{path} is damaged: {error}") from None
