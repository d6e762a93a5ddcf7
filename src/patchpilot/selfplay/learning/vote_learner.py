"""How votes are heard: in which embedding they are best foretold."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from patchpilot.bank import Bank, Entry
from patchpilot.errors import EstimatorError, ParameterError, PluginError
from patchpilot.estimators.training.batches import is_held_out
from patchpilot.files import make_folder, write_text
from patchpilot.retrieval.library import embedding_of
from patchpilot.selfplay.learning.learners import Tell, embedding_in_use
from patchpilot.selfplay.learning.versions import Versions
from patchpilot.selfplay.preference.from_bank import (
    EMBEDDING,
    MODEL,
    TASTE,
    embedding_of_votes,
    taste_of,
    vectors_of,
)
from patchpilot.space.canonical import sha256

FROZEN, FOLDS = 0.25, 4
"""Share of the votes that nothing is chosen by; and in how many parts the others are taken in turn."""
FEWEST = 4
"""Votes that something is judged by."""


class VoteLearner:
    """The vote model of a bank. It learns from each vote at once; chosen here is the embedding that it sees takes in.

    Args:
        bank: with votes.
    """

    name = "votes"
    unit = "surprise of votes that were held out (nats each)"

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def versions(self, folder: Path) -> Versions:
        """In use it is the model in the bank's folder."""
        return Versions(folder, self._bank.path / TASTE / "model")

    def settings(self) -> str:
        """The votes, and the embeddings there are."""
        ear = embedding_in_use()
        votes = [f"{entry.id} {entry.vote} {entry.golden}" for entry in self._voted()]
        return "\n".join([f"{ear.name} {ear.version}", *votes])

    def make(self, data: Sequence[Path], out: Path, *, seed: int, epochs: int, tell: Tell) -> None:  # noqa: ARG002
        """Choose the embedding in which each part of the votes is best foretold from the others."""
        learned = [entry for entry in self._voted() if not _is_frozen(entry)]
        surprises: dict[str, float] = {}
        for name in dict.fromkeys((EMBEDDING, embedding_in_use().name)):
            tell(f"votes: by {name}…")
            parts = [[e for e in learned if _part(e) == part] for part in range(FOLDS)]
            found = [
                self._surprise(name, [e.number for e in learned if _part(e) != part], parts[part])
                for part in range(FOLDS)
                if parts[part]
            ]
            surprises[name] = float(np.concatenate(found).mean()) if found else np.inf
        best = min(surprises, key=lambda name: surprises[name])
        self._check(learned)
        write_text(make_folder(out) / MODEL, json.dumps({"embedding": best}) + "\n")

    def score(self, path: Path | None, frozen: Path) -> float:  # noqa: ARG002 (its own frozen votes)
        """How surprising the frozen votes are, after the others."""
        voted = self._voted()
        held = [entry for entry in voted if _is_frozen(entry)]
        self._check(held)
        name = embedding_of_votes(path if path is not None else self._bank.path / TASTE / "model")
        known = [entry.number for entry in voted if not _is_frozen(entry)]
        return float(self._surprise(name, known, held).mean())

    def adopt(self, bank: Bank) -> None:
        """Nothing is to be done: the bank's taste is asked for by its folder."""

    def _voted(self) -> list[Entry]:
        return [entry for entry in self._bank.entries() if entry.vote or entry.golden]

    def _check(self, held: Sequence[Entry]) -> None:
        likes = sum(_is_liked(entry) for entry in held)
        if len(held) < FEWEST or likes in (0, len(held)):
            raise EstimatorError(
                f"{self._bank.path} holds {len(self._voted())} votes and stars, which is too few to judge a vote model "
                "by: say yes or no to some dozens of takes (`patchpilot play vote`)"
            )

    def _surprise(self, name: str, known: Collection[int], held: Sequence[Entry]) -> np.ndarray:
        """Minus the logarithm of what was believed of each held vote."""
        try:
            ear = embedding_of(name)
            taste = taste_of(self._bank, embedding=ear, numbers=known)
        except (ParameterError, PluginError) as error:
            raise EstimatorError(f"a vote model cannot be judged: {error}") from None
        vectors = vectors_of(self._bank, ear, [entry.number for entry in held])
        there = [entry for entry in held if entry.number in vectors]
        if not there:
            raise EstimatorError(
                "the sounds of all takes that were voted on are gone: `patchpilot bank repair`"
            )
        rows = taste.preference.lens(np.stack([vectors[entry.number] for entry in there]))
        likely = np.clip(taste.preference.belief(rows).likely, 1e-6, 1.0 - 1e-6)
        liked = np.array([_is_liked(entry) for entry in there])
        return np.asarray(-np.log(np.where(liked, likely, 1.0 - likely)))


def _is_liked(entry: Entry) -> bool:
    return entry.golden or entry.vote > 0


def _is_frozen(entry: Entry) -> bool:
    return is_held_out(sha256(entry.id.encode()), FROZEN)


def _part(entry: Entry) -> int:
    return int(sha256(b"part", entry.id.encode())[:8], 16) % FOLDS
