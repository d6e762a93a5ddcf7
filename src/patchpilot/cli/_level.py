"""What the commands of `patchpilot level` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def levels_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--levels FOLDER`."""
    return click.option(
        "--levels",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of all levels; your own by default.",
    )(function)


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")(function)


def out_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`-o FOLDER`."""
    return click.option(
        "-o",
        "--out",
        required=True,
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of the new material.",
    )(function)


def folder_of(levels: Path | None) -> Path:
    """Where levels are."""
    from patchpilot.selfplay.levels.level import default_folder

    return levels if levels is not None else default_folder()


def template_of(name: str, levels: Path) -> Path:
    """The template that is meant: a file, or the best attempt's of a level.

    Raises:
        ParameterError: the level is not there, or was not tried yet.
    """
    from patchpilot.errors import ParameterError
    from patchpilot.selfplay.levels.attempt import TEMPLATE
    from patchpilot.selfplay.levels.level import ATTEMPTS, opened

    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return path
    level = opened(name, levels)
    done = level.attempts()
    if not done:
        raise ParameterError(
            f"level {name} has no attempt yet, so there is no template: `patchpilot level play {name}`"
        )
    return level.folder / ATTEMPTS / str(done[0]["name"]) / TEMPLATE
