"""What a user is told when something goes wrong."""

from __future__ import annotations

import os

from patchpilot.errors import PatchPilotError


def told(error: Exception) -> str:
    """One sentence about an error.

    Raises:
        Exception: `error` itself, where it is a bug and PATCHPILOT_DEBUG asks to see where.
    """
    if isinstance(error, PatchPilotError):
        return str(error)
    if isinstance(error, OSError):
        return (
            f"{error.strerror or error}: {error.filename}" if error.filename else error.strerror or str(error)
        )
    if os.environ.get("PATCHPILOT_DEBUG"):
        raise error
    return (
        f"unexpected {type(error).__name__}: {error}. This is a bug in Patch Pilot, please report it; "
        "with PATCHPILOT_DEBUG=1 it says where it happened."
    )
