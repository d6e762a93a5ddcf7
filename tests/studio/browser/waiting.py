"""Waiting for what the page's modules say."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page


def until(page: Page, expression: str, *, timeout_s: float = 30.0) -> Any:
    """What JavaScript says, once it is true; a promise is waited for, as `Page.wait_for_function` does not.

    Raises:
        AssertionError: it does not become true in time.
    """
    end = time.monotonic() + timeout_s
    while not (found := page.evaluate(expression)):
        assert time.monotonic() < end, f"not within {timeout_s:g} s: {expression}"
        page.wait_for_timeout(50)
    return found


def player(expression: str) -> str:
    """JavaScript that looks at the player, `p`."""
    return f"import('/parts/player.js').then((p) => {expression})"
