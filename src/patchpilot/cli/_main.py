"""The `patchpilot` command and its groups, each loaded when it is used."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from typing import ClassVar, NoReturn

import click

from patchpilot import __version__
from patchpilot.cli._errors import told
from patchpilot.cli._lazy import LazyGroup

_COMMANDS = {
    "match": "A sound in, presets that make it out.",
    "render": "A preset in, audio out.",
    "ask": 'A patch changed by words: "darker but more movement"; undo, again, more.',
    "bank": "Every take worth keeping: list, search, like, vote, star, replay, export, …",
    "library": "Libraries of patches that sounds are looked up in: build, list, info, prior.",
    "dataset": "Datasets of patches and what they sound like: generate, inspect, preview, export, …",
    "play": "The synth plays itself: run, listen, vote, compare, replay, watch, …",
    "golden": "Sounds that you love: add, list, describe, remove.",
    "level": "Loops to master: add, play, generate, complement.",
    "listening": "Blind listening tests: make one, send its page, and tell what came out.",
    "track": "Whole tracks: tempo, bars, key, sections, loudness, and what a producer listens for.",
    "live": "Ableton Live: look, turn knobs, place clips, listen; all of it can be undone.",
    "studio": "The web page: drop a sound, turn knobs, vote, look at everything that was made.",
    "assist": "A language model does what you ask for, with all the rest as its tools.",
    "mcp": "All that as tools for any language model: a server of the Model Context Protocol.",
    "rack": "Modules, and racks that are made of them: modules, show, draw.",
    "train": "A network learns an instrument from what it sounds like, and proposes patches.",
    "reinforce": "An estimator learns from sounds that nobody made a patch for.",
    "evaluate": "How close an estimator's patches come, on sounds that it never heard.",
    "instrument": "Instruments: plug-ins that are here, and one served to other machines.",
    "doctor": "Which engines, plug-ins and tools are here, and what is missing.",
    "plugins": "Every registered instrument, searcher, objective, distance, embedding and provider.",
}


class _PatchPilot(LazyGroup):
    modules: ClassVar[Mapping[str, tuple[str, str]]] = {
        name: (f"patchpilot.cli.{name}", text) for name, text in _COMMANDS.items()
    }


@click.group(cls=_PatchPilot, context_settings={"help_option_names": ["-h", "--help"]})
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
        click.echo("Interrupted; what was finished is kept, and no file was left half-written.", err=True)
        code = 130
    except Exception as error:  # no traceback reaches a user
        click.echo(f"Error: {told(error)}", err=True)
        code = 1
    sys.exit(code)


def _interrupt(*_: object) -> None:
    """Being asked to end is like being interrupted: what was begun is cleaned up."""
    raise KeyboardInterrupt
