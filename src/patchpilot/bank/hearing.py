"""What a bank hears with: its embedding, and which version of it made the vectors that are there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from patchpilot.audio import F32, Audio, listen
from patchpilot.bank.database import Database
from patchpilot.errors import BankError, PluginError
from patchpilot.instruments.take import Take
from patchpilot.retrieval.block import heard
from patchpilot.retrieval.embedding import Embedding
from patchpilot.retrieval.library import embedding_of

PREFERRED, ALWAYS = "heard", "spectral"
"""Embeddings of a new bank: the trained one where it is here, else the one that always is."""


@dataclass(frozen=True)
class Recorded:
    """The embedding of the vectors in a bank.

    Attributes:
        id: in the database.
        name: under which it is registered.
        version: of its numbers.
        size: of a vector.
    """

    id: int
    name: str
    version: str
    size: int


def recorded(database: Database) -> Recorded | None:
    """The embedding that a bank's vectors are of; None before the first. Raises `BankError`."""
    row = database.row("SELECT id, name, version, size FROM embeddings WHERE is_current")
    return None if row is None else Recorded(*row)


def preferred() -> Embedding:
    """The embedding of a new bank; raises `PluginError`."""
    try:
        return embedding_of(PREFERRED)
    except PluginError:
        return embedding_of(ALWAYS)


class Hearing:
    """Turns sounds into vectors that can be compared with those in a bank.

    Args:
        database: of the bank.
        wanted: an embedding or the name of one; that of the bank by default, and the preferred one for a new bank.
    """

    def __init__(self, database: Database, wanted: Embedding | str | None) -> None:
        self._database = database
        self._wanted = wanted

    @cached_property
    def embedding(self) -> Embedding:
        """What hears, loaded when it is first needed.

        Raises:
            BankError: the bank's vectors are of another embedding, or another version of it.
            PluginError: it is missing here.
        """
        mine = recorded(self._database)
        made = self._wanted
        if made is None:
            made = preferred() if mine is None else mine.name
        if isinstance(made, str):
            made = embedding_of(made)
        if mine is None:
            mine = record(self._database, made.name, made.version, made.size)
        if (mine.name, mine.version, mine.size) != (made.name, made.version, made.size):
            raise BankError(
                f"{self._database.path.parent}: its vectors are of the embedding {mine.name} {mine.version}, and "
                f"{made.name} {made.version} was asked for: `patchpilot bank reindex --embedding {made.name}` "
                "hears every take anew"
            )
        self._id = mine.id
        return made

    @property
    def id(self) -> int:
        """Of the embedding, in the database; raises as `embedding` does."""
        _ = self.embedding
        return self._id

    def change(self, embedding: Embedding) -> None:
        """Hear with another one from now on."""
        self._wanted = embedding
        self.__dict__.pop("embedding", None)

    def of_take(self, take: Take) -> F32:
        """The vector of a take, float32 (size,): `vector_of`."""
        return vector_of(self.embedding, take)

    def of_audio(self, audio: Audio) -> F32:
        """The vector of any sound, float32 (size,); raises `AudioError` where it is silent or too short."""
        embedding, now = self.embedding, recorded(self._database)
        if now is None or now.id != self._id:
            raise BankError(
                f"{self._database.path.parent} was heard anew with another embedding meanwhile; open it again"
            )
        target = listen(audio)
        pitch = target.note + target.mistuning_cents / 100.0
        return heard(embedding, target.audio, pitch=pitch, hold_s=target.hold_s)


def vector_of(embedding: Embedding, take: Take) -> F32:
    """What an embedding says of a take, float32 (size,): of its first note, as objectives hear it.

    Raises:
        PluginError: the embedding is broken.
    """
    note = take.performance.notes[0]
    return heard(embedding, take.audio, pitch=float(note.pitch), hold_s=max(note.hold_s, 0.01))


def record(database: Database, name: str, version: str, size: int) -> Recorded:
    """Write down the embedding of a new bank, unless another process just did; raises `BankError`."""
    with database.writing() as db:
        if not db.execute("SELECT 1 FROM embeddings WHERE is_current").fetchone():
            db.execute(
                "INSERT INTO embeddings (name, version, size, is_current) VALUES (?, ?, ?, 1)",
                (name, version, size),
            )
    found = recorded(database)
    assert found is not None
    return found
