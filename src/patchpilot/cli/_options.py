"""Options that commands of several groups have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
FORCE = click.option("--force", is_flag=True, help="Replace what is there.")


def place(flag: str, what: str) -> Callable[..., Any]:
    """A folder that need not be there yet, the user's own where none is named; the argument is `place`.

    Args:
        flag: as "--bank".
        what: the folder of what, as "the bank".
    """
    return click.option(
        flag,
        "place",
        type=click.Path(path_type=Path, readable=False),
        help=f"Folder of {what}; your own by default.",
    )
