"""`patchpilot listening`: blind listening tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click

from patchpilot.cli._lazy import LazyGroup

_COMMANDS = {
    "make": "A test, of folders, takes or searchers: a page to send, and its key.",
    "results": "What came out: the votes that were sent back, as means or shares with intervals.",
    "page": "The page of a test, written again.",
}


class _Listening(LazyGroup):
    modules: ClassVar[Mapping[str, tuple[str, str]]] = {
        name: (f"patchpilot.cli.listening_{name}", text) for name, text in _COMMANDS.items()
    }


@click.group("listening", cls=_Listening)
def command() -> None:
    """Blind listening tests: which sound do people prefer, and is that more than chance?"""
