"""Runs that end when their job is to end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patchpilot.experiment.session import Session
    from patchpilot.workspace.jobs.report import Report


@contextmanager
def stopped_with(session: Session, report: Report) -> Iterator[None]:
    """While it lasts, the session ends after its batch once the job is to end, even if it waits."""
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if report.wait(0.2):
                session.stop()
                return

    watcher = threading.Thread(target=watch, name="watches a run", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
