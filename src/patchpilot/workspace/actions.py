"""What was done in a workspace, so that it can be undone: the last action first."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patchpilot.workspace.errors import ConflictError
from patchpilot.workspace.lines import Lines
from patchpilot.workspace.plain import plain
from patchpilot.workspace.verbs.base import verb_of

if TYPE_CHECKING:
    from patchpilot.workspace.workspace import Workspace

FILE = "actions.jsonl"
SHOWN = 200


class Actions:
    """The log; it is on the disk, so that what was done before a restart can be undone after it.

    Args:
        workspace: whose.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._file = Lines(workspace.path / FILE)
        self._lock = threading.RLock()
        self._done: list[dict[str, Any]] = []
        for line in self._file.read():
            if "undone" in line:
                self._strike(line["undone"])
            else:
                self._done.append(line)

    def add(self, verb: str, text: str, back: Any) -> dict[str, Any]:
        """Remember an action.

        Args:
            verb: name of the verb that did it and can undo it.
            text: what was done, for people: "yes on take 12".
            back: what the verb's `undo` needs, as JSON.

        Raises:
            OutputError: it cannot be written down.
        """
        with self._lock:
            number = self._done[-1]["id"] + 1 if self._done else 1
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            action = {
                "id": number,
                "at": at,
                "verb": verb,
                "text": text,
                "back": plain(back),
                "is_undone": False,
            }
            self._file.append(action)
            self._done.append(action)
        return shown(action)

    def latest(self, limit: int = SHOWN) -> list[dict[str, Any]]:
        """The latest actions, the last first."""
        with self._lock:
            return [shown(action) for action in reversed(self._done[-limit:])] if limit > 0 else []

    def undo(self) -> dict[str, Any]:
        """Undo the last action that is not undone yet, and say which.

        Raises:
            ConflictError: there is none.
            PatchPilotError: it cannot be undone; then it is as it was.
        """
        with self._lock:
            action = next((one for one in reversed(self._done) if not one["is_undone"]), None)
            if action is None:
                raise ConflictError("there is nothing to undo")
            undo = verb_of(action["verb"]).undo
            assert undo is not None
            undo(self._workspace, action["back"])
            self._strike(action["id"])
            self._file.append({"undone": action["id"]})
            return shown(action)

    def _strike(self, number: int) -> None:
        for action in reversed(self._done):
            if action["id"] == number:
                action["is_undone"] = True
                return


def shown(action: dict[str, Any]) -> dict[str, Any]:
    """An action without what undoes it."""
    return {key: value for key, value in action.items() if key != "back"}
