"""`patchpilot bank`: every take worth keeping; its commands are loaded when they are used."""

from __future__ import annotations

import importlib

import click

from patchpilot.cli._lazy import LazyGroup

_LOOK, _SIMILAR, _MARK, _AGAIN, _KEEP = (
    f"patchpilot.cli.bank_{part}" for part in ("look", "similar", "mark", "again", "keep")
)
_COMMANDS = {
    "list": (_LOOK, "List takes: all, or those with a tag, a star, a vote, of an experiment."),
    "search": (_LOOK, "Find takes by words."),
    "show": (_LOOK, "Say everything about a take."),
    "like": (_SIMILAR, "Takes that sound like a take, or like a file."),
    "far": (_SIMILAR, "Takes that sound like nothing else."),
    "map": ("patchpilot.cli.bank_map", "Draw takes on a plane, where what sounds alike lies together."),
    "lineage": (_SIMILAR, "From which takes a take was made, and which from it."),
    "vote": (_MARK, "Say yes or no to a take."),
    "star": (_MARK, "Give takes a star: golden moments."),
    "tag": (_MARK, "Give a take tags."),
    "untag": (_MARK, "Take tags away from a take."),
    "pin": (_MARK, "Say which parameters of a take are to stay as they are."),
    "note": (_MARK, "Write a note about a take."),
    "replay": (_AGAIN, "Render takes again, and say whether they sound as they did."),
    "export": (_AGAIN, "Write preset, audio and MIDI of takes."),
    "repair": (_AGAIN, "Render audio that is lost again."),
    "reindex": (_KEEP, "Hear takes that were not heard yet, or all with another embedding."),
    "collect": (_KEEP, "Make room; takes of which you said something are never touched."),
    "check": (_KEEP, "Say whether a bank is whole."),
    "backup": (_KEEP, "Copy a bank as it is now."),
    "restore": (_KEEP, "Put a backup back."),
    "merge": (_KEEP, "Take all of another bank in."),
    "info": (_LOOK, "Say what a bank holds, and where it is."),
}


class _Bank(LazyGroup):
    modules = _COMMANDS

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """One of them: `NAME_command` of its module."""
        if cmd_name not in self.modules:
            return None
        module = importlib.import_module(self.modules[cmd_name][0])
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command


@click.group("bank", cls=_Bank)
def command() -> None:
    """Look at takes, say what you think of them, and have them sound again.

    A bank is a folder. Without --bank it is your own, which is made when it is first used (PATCHPILOT_BANK names
    another). A take is named by its number, or by the first six or more digits of its id.
    """
