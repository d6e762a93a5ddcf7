"""Lines of jobs: those of one lane run one after another in a thread of its own, lanes beside one another."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from patchpilot.workspace.jobs.job import Job


class Lanes:
    """Lines that jobs wait in; made on first use.

    Args:
        run: runs a job, in its lane's thread; it raises nothing.
    """

    def __init__(self, run: Callable[[Job], None]) -> None:
        self._run = run
        self._changed = threading.Condition()
        self._queues: dict[str, deque[Job]] = {}
        self._threads: list[threading.Thread] = []
        self._is_closing = False

    @property
    def waiting(self) -> int:
        """How many jobs wait, in all lanes."""
        with self._changed:
            return sum(len(queue) for queue in self._queues.values())

    def put(self, lane: str, job: Job) -> None:
        """Have a job wait for its turn."""
        with self._changed:
            if lane not in self._queues:
                self._queues[lane] = deque()
                thread = threading.Thread(target=self._work, args=(lane,), name=f"jobs: {lane}", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._queues[lane].append(job)
            self._changed.notify_all()

    def remove(self, lane: str, job: Job) -> bool:
        """Take a job out of its line; False where it does not wait any more."""
        with self._changed:
            if job not in self._queues.get(lane, ()):
                return False
            self._queues[lane].remove(job)
            return True

    def stop(self) -> None:
        """Begin no more."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()

    def join(self, timeout_s: float) -> bool:
        """Wait until what runs has ended; gives whether all of it did in that time."""
        until = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self, lane: str) -> None:
        queue = self._queues[lane]
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(queue) or self._is_closing)
                if self._is_closing:
                    return
                job = queue.popleft()
            self._run(job)
