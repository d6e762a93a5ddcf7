"""Which job a worker gets next: one whose base it has prepared, if there is one; and how it is to be run.

A few jobs wait here, so that there is a choice. What is chosen decides how long things take, never what comes out.
"""

from collections import deque
from collections.abc import Collection

from patchpilot.engine._keeper import FEW, LAST, MORE
from patchpilot.engine.job import Job

BASES = 4
"""Prepared bases that a worker keeps (about 40 MB each for Vital)."""
_PASSED_OVER = 32  # times that the job which waits longest may be, for jobs whose base is at hand


class Queue:
    """Jobs that wait for a worker, in the order in which they came.

    Args:
        workers: how many take jobs from here.
    """

    def __init__(self, workers: int) -> None:
        self._size = 3 * workers + 2
        self._many = BASES * workers
        self._waiting: dict[int, Job] = {}
        self._recent: deque[str] = deque(maxlen=8 * self._many)  # bases of the jobs that came last
        self._passed = 0

    @property
    def full(self) -> bool:
        """Whether no more jobs are wanted now."""
        return len(self._waiting) >= self._size

    def put(self, number: int, job: Job) -> None:
        """Let a job wait."""
        self._waiting[number] = job
        self._recent.append(job.base_key)

    def clear(self) -> None:
        """Forget all jobs that wait."""
        self._waiting.clear()

    def choose(self, own: Collection[str], elsewhere: Collection[str], *, idle: bool) -> int | None:
        """The number of the job that a worker should get, if any.

        Args:
            own: bases that it has prepared.
            elsewhere: those that other workers have.
            idle: whether it has nothing to do. If so, it prepares even what another has, rather than wait.
        """
        if not self._waiting:
            return None
        if self._passed < _PASSED_OVER:
            for number, job in self._waiting.items():
                if job.base_key in own:
                    return number
            for number, job in self._waiting.items():
                if job.base_key not in elsewhere:
                    return number
            if not idle:
                return None
        return next(iter(self._waiting))

    def take(self, number: int) -> tuple[Job, str]:
        """Remove a job that was chosen, and say how it is to be run.

        Where bases come and go (more of them lately than all workers could keep), none is kept for later: a base
        is done with when no job of it waits and the jobs that came last are of another.
        """
        self._passed = 0 if number == next(iter(self._waiting)) else self._passed + 1
        job = self._waiting.pop(number)
        if len(set(self._recent)) <= self._many:
            return job, MORE
        more = self._recent[-1] == job.base_key or any(
            other.base_key == job.base_key for other in self._waiting.values()
        )
        return job, FEW if more else LAST
