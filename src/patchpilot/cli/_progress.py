"""Progress on stderr: one line that is rewritten on a terminal, nothing in a log."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from patchpilot.search.base import Outcome


class Progress:
    """Counts renders and shows the closest one so far.

    Args:
        title: what is being worked on.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._renders = 0
        self._best = float("-inf")
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> Self:
        self._show("listening…")
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")

    def heard(self, outcome: Outcome) -> None:
        """Count a render."""
        self._renders += 1
        self._best = max(self._best, outcome.score)
        self._show(f"{self._renders} renders, closest {-self._best:.3f}")

    def _show(self, text: str) -> None:
        if self._shown:
            sys.stderr.write(f"\r\x1b[K{self._title}: {text}")
            sys.stderr.flush()
