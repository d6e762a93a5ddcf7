"""Where libraries are: those that come with Patch Pilot, and the user's own."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path

import platformdirs

from patchpilot.errors import LibraryError
from patchpilot.instruments.base import Instrument
from patchpilot.retrieval.library import Library

SHIPPED = Path(__file__).parent / "shipped"
SUFFIX = ".npz"
LEARNED = f"library{SUFFIX}"
_UNUSUAL = re.compile(r"[^\w.+-]+")


def user_folder() -> Path:
    """Where the user's libraries are kept; the environment may name another (PATCHPILOT_LIBRARIES)."""
    named = os.environ.get("PATCHPILOT_LIBRARIES")
    return Path(named) if named else platformdirs.user_data_path("patchpilot") / "libraries"


def learned_file(instrument: str) -> Path:
    """Where the library of an instrument is that was learned from a bank, if one was."""
    return user_folder() / "learned" / _UNUSUAL.sub("-", instrument) / LEARNED


def library_files() -> list[Path]:
    """All library files, the shipped ones first."""
    folders = (SHIPPED, user_folder())
    return [path for folder in folders for path in sorted(folder.glob(f"*{SUFFIX}"))]


def find(name: str | Path) -> Path:
    """The file of a library.

    Args:
        name: a file, or the name of a library without the ending; the user's goes before a shipped one.

    Raises:
        LibraryError: there is none.
    """
    path = Path(name)
    if path.suffix == SUFFIX or path.is_file():
        return path
    files = {file.stem: file for file in library_files()}
    if str(name) not in files:
        there = ", ".join(files) or "none"
        raise LibraryError(f"no library {str(name)!r}; there are: {there}. A file is named with its ending.")
    return files[str(name)]


def opened(path: Path) -> Library:
    """The library of a file; the last few are kept for the next sound.

    Raises:
        LibraryError: as `Library.load` says.
    """
    try:
        found = path.stat()
    except (OSError, ValueError):
        return Library.load(path)  # which says what is wrong with it
    return _opened(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4)
def _opened(path: Path, changed_ns: int, n_bytes: int) -> Library:  # noqa: ARG001 (another file, if they differ)
    return Library.load(path)


def best_library(instrument: Instrument) -> Library:
    """Of all libraries that fit an instrument the one with most rows; of equals, a shipped one.

    One that was learned and put into use (`patchpilot play learn`) goes before all of them: it was found to be better.

    Raises:
        LibraryError: none fits; says why not.
    """
    best, wrong = None, list[str]()
    learned = learned_file(instrument.name)
    for path in [*([learned] if learned.is_file() else []), *library_files()]:
        try:
            library = opened(path)
            if library.recipe.instrument != instrument.name:
                continue
            library.check(instrument)
        except LibraryError as error:
            wrong.append(str(error))
            continue
        if path == learned:
            return library
        if best is None or len(library) > len(best):
            best = library
    if best is None:
        reasons = "; ".join(wrong) or "there is none"
        raise LibraryError(
            f"no library of {instrument.name} can be used: {reasons}. Build one with `patchpilot library build`, and "
            "`--instrument` as it was given here"
        )
    return best
