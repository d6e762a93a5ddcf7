"""`patchpilot play send`: say something to experiments that run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click


@click.command("send", context_settings={"ignore_unknown_options": True})
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("request", metavar="WHAT [NAME=VALUE]…")
@click.argument("options", nargs=-1)
def command(folder: Path, request: str, options: tuple[str, ...]) -> None:
    """Say WHAT to the experiments that run in FOLDER, and print the answer as JSON.

    status, list, play, next, vote vote=yes, star, key key=y, set name=filter_1_cutoff value=60,
    prefer better=3 worse=5, pause, resume, stop. `take=N` says which
    take is meant; the one that sounds now by default.
    """
    from patchpilot.errors import ParameterError
    from patchpilot.experiment.server import ask

    said: dict[str, Any] = {"do": request}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals:
            raise ParameterError(f"expected NAME=VALUE, got {option!r}")
        said[name] = _value(value)
    for answer in ask(folder, [said]):
        click.echo(json.dumps(answer))
        if not answer.get("ok"):
            sys.exit(1)


def _value(text: str) -> Any:
    """A number where it is one."""
    try:
        number = json.loads(text)
    except ValueError:
        return text
    return number if isinstance(number, int | float) else text
