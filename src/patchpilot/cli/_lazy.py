"""Groups of commands that are imported when they run: the list of them needs no import."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import ClassVar

import click


class LazyGroup(click.Group):
    """A group whose commands are modules' `command`.

    Attributes:
        modules: for each name the module, and the line that lists it; subclasses say.
    """

    modules: ClassVar[Mapping[str, tuple[str, str]]] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Their names, in the order in which they are shown."""
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """One of them, imported."""
        if cmd_name not in self.modules:
            return None
        command: click.Command = importlib.import_module(self.modules[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.modules.items()])


def walked(group: click.Group, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command below a group with its names ("dataset presets fetch"), groups before what is in them."""
    context = click.Context(group)
    for verb in group.list_commands(context):
        command = group.get_command(context, verb)
        assert command is not None
        yield f"{name} {verb}".strip(), command
        if isinstance(command, click.Group):
            yield from walked(command, f"{name} {verb}".strip())
