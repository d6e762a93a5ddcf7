"""`patchpilot instrument`: instruments as such; its commands are loaded when they are used."""

from __future__ import annotations

import click

from patchpilot.cli._lazy import LazyGroup

_COMMANDS = {
    "scan": ("patchpilot.cli._instrument_scan", "Try the plug-ins of this machine, each in a process of its own."),
    "list": ("patchpilot.cli._instrument_list", "Instruments that can be played, and plug-ins that are effects."),
    "show": ("patchpilot.cli._instrument_show", "The parameters of an instrument, and what they show."),
    "serve": ("patchpilot.cli._serve", "Serve an instrument to other programs and machines."),
}  # fmt: skip


class _Instrument(LazyGroup):
    modules = _COMMANDS


@click.group("instrument", cls=_Instrument)
def command() -> None:
    """Find instruments, and serve one to other machines."""
