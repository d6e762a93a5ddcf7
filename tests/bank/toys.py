"""Takes of the toy, and banks of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from patchpilot.bank import Bank
from patchpilot.instruments.take import Origin, Take
from patchpilot.space import Patch, Performance
from tests.retrieval.fakes import Tiny
from tests.toy import Toy

TOY = Toy()
PLAYED = Performance.one_note(60, hold_s=0.15, length_s=0.2)


def made(
    i: int,
    *,
    parents: Iterable[str] = (),
    toy: Toy = TOY,
    name: str = "",
    played: Performance = PLAYED,
    searcher: str = "drawn",
) -> Take:
    """The take of a number: another one sounds otherwise."""
    values = {"level": 0.05 + 0.9 * (i % 97) / 97, "transpose": float(i % 23 - 11)}
    patch = Patch.make(toy.space, values, info={"name": name or f"Sound {i}"})
    audio = toy.render(patch, played)
    origin = Origin(searcher, f"drawn as number{i}", 7, tuple(parents), "0.1")
    return Take(patch, played, audio, toy.fingerprint, origin, {"brightness": float(i)})


def filled(path: Path, n: int = 5, *, start: int = 0) -> Bank:
    """A bank with so many takes, whose first number is 1; take i is `made(start + i - 1)`, with score x = i."""
    bank = Bank.open(path, embedding=Tiny())
    for i in range(n):
        bank.append(made(start + i), scores={"x": float(i + 1)}, experiment="first")
    bank.flush()
    return bank
