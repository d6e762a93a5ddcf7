"""Running what a job asks for: whatever happens in it, the thread goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from patchpilot.errors import PatchPilotError
from patchpilot.workspace.plain import plain

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ending:
    """How it ended.

    Attributes:
        state: "done" or "failed".
        result: what was answered; None where it failed or was stopped before there was anything.
        error: {kind, message} where it failed.
    """

    state: Literal["done", "failed"]
    result: dict[str, Any] | None = None
    error: dict[str, str] | None = None


def run(do: Callable[[], dict[str, Any]]) -> Ending:
    """Do it, and say how it ended."""
    try:
        return Ending("done", result=plain(do()))
    except KeyboardInterrupt:
        return Ending(
            "failed", error={"kind": "EngineError", "message": "it was stopped before it had a result"}
        )
    except PatchPilotError as error:
        return Ending("failed", error={"kind": type(error).__name__, "message": str(error)})
    except Exception as error:  # a stranger's plug-in may raise anything
        _log.exception("a job failed")
        said = f"unexpected {type(error).__name__}: {error}. This is a bug in Patch Pilot, please report it"
        return Ending("failed", error={"kind": "EngineError", "message": said})
