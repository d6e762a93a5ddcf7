"""`patchpilot track styles`: sub-styles that are learned from a labelled collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click

from patchpilot.cli._lazy import LazyGroup

_COMMANDS = {
    "train": "Learn sub-styles from folders of tracks, and say how well they are told apart.",
    "tell": "Which sub-style a track is of.",
}


class _Styles(LazyGroup):
    modules: ClassVar[Mapping[str, tuple[str, str]]] = {
        name: (f"patchpilot.cli.track_styles_{name}", text) for name, text in _COMMANDS.items()
    }


@click.group("styles", cls=_Styles)
def command() -> None:
    """Sub-styles, learned from your own labelled tracks."""
