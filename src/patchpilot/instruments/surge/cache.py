"""What an engine said of itself, kept in the user's cache folder: to ask it takes seconds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import platformdirs

from patchpilot.errors import EngineError, OutputError
from patchpilot.files import make_folder, write_text
from patchpilot.instruments.surge.catalogue import Catalogue
from patchpilot.modules.hosting.surge import Place
from patchpilot.space.canonical import sha256

_FORMAT = 1
"""Raised when what is asked changes."""


def catalogue(place: Place, describe: Callable[[], str], folder: Path | None = None) -> Catalogue:
    """From the cache where this very module and data folder were asked before.

    Args:
        place: where the engine is.
        describe: asks it.
        folder: of the cache; the user's by default.

    Raises:
        EngineError: the engine cannot say.
    """
    folder = folder or platformdirs.user_cache_path("patchpilot")
    path = folder / f"surge-{_key(place)}.json"
    with suppress(OSError, EngineError, ValueError):
        return Catalogue.from_text(path.read_text("utf-8"))
    text = describe()
    made = Catalogue.from_text(text)
    with suppress(OutputError):  # a place that cannot be written to costs only time
        make_folder(folder)
        write_text(path, text)
    return made


def _key(place: Place) -> str:
    """Of the module's file and the data folder's init patches."""
    parts = [str(_FORMAT), str(place.data)]
    if place.module is not None:
        status = place.module.stat()
        parts += [str(place.module.resolve()), str(status.st_size), str(status.st_mtime_ns)]
    return sha256("\n".join(parts).encode())[:16]
