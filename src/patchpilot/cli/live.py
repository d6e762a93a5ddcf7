"""`patchpilot live`: Ableton Live, turned from outside and set back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click

from patchpilot.cli._lazy import LazyGroup

_COMMANDS = {
    "status": "What this Live holds: tracks, devices, parameters; what can be undone.",
    "apply": "Apply moves of a file, all or nothing; without Live, write them as a list.",
    "set": "Turn one knob to what its display is to show.",
    "undo": "Set the last change back, also one that was interrupted.",
    "transport": "Play, stop, tempo, metronome.",
    "place": "Put the notes of a MIDI file into an empty clip.",
    "send": "Send a match of ableton-wavetable to a prepared track.",
    "meter": "What the tracks' meters show.",
    "listen": "Hear spectra of a Max for Live device, and what an EQ might do.",
}


class _Live(LazyGroup):
    modules: ClassVar[Mapping[str, tuple[str, str]]] = {
        name: (f"patchpilot.cli.live_{name}", text) for name, text in _COMMANDS.items()
    }


@click.group("live", cls=_Live)
def command() -> None:
    """Ableton Live over AbletonOSC: look, turn, place clips, listen; every change can be undone, also after a crash."""
