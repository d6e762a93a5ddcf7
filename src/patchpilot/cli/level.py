"""`patchpilot level`: loops to master."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click

from patchpilot.cli._lazy import LazyGroup

_COMMANDS = {
    "add": "Make a loop a level: it is taken apart.",
    "list": "All levels, and how well they are mastered.",
    "show": "What was heard in a level, and its attempts.",
    "play": "An attempt: find a patch for each part, play the loop again, score it.",
    "generate": "New bars in a level's style, from its template.",
    "complement": "A bass or a lead that goes with a level.",
}


class _Level(LazyGroup):
    modules: ClassVar[Mapping[str, tuple[str, str]]] = {
        name: (f"patchpilot.cli.level_{name}", text) for name, text in _COMMANDS.items()
    }


@click.group("level", cls=_Level)
def command() -> None:
    """Loops to master: taken apart, matched part by part, played again and scored; then new material from them."""
