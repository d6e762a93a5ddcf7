"""The `patchpilot` command and its groups, each loaded when it is used."""

from __future__ import annotations

import importlib
import signal
import sys
from typing import NoReturn

import click

from patchpilot import __version__
from patchpilot.cli._errors import told

_COMMANDS = {
    "match": "A sound in, presets that make it out.",
    "render": "A preset in, audio out.",
    "library": "Libraries of patches that sounds are looked up in: build, list, info, prior.",
    "dataset": "Datasets of patches and what they sound like: generate, inspect, preview, export, …",
    "doctor": "Which engines, plug-ins and tools are here, and what is missing.",
    "plugins": "Every registered instrument, searcher, objective, distance and embedding.",
}


class _Lazy(click.Group):
    """Commands are imported when they run; the list of them needs no import."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"patchpilot.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="patchpilot")
def _patchpilot() -> None:
    """Play it a sound and get synthesizer patches that make that sound."""


def main() -> NoReturn:
    """Run the command line; errors are told in a sentence, an interrupt in a word."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = _patchpilot.main(prog_name="patchpilot", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted; nothing half-written was left.", err=True)
        code = 130
    except Exception as error:  # no traceback reaches a user
        click.echo(f"Error: {told(error)}", err=True)
        code = 1
    sys.exit(code)


def _interrupt(*_: object) -> None:
    """Being asked to end is like being interrupted: what was begun is cleaned up."""
    raise KeyboardInterrupt
