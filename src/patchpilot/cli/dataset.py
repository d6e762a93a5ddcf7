"""`patchpilot dataset`: patches and what they sound like, in one file; its commands are loaded when they are used."""

from __future__ import annotations

import importlib

import click

_COMMANDS = {
    "generate": ("patchpilot.cli.dataset_generate", "Render patches into a file; goes on where it was stopped."),
    "inspect": ("patchpilot.cli.dataset_inspect", "Say what a dataset holds, and whether it is whole."),
    "preview": ("patchpilot.cli.dataset_preview", "Browse a dataset in the terminal."),
    "sheet": ("patchpilot.cli.dataset_sheet", "Draw spectrograms of many rows in one picture."),
    "importance": ("patchpilot.cli.dataset_importance", "Measure how much each parameter moves the sound."),
    "export": ("patchpilot.cli.dataset_export", "Write rows as WebDataset shards, Parquet or presets."),
    "presets": ("patchpilot.cli.dataset_presets", "Find and fetch collections of presets."),
    "wavetables": ("patchpilot.cli.dataset_wavetables", "Collect the wavetables of presets into a catalog."),
}  # fmt: skip
"""Module and short help by name: the list needs no import."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(_COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group("dataset", cls=_Lazy)
def command() -> None:
    """Make datasets of patches and what they sound like, and look at them."""
