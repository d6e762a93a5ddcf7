"""Plug-ins by what a user calls them: a path, a file's name, or what it begins with."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path

from patchpilot.errors import PluginError
from patchpilot.instruments.plugin.catalogue import Catalogue
from patchpilot.instruments.plugin.info import PluginInfo, plain_name
from patchpilot.instruments.plugin.scan import scan
from patchpilot.modules.hosting.folders import is_plugin_name, plugin_files, standard_folders


def find(argument: str, *, catalogue: Catalogue | None = None) -> PluginInfo:
    """What is known of a plug-in, which is tried where nothing is known yet.

    Args:
        argument: a path ("/usr/lib/vst/amsynth_vst.so"), or the name of a file in the standard folders or of one
            that was scanned, with or without its ending ("amsynth_vst.so", "amsynth"), however it is capitalised.
        catalogue: where entries are kept.

    Raises:
        PluginError: there is none, several are meant, or it cannot be used (it says why).
    """
    catalogue = catalogue or Catalogue()
    if not argument:
        raise PluginError("expected a plug-in by its name or path, as in plugin:amsynth, got nothing")
    path = Path(argument).expanduser()
    if not (os.sep in argument or path.exists()):
        path = _named(argument, catalogue)
    if path.is_dir() and not is_plugin_name(path):
        raise PluginError(
            f"expected a plug-in, got the folder {path}: name a file in it, or run `patchpilot instrument scan {path}`"
        )
    (entry,) = scan([path], catalogue=catalogue)
    if entry.info is None:
        raise PluginError(f"the plug-in {entry.path} cannot be used: {entry.reason}")
    return entry.info


def _named(name: str, catalogue: Catalogue) -> Path:
    """The file of a plug-in that is not named by a path."""
    files = plugin_files([*standard_folders(), *(e.path for e in catalogue.all() if e.info)])
    for fits in (_is_file, _is_name, _begins):
        found = [file for file in files if fits(file, name)]
        if len({file.name for file in found}) > 1:
            raise PluginError(
                f"{name!r} may be any of these plug-ins: {', '.join(map(str, found))}; name one by its path"
            )
        if found:
            return found[0]  # as in PATH, an earlier folder hides later ones
    raise PluginError(f"no plug-in {name!r} was found{_hint(name, files)}")


def _is_file(file: Path, name: str) -> bool:
    return file.name == name


def _is_name(file: Path, name: str) -> bool:
    return name.lower() in (file.stem.lower(), plain_name(file).lower())


def _begins(file: Path, name: str) -> bool:
    return file.name.lower().startswith(name.lower())


def _hint(name: str, files: Sequence[Path]) -> str:
    names = {plain_name(file).lower(): plain_name(file) for file in files}
    near = difflib.get_close_matches(name.lower(), names, n=2, cutoff=0.5)
    if near:
        return f"; did you mean {' or '.join(names[key] for key in near)}?"
    if files:
        return f"; there are: {', '.join(sorted(names.values())[:20])}"
    places = ", ".join(map(str, standard_folders())) or "any of the usual folders"
    return f", nor any other in {places}: name its path"
