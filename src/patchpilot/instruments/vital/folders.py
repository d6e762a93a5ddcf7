"""Where Vital keeps presets on each system: its data folder, and in it a user's, the factory's and those of packs.

Vital reads `Presets` in its data folder and in each folder below that: `User/Presets`, `Factory/Presets`, and one
for each pack. The data folder is the `data_directory` of Vital.config where its installer or its user chose one,
else a fixed place on each system.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import platformdirs

_PRESETS = "Presets"
_MOST_BYTES = 4 * 2**20
"""Largest configuration file that is read."""


def user_presets() -> Path:
    """Vital's own folder for a user's presets; PATCHPILOT_VITAL_PRESETS names another.

    `User/Presets` in the data folder: Documents/Vital on Windows, ~/Music/Vital on macOS, ~/.local/share/vital on
    Linux, or what Vital.config says.
    """
    named = os.environ.get("PATCHPILOT_VITAL_PRESETS")
    return Path(named) if named else data_folders()[0] / "User" / _PRESETS


def preset_folders() -> list[Path]:
    """The folders that are there and hold presets: the user's first, then by name.

    A folder in the data folder that has presets but no `Presets` in it counts too: packs are unpacked by hand.
    """
    found = [user_presets()]
    for root in data_folders():
        found += [root / _PRESETS, *(_presets_in(folder) for folder in _folders_in(root))]
    there: dict[Path, Path] = {}
    for folder in found:
        if folder.is_dir():
            there.setdefault(folder.resolve(), folder)
    return list(there.values())


def data_folders() -> list[Path]:
    """Vital's data folders, the one that is in use first; they need not be there."""
    chosen = [folder for path in config_files() if (folder := _data_directory(path)) is not None]
    if sys.platform == "win32":
        usual = platformdirs.user_documents_path() / "Vital"
    elif sys.platform == "darwin":
        usual = Path.home() / "Music" / "Vital"
    else:
        usual = platformdirs.user_data_path("vital")
    return list(dict.fromkeys([*chosen, usual]))


def config_files() -> list[Path]:
    """Where Vital.config may be on this system."""
    if sys.platform == "win32":
        roots = [Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")]
        names = ["vital"]  # its disks do not tell Vital from vital
    elif sys.platform == "darwin":
        roots = [Path.home() / "Library" / "Application Support"]
        names = ["vital", "Vital"]
    else:
        roots = [platformdirs.user_config_path(), Path.home()]
        names = [".vital", "vital"]
    return [root / name / "Vital.config" for root in roots for name in names]


def _data_directory(config: Path) -> Path | None:
    """The data folder that a configuration names, if there is one."""
    with suppress(OSError, ValueError, RecursionError):
        if config.stat().st_size <= _MOST_BYTES:
            said = json.loads(config.read_text(encoding="utf-8"))
            named = said.get("data_directory") if isinstance(said, dict) else None
            if isinstance(named, str) and named and Path(named).is_dir():
                return Path(named)
    return None


def _folders_in(root: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from sorted(path for path in root.iterdir() if path.name != _PRESETS and path.is_dir())


def _presets_in(folder: Path) -> Path:
    """Where the presets of a pack are; a place that is not there for what is no pack (skins, tables)."""
    inner = folder / _PRESETS
    with suppress(OSError):
        if not inner.is_dir() and any(path.suffix == ".vital" for path in folder.iterdir()):
            return folder
    return inner
