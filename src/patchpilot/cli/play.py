"""`patchpilot play`: the synth plays itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click

from patchpilot.cli._lazy import LazyGroup

_COMMANDS = {
    "run": "Run the experiments of a file; stopped anywhere, they go on with the same result.",
    "resume": "Go on with experiments in their folder.",
    "serve": "Run experiments, and answer an editor over a local socket.",
    "send": "Say something to experiments that run: status, vote, key, set, pause, …",
    "report": "A page with the best and the most different takes of a folder.",
    "compare": "How runs went, at equal renders.",
    "prime": "Patches to begin with, from your golden sounds.",
    "replay": "Play takes of a run again: are they the same to the bit?",
    "vote": "Say yes or no to a take of a bank.",
    "ask": "Which takes to vote on, so that the votes tell most.",
    "taste": "What is believed of your taste, in words.",
    "prefer": "Say which of two takes is better.",
    "policy": "What a run's searcher has learned of the instrument, for the next runs.",
    "learn": "A bank's takes become a better embedding and estimator.",
    "arrange": "Golden takes to a song: audio, stems, MIDI, DAWproject.",
    "watch": "Play a file whenever it is saved, and bank what comes out.",
}


class _Play(LazyGroup):
    modules: ClassVar[Mapping[str, tuple[str, str]]] = {
        name: (f"patchpilot.cli.play_{name}", text) for name, text in _COMMANDS.items()
    }


@click.group("play", cls=_Play)
def command() -> None:
    """Let the synth play itself: an experiment is a TOML file, a run a folder, and what is worth it goes to a bank."""
