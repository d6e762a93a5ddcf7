"""Where plug-ins are installed, and which files are plug-ins."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from patchpilot.modules.hosting.binary import is_program

_LIBRARIES = ("/usr/lib", "/usr/local/lib")
_DEPTH = 4
"""Folders of makers within the standard ones."""


def standard_folders() -> list[Path]:
    """The folders of this system, those that exist; a user's own before everybody's.

    VST3 everywhere, VST2 (".so") on Linux; `VST3_PATH` and `VST_PATH` in the environment name more.
    """
    home = Path.home()
    named = [
        folder
        for variable in ("VST3_PATH", "VST_PATH")
        for folder in os.environ.get(variable, "").split(os.pathsep)
    ]
    if sys.platform == "win32":
        common = [os.environ.get("LOCALAPPDATA", "") + r"\Programs\Common\VST3"]
        common += [os.environ.get("COMMONPROGRAMFILES", r"C:\Program Files\Common Files") + r"\VST3"]
    elif sys.platform == "darwin":
        common = [str(home / "Library/Audio/Plug-Ins/VST3"), "/Library/Audio/Plug-Ins/VST3"]
    else:
        common = [str(home / name) for name in (".vst3", ".vst", ".lxvst")]
        common += [f"{library}/{kind}" for library in _LIBRARIES for kind in ("vst3", "vst", "lxvst")]
    found = (Path(name) for name in [*named, *common] if name)
    return [folder for folder in dict.fromkeys(found) if folder.is_dir()]


def is_plugin_name(path: Path) -> bool:
    """Whether a file (or a VST3 bundle, which is a folder) is called as plug-ins are on this system."""
    return path.suffix == ".vst3" or (path.suffix == ".so" and sys.platform.startswith("linux"))


def plugin_files(places: Iterable[Path]) -> list[Path]:
    """Plug-ins among files and in folders, each once, in order; a file that is named is taken whatever it is."""
    found: dict[Path, Path] = {}
    for place in places:
        files = [place] if not place.is_dir() or is_plugin_name(place) else _within(place, _DEPTH)
        for file in files:
            found.setdefault(file.resolve(), file.absolute())
    return list(found.values())


def _within(folder: Path, depth: int) -> Iterator[Path]:
    """Plug-ins in a folder, without a look into bundles; what cannot be read is passed over."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if is_plugin_name(entry):
            yield entry
        elif depth and entry.is_dir() and not entry.is_symlink():
            yield from _within(entry, depth - 1)


def program_of(path: Path) -> Path:
    """The file with the code: of a VST3 bundle the one within for this system; else `path` itself."""
    if not path.is_dir():
        return path
    programs = programs_of(path)
    fitting = [program for program in programs if program.parent.name in _bundle_names()]
    return next(iter([*fitting, *programs]), path)


def programs_of(bundle: Path) -> list[Path]:
    """Files with code in a VST3 bundle, of all systems."""
    return [file for file in sorted((bundle / "Contents").glob("*/*")) if file.is_file() and is_program(file)]


def _bundle_names() -> tuple[str, ...]:
    import platform

    machine = platform.machine().lower().replace("amd64", "x86_64")
    return (f"{machine}-linux", f"{machine}-win", "MacOS")
