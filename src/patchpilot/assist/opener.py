"""A workspace that is opened when it is first needed, and asked for again where it could not be opened."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Self

from patchpilot.assist.desk import Desk
from patchpilot.assist.remote import RemoteWorkspace
from patchpilot.workspace import ConflictError, Workspace


class Opener:
    """Opens a workspace once; threads may share it.

    Whoever lists tools needs no workspace, and one that is in use by another program may be free at the next call.

    Args:
        make: opens it.
        starts: whether jobs that an earlier process left in the middle go on, and the usual instrument is opened.
    """

    def __init__(self, make: Callable[[], Desk], *, starts: bool = False) -> None:
        self._make, self._starts = make, starts
        self._lock = threading.Lock()
        self._workspace: Desk | None = None
        self._closed = False

    def __call__(self) -> Desk:
        """The workspace; raises as `Workspace` does until it can be opened, and `ConflictError` once it is closed.

        One that a studio has open is opened here once that studio has ended.
        """
        with self._lock:
            if self._closed:
                raise ConflictError("the workspace is being closed")
            if isinstance(self._workspace, RemoteWorkspace) and not self._workspace.is_there:
                self._workspace = None
            if self._workspace is None:
                self._workspace = self._make()
                if self._starts and isinstance(self._workspace, Workspace):
                    self._workspace.start()
            return self._workspace

    @property
    def opened(self) -> Desk | None:
        """The workspace if it is open."""
        return self._workspace

    def close(self) -> bool:
        """Close it, if it was opened; gives whether everything in it has ended."""
        with self._lock:
            self._closed = True
            workspace, self._workspace = self._workspace, None
        return workspace is None or workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
