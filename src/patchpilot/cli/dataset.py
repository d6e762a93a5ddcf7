"""`patchpilot dataset`: patches and what they sound like, in one file; its commands are loaded when they are used."""

from __future__ import annotations

import click

from patchpilot.cli._lazy import LazyGroup

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


class _Dataset(LazyGroup):
    modules = _COMMANDS


@click.group("dataset", cls=_Dataset)
def command() -> None:
    """Make datasets of patches and what they sound like, and look at them."""
