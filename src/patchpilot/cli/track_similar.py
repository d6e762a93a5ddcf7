"""`patchpilot track similar`: tracks that sound alike, and training what is told alike by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click

from patchpilot.cli._lazy import LazyGroup

_COMMANDS = {
    "find": "The tracks of a collection that are most like one; `similar FILE --in DIR` is short for it.",
    "train": "Learn from a collection which of its tracks belong together.",
}


class _Similar(LazyGroup):
    """A group that finds where no other command is named."""

    modules: ClassVar[Mapping[str, tuple[str, str]]] = {
        name: (f"patchpilot.cli.track_similar_{name}", text) for name, text in _COMMANDS.items()
    }

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, after "find" was put where a file stands."""
        if args and args[0] not in (*_COMMANDS, "--help"):
            args = ["find", *args]
        return super().parse_args(ctx, args)


@click.group("similar", cls=_Similar)
def command() -> None:
    """Tracks that sound alike: `patchpilot track similar FILE --in DIR`.

    A FILE that is called "find" or "train" is written ./find.
    """
