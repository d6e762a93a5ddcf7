"""The self-play that runs now, for those who steer it, listen and vote."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from patchpilot.errors import PatchPilotError
from patchpilot.workspace.errors import ConflictError
from patchpilot.workspace.play.running import Playing

if TYPE_CHECKING:
    from patchpilot.workspace.workspace import Workspace


class Plays:
    """What plays itself in a workspace, by its job. Threads may share it.

    Args:
        workspace: whose.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._running: dict[str, Playing] = {}
        self._learning = ThreadPoolExecutor(1, "learns from votes")  # whoever votes does not wait for it

    @contextmanager
    def attended(self, job: str, playing: Playing) -> Iterator[Playing]:
        """While it lasts, it can be steered, listened to and voted on."""
        with self._lock:
            self._running[job] = playing
        try:
            yield playing
        finally:
            with self._lock:
                del self._running[job]

    def running(self) -> dict[str, Playing]:
        """By their jobs."""
        with self._lock:
            return dict(self._running)

    def __getitem__(self, job: str) -> Playing:
        """One that runs.

        Raises:
            ConflictError: it does not run now.
            MissingError: there is no such job.
        """
        with self._lock:
            found = self._running.get(job)
        if found is None:
            state = self._workspace.jobs.get(job)["state"]
            raise ConflictError(f"job {job} is {state}: it can be steered while it plays")
        return found

    def voted(self, number: int, vote: int) -> None:
        """Somebody voted on a take (+1, -1), or took that back (0): those that run learn from it, a moment later."""
        for playing in self.running().values():
            playing.answered(number)
            if vote:
                self._learning.submit(_learn, playing, number, vote)

    def close(self) -> None:
        """Learn no more."""
        self._learning.shutdown(cancel_futures=True)


def _learn(playing: Playing, number: int, vote: int) -> None:
    with suppress(PatchPilotError):  # the vote is kept all the same, and learned from the bank the next time
        playing.learn(number, vote)
