"""What runs inside a worker process: one plug-in that plays, or says what its knobs show."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from patchpilot.modules.hosting.hosted import Hosted, load


def boot() -> None:
    """Import the host, which copies of this process then have."""
    import dawdreamer  # noqa: F401


def prepare(base: Mapping[str, Any]) -> tuple[Mapping[str, Any], Hosted | None]:
    """The plug-in, loaded; or only where it is, if it does not play in a copy of the process that loaded it.

    Args:
        base: "path", "host", "sample_rate", "is_forkable".

    Raises:
        PluginError: it cannot be loaded.
    """
    return base, _load(base) if base["is_forkable"] else None


def _load(base: Mapping[str, Any]) -> Hosted:
    return load(Path(base["path"]), base["host"], base["sample_rate"])


def run(state: tuple[Mapping[str, Any], Hosted | None], delta: tuple[str, Any]) -> Any:
    """Do one task with a plug-in that has played nothing: "play", "texts" or "state"."""
    base, ready = state
    task, argument = delta
    plugin = ready or _load(base)
    if task == "texts":
        return plugin.texts(argument)
    if task == "state":
        plugin.play(argument)  # values are taken over when they are played
        return base64.b64encode(plugin.state()).decode()
    return plugin.play(argument)
