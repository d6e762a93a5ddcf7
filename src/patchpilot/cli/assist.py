"""`patchpilot assist`: a language model works for you."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli._workspace import SOUND_FOLDERS, joined, workspace_options

if TYPE_CHECKING:
    from patchpilot.assist.conversation import Conversation
    from patchpilot.assist.desk import Desk
    from patchpilot.assist.limits import Limits
    from patchpilot.assist.orchestrator import Ending
    from patchpilot.assist.providers import Provider


@click.command("assist")
@click.argument("text", required=False)
@click.option(
    "--sound",
    "sounds",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A sound that it is about. May be repeated.",
)
@click.option(
    "--preset",
    "presets",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A preset of the instrument that it is about. May be repeated.",
)
@click.option(
    "--provider", "provider_name", default="anthropic", show_default=True, help="Whose model it is."
)
@click.option("--model", help="Name of the model; the provider's usual one by default.")
@click.option(
    "--turns", default=30, show_default=True, type=click.IntRange(1), help="How often it may answer."
)
@click.option(
    "--seconds", default=1800.0, show_default=True, type=click.FloatRange(1), help="How long it may take."
)
@click.option(
    "--renders", type=click.IntRange(1), help="How often instruments may play; any number by default."
)
@click.option(
    "--continue",
    "earlier",
    is_flag=False,
    flag_value="",
    metavar="[ID]",
    help="Go on with an earlier conversation, the latest where none is named.",
)
@click.option(
    "--undo",
    "undone",
    is_flag=False,
    flag_value="",
    metavar="[ID]",
    help="Undo what was done in a conversation, the latest where none is named.",
)
@click.option("--json", "as_json", is_flag=True, help="Print each step as a line of JSON.")
@workspace_options
@SOUND_FOLDERS
def command(
    text: str | None,
    sounds: tuple[Path, ...],
    presets: tuple[Path, ...],
    provider_name: str,
    model: str | None,
    turns: int,
    seconds: float,
    renders: int | None,
    earlier: str | None,
    undone: str | None,
    as_json: bool,
    place: Path | None,
    bank: str | None,
    instrument_name: str,
    also: tuple[str, ...],
    folders: tuple[Path, ...],
) -> None:
    """Let a language model do what TEXT asks for, with everything that the studio can do.

    Each step is shown as it happens and can be undone; what was said and done is kept in the workspace. What you say,
    and what the tools answer (numbers and names, never audio), goes to the provider. See docs/assist.md.
    """
    from patchpilot.assist.limits import Limits
    from patchpilot.assist.providers import provider

    if undone is not None:
        desk = joined(place, bank, instrument_name, also)
        try:
            _undo(desk, undone)
        finally:
            desk.close()
        return
    if not text or not text.strip():
        raise click.UsageError(
            'Missing argument TEXT: what is to be done, as "three darker versions of this".'
        )
    limits = Limits(turns, seconds, math.inf if renders is None else renders)
    made = provider(provider_name, model=model)
    workspace = joined(place, bank, instrument_name, also)
    try:
        brought = _brought(workspace, sounds, presets, instrument_name)
        conversation = _conversation(workspace, earlier, made)
        ending = _run(workspace, made, conversation, f"{text}{brought}", limits, folders, as_json=as_json)
    finally:
        has_ended = workspace.close()
    code = 0 if ending.why == "done" else 1
    if not has_ended:
        sys.stdout.flush()
        os._exit(code)  # something computes that cannot be told to end; all that is to be kept is on the disk
    click.get_current_context().exit(code)


def _brought(workspace: Desk, sounds: tuple[Path, ...], presets: tuple[Path, ...], instrument: str) -> str:
    """Bring files to the workspace; gives what the model is told of them."""
    from patchpilot.assist.desk import preset_brought
    from patchpilot.errors import AudioError, PatchError

    said = []
    for path in sounds:
        if not path.is_file():
            raise AudioError(f"{path}: there is no such file")
        info = workspace.sounds.add(path, name=path.name)
        said.append(f"the sound {info['id']} ({info['name']})")
    for path in presets:
        if not path.is_file():
            raise PatchError(f"{path}: there is no such file")
        said.append(f"take {preset_brought(workspace, path, instrument)} (the preset {path.name})")
    return f"\n\nThis came with it: {', '.join(said)}." if said else ""


def _conversation(workspace: Desk, earlier: str | None, made: Provider) -> Conversation:
    from patchpilot.assist.conversation import Conversation

    if earlier is not None:
        return Conversation.found(workspace.path, earlier)
    return Conversation.begun(workspace.path, provider=made.name, model=made.model)


def _run(
    workspace: Desk,
    made: Provider,
    conversation: Conversation,
    text: str,
    limits: Limits,
    folders: tuple[Path, ...],
    *,
    as_json: bool,
) -> Ending:
    from patchpilot.assist import Opener, Tools
    from patchpilot.assist.bringing import bringing
    from patchpilot.assist.desk import bank_folder
    from patchpilot.assist.orchestrator import Orchestrator
    from patchpilot.cli._assist import show, show_ending

    tools = Tools(Opener(lambda: workspace), extra=[bringing(folders)] if folders else [])
    orchestrator = Orchestrator(
        tools, made, conversation, limits=limits, on_step=lambda step: show(step, as_json=as_json)
    )
    try:
        ending = orchestrator.run(text)
    except BaseException:
        click.echo(f"conversation {conversation.id} is kept; --continue goes on with it", err=True)
        raise
    if not as_json:
        show_ending(ending, conversation.id, bank_folder(workspace))
    return ending


def _undo(workspace: Desk, name: str) -> None:
    from patchpilot.assist.conversation import Conversation
    from patchpilot.assist.undoing import undo
    from patchpilot.cli._assist import printable

    conversation = Conversation.found(workspace.path, name)
    undone, left = undo(workspace, conversation)
    for action in undone:
        click.echo(f"undone: {printable(action['text'])}")
    if left:
        click.echo(
            f"left as they are: {len(left)} actions, since something else was done after them", err=True
        )
    if not undone and not left:
        click.echo(f"there is nothing to undo in conversation {conversation.id}", err=True)
