"""The taste that the votes in a bank speak of."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np

from patchpilot.audio import F32
from patchpilot.bank.bank import Bank
from patchpilot.errors import BankError, OutputError, ParameterError
from patchpilot.experiment.pairs import pairs
from patchpilot.files import make_folder
from patchpilot.objectives.hearing import Embedding, unit
from patchpilot.retrieval.archive import Members, read_arrays, write_arrays
from patchpilot.retrieval.library import embedding_of
from patchpilot.selfplay.preference.lens import Lens
from patchpilot.selfplay.preference.preference import Preference
from patchpilot.selfplay.preference.taste import Taste

EMBEDDING = "timbre"
"""It leaves out nothing that somebody's taste may be about."""
TASTE, MODEL = "taste", "model.json"
"""Of a bank the folder of all that is about votes, and the file in its folder "model" that says how they are heard."""
BACKGROUND = 256
"""Takes without a vote that say what sounds of this bank are like at all."""
STAR = 2.0
"""Votes that a star counts for."""
_MEMBERS: Members = {"numbers": (np.int64, 1), "vectors": (np.float32, 2)}


def taste_of(
    bank: Bank, *, embedding: Embedding | str | None = None, numbers: Collection[int] | None = None
) -> Taste:
    """The taste of a bank's votes, stars and comparisons; the last vote on a take counts.

    Takes are heard anew for it the first time, and what was heard is kept in the bank's folder.

    Args:
        bank: with at least one vote, star or comparison.
        embedding: that takes are seen in, or its name; the one that was learned for this bank by default.
        numbers: takes whose votes count; all by default.

    Raises:
        BankError: the bank is damaged.
        ParameterError: nobody voted, or there are fewer than two takes.
        PluginError: the embedding is missing.
    """
    if embedding is None:
        embedding = embedding_of_votes(bank.path / TASTE / "model")
    ear = embedding_of(embedding) if isinstance(embedding, str) else embedding
    voted = {
        entry.number: entry
        for entry in bank.entries()
        if (entry.vote or entry.golden) and (numbers is None or entry.number in numbers)
    }
    compared = [pair for pair in pairs(bank) if pair.better in bank and pair.worse in bank]
    if numbers is not None:
        compared = [pair for pair in compared if pair.better in numbers and pair.worse in numbers]
    if not voted and not compared:
        raise ParameterError("expected votes: say yes or no to some takes first, with `patchpilot play vote`")
    others = [number for number in bank.numbers() if number not in voted]
    background = others[:: max(1, len(others) // BACKGROUND)][:BACKGROUND]
    spoken = {number for pair in compared for number in (pair.better, pair.worse)}
    vectors = vectors_of(bank, ear, sorted({*voted, *background, *spoken}))
    lens = Lens.of(np.stack([vectors[number] for number in sorted(vectors)]))
    preference = Preference(lens)
    counted = [number for number in sorted(voted) if number in vectors]
    if counted:
        preference.votes(
            lens(np.stack([vectors[number] for number in counted])),
            [voted[number].vote > 0 or voted[number].golden for number in counted],
            weights=[STAR if voted[number].golden else 1.0 for number in counted],
        )
    for pair in compared:
        if pair.better in vectors and pair.worse in vectors:
            better, worse = lens(np.stack([vectors[pair.better], vectors[pair.worse]]))
            preference.prefer(better, worse)
    return Taste(preference, ear)


def embedding_of_votes(folder: Path) -> str:
    """Name of the embedding that a learned vote model hears with; the usual one where there is none."""
    try:
        said = json.loads((folder / MODEL).read_text(encoding="utf-8"))
        return str(said["embedding"])
    except (OSError, ValueError, KeyError, TypeError):
        return EMBEDDING


def vectors_of(bank: Bank, ear: Embedding, numbers: Iterable[int]) -> dict[int, F32]:
    """What an embedding says of takes, at length 1; takes whose audio is gone are left out."""
    path = bank.path / TASTE / f"{ear.name}-{ear.version}.npz"
    known = _kept(path, ear.size)
    found: dict[int, F32] = {}
    for number in numbers:
        if number in known:
            found[number] = known[number]
            continue
        try:
            take = bank.take(number)
        except BankError:  # `bank check` names it
            continue
        note = take.performance.notes[0]
        found[number] = unit(ear(take.audio, pitch=float(note.pitch), hold_s=note.hold_s))
    if found.keys() - known.keys():
        _keep(path, {**known, **found})
    return found


def _kept(path: Path, size: int) -> dict[int, F32]:
    try:
        arrays = read_arrays(path, _MEMBERS)
    except Exception:  # missing or damaged: the takes are heard again
        return {}
    numbers, vectors = arrays["numbers"], arrays["vectors"]
    if vectors.shape != (len(numbers), size):
        return {}
    return dict(zip(numbers.tolist(), vectors, strict=True))


def _keep(path: Path, vectors: dict[int, F32]) -> None:
    numbers = sorted(vectors)
    try:
        make_folder(path.parent)
        write_arrays(
            path,
            {
                "numbers": np.array(numbers, np.int64),
                "vectors": np.stack([vectors[number] for number in numbers]).astype(np.float32),
            },
        )
    except OutputError:
        return  # it costs only time
