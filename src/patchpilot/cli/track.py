"""`patchpilot track`: whole tracks; its commands are loaded when they are used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click

from patchpilot.cli._lazy import LazyGroup

_COMMANDS = {
    "analyze": "Tempo, bars, key, sections, loudness, balance, and what a producer listens for.",
    "score": "How much of what trance is made of is in a track, part by part.",
    "profile": "What the tracks that you love have in common: build, show, review, validate.",
    "similar": "Tracks of a collection that sound like one: similar FILE --in DIR; train on your own.",
    "styles": "Sub-styles: learn them from your labelled tracks, and tell which one a track is of.",
    "gap": "What a track of yours lacks beside a profile: what, by how much, in which bars.",
    "fix": "Moves that close the gaps, each tried out before it is offered.",
}


class _Tracks(LazyGroup):
    modules: ClassVar[Mapping[str, tuple[str, str]]] = {
        name: (f"patchpilot.cli.track_{name}", text) for name, text in _COMMANDS.items()
    }


@click.group("track", cls=_Tracks)
def command() -> None:
    """Whole tracks: what is in them, and how they compare with those that you love."""
