"""Takes on their way into a bank: put into files and one transaction a group, by a thread of their own.

What is expensive (hashing, encoding, hearing, waiting for the disk) happens beside the search. A take is safe when
its group is committed, some tenths of a second later or at `flush`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from patchpilot.audio import F32, Audio
from patchpilot.audio.lossless import audio_sha256, gain_of
from patchpilot.bank.audio_files import AudioFiles
from patchpilot.bank.database import Database
from patchpilot.bank.hearing import Hearing
from patchpilot.bank.insert import Row, insert
from patchpilot.errors import ParameterError
from patchpilot.instruments.record import TakeRecord
from patchpilot.instruments.take import Take
from patchpilot.space import Asset, AssetStore

MOST_IN_GROUP = 256
GROUP_S = 0.2
"""How long a take waits for others, so that they share a commit."""
MOST_WAITING = 64
"""Takes that may wait to be prepared: two seconds of stereo each are 45 MB together."""
_LINGER_S = 1.0


@dataclass(frozen=True, eq=False)
class Waiting:
    """A take that was appended.

    Attributes:
        number: its number in the bank.
        take: as it came.
        made_at: seconds since 1970.
        scores: by name.
        experiment: that it is of.
        tags: each once.
        vector: float32 (size,), where the caller knows it.
    """

    number: int
    take: Take
    made_at: float
    scores: Mapping[str, float] = field(default_factory=dict)
    experiment: str = ""
    tags: tuple[str, ...] = ()
    vector: F32 | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Takes with the same one are one take."""
        return self.take.id, self.experiment


@dataclass(frozen=True, eq=False)
class _Prepared:
    """A take that is ready to be committed."""

    row: Row
    audio: Audio
    assets: tuple[Asset, ...]


class Writer:
    """Commits takes in groups.

    Args:
        database: of the bank.
        audio: of the bank.
        assets: of the bank.
        hearing: of the bank.
    """

    def __init__(self, database: Database, audio: AudioFiles, assets: AssetStore, hearing: Hearing) -> None:
        self._database, self._audio, self._assets, self._hearing = database, audio, assets, hearing
        self._changed = threading.Condition()
        self._waiting: deque[Waiting] = deque()
        self._prepared: list[_Prepared] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._error: BaseException | None = None
        self._in_hurry = 0
        self._thread: threading.Thread | None = None

    def number_of(self, key: tuple[str, str]) -> int | None:
        """The number of a take that is not committed yet."""
        with self._changed:
            return self._numbers.get(key)

    def add(self, waiting: Waiting) -> None:
        """Take one more; waits while too many are on their way.

        Raises:
            PatchPilotError: an earlier one could not be kept; this one is not taken then.
        """
        with self._changed:
            while len(self._waiting) >= MOST_WAITING and self._error is None:
                self._run()
                self._changed.wait()
            self._tell()
            self._waiting.append(waiting)
            self._numbers[waiting.key] = waiting.number
            self._run()

    def flush(self) -> None:
        """Wait until all that was added is committed.

        Raises:
            PatchPilotError: something could not be kept; what is not committed then is tried again by the next call.
        """
        with self._changed:
            self._tell()
            self._in_hurry += 1
            try:
                while self._numbers and self._error is None:
                    self._run()
                    self._changed.wait()
            finally:
                self._in_hurry -= 1
            self._tell()

    def _tell(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _run(self) -> None:
        """Have the thread go on; it is no daemon, so that an interpreter that ends waits for what was added."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="bank writer")
            self._thread.start()
        self._changed.notify_all()

    def _work(self) -> None:
        try:
            self._until_idle()
        except BaseException as error:  # whoever comes next is told, and tries again
            self._failed(error)
        with self._changed:
            if self._thread is threading.current_thread():
                self._thread = None
            self._changed.notify_all()

    def _until_idle(self) -> None:
        """Prepare and commit, until nothing has come for a while; raises where a group cannot be committed."""
        oldest = 0.0
        while True:
            with self._changed:
                waiting = self._next(oldest)
                if waiting is None and not self._prepared:
                    self._thread = None  # in the same breath: whoever adds now starts another
                    return
            if waiting is not None:
                if not self._prepared:
                    oldest = time.monotonic()
                self._prepare(waiting)
            is_time = waiting is None or len(self._prepared) >= MOST_IN_GROUP
            if is_time and self._prepared:
                self._commit()

    def _next(self, oldest: float) -> Waiting | None:
        """The next take to prepare; None where there is none, and it is time to commit or to end."""
        until = oldest + GROUP_S if self._prepared else time.monotonic() + _LINGER_S
        while not self._waiting:
            left = until - time.monotonic()
            if left <= 0.0 or (self._in_hurry and self._prepared):
                return None
            self._changed.wait(left)
        waiting = self._waiting.popleft()
        self._changed.notify_all()
        return waiting

    def _prepare(self, waiting: Waiting) -> None:
        take = waiting.take
        try:
            record = TakeRecord.of(take, self._assets)
            digest = audio_sha256(take.audio.samples)
            self._audio.put(digest, take.audio)
        except Exception as error:
            self._failed(error, waiting.key)
            return
        vector, embedding = self._heard(waiting)
        row = Row(
            number=waiting.number,
            id=take.id,
            record=record,
            made_at=waiting.made_at,
            audio_sha256=digest,
            gain=gain_of(take.audio.samples),
            sample_rate=take.audio.sample_rate,
            channels=take.audio.channels,
            scores=waiting.scores,
            experiment=waiting.experiment,
            tags=waiting.tags,
            vector=vector,
            embedding=embedding,
        )
        inputs = tuple(given.asset for given in take.performance.inputs)
        self._prepared.append(_Prepared(row, take.audio, (*take.patch.assets.values(), *inputs)))

    def _heard(self, waiting: Waiting) -> tuple[F32 | None, int]:
        """The vector of a take, and the id of the embedding; None where it cannot be heard: it is kept without."""
        try:
            vector = self._hearing.of_take(waiting.take) if waiting.vector is None else waiting.vector
            if np.shape(vector) != (self._hearing.embedding.size,):
                raise ParameterError(
                    f"expected a vector of {self._hearing.embedding.size} numbers, got {np.shape(vector)}; "
                    f"take {waiting.number} is kept without"
                )
            return vector, self._hearing.id
        except Exception as error:  # a stranger's network may raise anything
            self._failed(error)
            return None, 0

    def _commit(self) -> None:
        with self._database.writing() as db:
            for prepared in self._prepared:  # once more: while we write, nobody clears files away
                self._audio.put(prepared.row.audio_sha256, prepared.audio)
                for asset in prepared.assets:
                    self._assets.put(asset)
            insert(db, [prepared.row for prepared in self._prepared])
        with self._changed:
            for prepared in self._prepared:
                self._numbers.pop((prepared.row.id, prepared.row.experiment), None)
            self._prepared.clear()
            self._changed.notify_all()

    def _failed(self, error: BaseException, gone: tuple[str, str] | None = None) -> None:
        """Remember the first error, for whoever comes next."""
        with self._changed:
            if gone is not None:
                self._numbers.pop(gone, None)
            if self._error is None:
                self._error = error
            self._changed.notify_all()
