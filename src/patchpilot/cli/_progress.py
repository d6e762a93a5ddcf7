"""Progress on stderr: one line that is rewritten on a terminal, nothing in a log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from patchpilot.cli import _line

if TYPE_CHECKING:
    from patchpilot.search.base import Outcome


class Progress:
    """Says what is being done, counts patches and shows the closest one so far.

    Args:
        title: what is being worked on.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._phase = "listening"
        self._tried = 0
        self._best = float("-inf")

    def __enter__(self) -> Self:
        self._show()
        return self

    def __exit__(self, *_: object) -> None:
        _line.clear()

    def phase(self, name: str) -> None:
        """Something else is being done from now on ("searching", "refining", …)."""
        self._phase = name
        self._show()

    def heard(self, outcome: Outcome) -> None:
        """Count a patch."""
        self._tried += 1
        self._best = max(self._best, outcome.score)
        self._show()

    def _show(self) -> None:
        closest = f", closest {-self._best:.3f}" if self._best > float("-inf") else ""
        tried = f" {self._tried} tried{closest}" if self._tried else ""
        _line.show(f"{self._title}: {self._phase}…{tried}")
