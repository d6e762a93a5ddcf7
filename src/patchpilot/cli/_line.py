"""One line on stderr that is rewritten on a terminal; nothing in a log."""

from __future__ import annotations

import sys


def show(text: str) -> None:
    """Put it in the place of what was there."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def clear() -> None:
    """Take the line away."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
