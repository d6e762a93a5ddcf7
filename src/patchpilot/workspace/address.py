"""Where the studio that has a workspace open can be reached: a file in its folder that only its owner can read."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from patchpilot.files import output_error

FILE = "studio.json"


@dataclass(frozen=True)
class Address:
    """Of a running studio.

    Attributes:
        url: "http://127.0.0.1:8137/".
        token: that it wants to be told.
        bank: folder of the workspace's bank.
        process: number of its process on this machine.
    """

    url: str
    token: str
    bank: str
    process: int


def leave(folder: Path, url: str, token: str, *, bank: Path) -> None:
    """Write down where this process serves a workspace.

    Raises:
        OutputError: it cannot be written.
    """
    path = folder / FILE
    said = json.dumps({"url": url, "token": token, "bank": str(bank), "process": os.getpid()})
    try:
        path.unlink(missing_ok=True)  # what an earlier one left may have been readable by others
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(said + "\n")
    except OSError as error:
        raise output_error(path, error) from error


def found(folder: Path) -> Address | None:
    """Where a workspace is served; None where no process that lives has said so."""
    try:
        said = json.loads((folder / FILE).read_text("utf-8"))
        address = Address(str(said["url"]), str(said["token"]), str(said["bank"]), int(said["process"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return address if _lives(address.process) else None


def remove(folder: Path) -> None:
    """Forget it, if this process wrote it."""
    address = found(folder)
    if address is not None and address.process == os.getpid():
        with suppress(OSError):
            (folder / FILE).unlink()


def _lives(process: int) -> bool:
    if process <= 0:
        return False
    if os.name == "nt":  # there, signal 0 would end it: whoever answers at the address is asked
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return False  # somebody else's: not what left this
    return True
