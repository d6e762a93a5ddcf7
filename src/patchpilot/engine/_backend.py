"""What the pool asks of the two ways to run jobs."""

from typing import Protocol

from patchpilot.engine.job import Failure, Job

Event = tuple[int, object | Failure]
"""A job's number and what came of it."""


class Backend(Protocol):
    """Processes that take numbered jobs and give numbered outcomes, in any order."""

    def room(self) -> bool:
        """Whether another job can be submitted now."""

    def submit(self, number: int, job: Job) -> list[Event]:
        """Begin a job; give its failure if it cannot even be sent. Call only if there is `room()`."""

    def wait(self, *, block: bool) -> list[Event]:
        """What ended since the last call; with `block`, at least one event if any job is in flight.

        Raises:
            EngineError: the program's `boot` fails.
        """

    def abandon(self) -> None:
        """Nobody wants the submitted jobs any more: those that have not begun need not be run."""

    def close(self) -> None:
        """End all processes, at once. May be called again."""
