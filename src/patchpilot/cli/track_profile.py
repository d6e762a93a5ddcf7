"""`patchpilot track profile`: what a collection of tracks has in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click

from patchpilot.cli._lazy import LazyGroup

_COMMANDS = {
    "build": "Learn what the tracks of a folder have in common.",
    "show": "The tracks and numbers of a profile.",
    "review": "What was learned, in words; leave a track or a feature out.",
    "validate": "Does it know you? Held-out tracks against others.",
}


class _Profile(LazyGroup):
    modules: ClassVar[Mapping[str, tuple[str, str]]] = {
        name: (f"patchpilot.cli.track_profile_{name}", text) for name, text in _COMMANDS.items()
    }


@click.group("profile", cls=_Profile)
def command() -> None:
    """What the tracks that you love have in common, section by section."""
