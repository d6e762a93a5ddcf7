"""How the steps of a language model look on a terminal, or as lines of JSON."""

from __future__ import annotations

import json
import shlex
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line

if TYPE_CHECKING:
    from patchpilot.assist.orchestrator import Ending, Step

_SHOWN = 12
_MARKS = {"call": "> ", "result": "  ", "action": "  done: "}


def show(step: Step, *, as_json: bool) -> None:
    """Show a step: what the model says on stdout, all else on stderr; or all of it on stdout, as JSON.

    Args:
        step: that happened.
        as_json: whether a program reads it.
    """
    if as_json:
        click.echo(json.dumps({"kind": step.kind, "text": step.text, **step.data}, ensure_ascii=False))
        return
    text = printable(step.text)
    if step.kind == "progress":
        _line.show(f"  {text}")
        return
    _line.clear()
    if step.kind == "said":
        click.echo(text)
    elif step.kind != "end":
        failed = "failed: " if step.data.get("is_error") else ""
        click.echo(f"{_MARKS[step.kind]}{failed}{text}", err=True)


def show_ending(ending: Ending, conversation_id: str, bank: Path) -> None:
    """Say on stderr how it ended, and what to do next.

    Args:
        ending: how it ended.
        conversation_id: of the conversation.
        bank: folder that the takes are in.
    """
    if ending.why != "done":
        click.echo(f"It did not end by itself: {_WHY[ending.why]}.", err=True)
    if ending.takes:
        shown = ", ".join(map(str, ending.takes[-_SHOWN:]))
        more = "…, " if len(ending.takes) > _SHOWN else ""
        files = f"patchpilot bank export {ending.takes[-1]} --out FOLDER --bank {shlex.quote(str(bank))}"
        click.echo(f"takes: {more}{shown}; as files: {files}", err=True)
    if ending.actions:
        click.echo(f"actions: {len(ending.actions)}; `patchpilot assist --undo` undoes them", err=True)
    tokens = ", ".join(f"{name} {n}" for name, n in sorted(ending.usage.items()))
    click.echo(
        f"conversation {conversation_id}; --continue goes on with it" + (f" ({tokens})" if tokens else ""),
        err=True,
    )


_WHY = {
    "limit": "it reached a limit of --turns, --seconds or --renders",
    "refused": "the model refused",
    "round in circles": "it did the same thing again and again",
    "nothing": "the model said nothing",
}


def printable(text: str) -> str:
    """Text of others without what would speak to the terminal."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char)[0] != "C")
