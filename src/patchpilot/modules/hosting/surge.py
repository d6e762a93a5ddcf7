"""Where Surge XT is: its Python module, its data folder, its VST3, a user's patches; and engines of it.

`PATCHPILOT_SURGE` in the environment names the module's folder or file, or the VST3. `SURGE_DATA_HOME` names the data
folder, as Surge itself has it. `engine` imports the module, and is for worker processes only.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

from patchpilot.errors import PluginError
from patchpilot.modules.hosting.folders import is_plugin_name, plugin_files, standard_folders

VARIABLE = "PATCHPILOT_SURGE"
DATA_VARIABLE = "SURGE_DATA_HOME"
_DATA_FILES = ("configuration.xml", "patches_factory", "wavetables")
"""What lies in the data folder; one of them is enough."""
_PLUGIN = "surge xt.vst3"
_HOME = "patchpilot-surge-"
_M_PERTURB, _ZEROS = -6, 255
"""Of glibc: new memory is filled with what this is not."""
_NEAR = 6
"""Folders above the module in which its source's data are looked for."""


@dataclass(frozen=True)
class Place:
    """What of Surge was found.

    Attributes:
        module: file of the Python module, None where it is missing.
        data: folder of factory patches and wavetables, None where it is missing.
        plugin: the VST3, looked for only where there is no module.
    """

    module: Path | None = None
    data: Path | None = None
    plugin: Path | None = None


def find() -> Place:
    """What is here.

    Raises:
        PluginError: neither the module nor the VST3 is, or `PATCHPILOT_SURGE` names something else.
    """
    named = os.environ.get(VARIABLE, "")
    if named:
        return _named(Path(named).expanduser())
    module = _importable()
    if module is not None:
        return Place(module, data_folder(module))
    plugin = next((p for p in plugin_files(standard_folders()) if p.name.lower() == _PLUGIN), None)
    if plugin is not None:
        return Place(plugin=plugin)
    folders = ", ".join(map(str, standard_folders())) or "none of the usual folders is there"
    raise PluginError(
        "Surge XT was not found: expected its Python module (surgepy, which is built from Surge's source and is on no "
        f"package index) on Python's path or where {VARIABLE} points, or its plug-in 'Surge XT.vst3' in {folders}. "
        "Install Surge XT from its makers, or build surgepy; see docs/surge.md"
    )


@cache
def module() -> Any:
    """Surge's Python module, imported; raises `PluginError`."""
    place = with_module()
    assert place.module is not None
    if place.data is not None:
        os.environ[DATA_VARIABLE] = str(place.data)
    _clear_memory()
    is_package = place.module.name == "__init__.py"
    sys.path.insert(0, str(place.module.parent.parent if is_package else place.module.parent))
    with _own_home():
        return importlib.import_module("surgepy")


def _clear_memory() -> None:
    """Have the C library hand out memory that is zero: an engine reads some before it writes it."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_PERTURB, _ZEROS)


def engine(sample_rate: float) -> Any:
    """A new engine; raises `PluginError`."""
    surgepy = module()
    with _own_home():
        return surgepy.createSurge(float(sample_rate))


@contextlib.contextmanager
def _own_home() -> Iterator[None]:
    """A home for this process alone: engines of several that share one get into each other's database."""
    before = os.environ.get("HOME")
    os.environ["HOME"] = _home(os.getpid())
    try:
        yield
    finally:
        if before is None:
            del os.environ["HOME"]
        else:
            os.environ["HOME"] = before


@cache
def _home(process: int) -> str:
    """A new folder; those of processes that are gone are removed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_HOME}*-*"):
        number = folder.name.removeprefix(_HOME).partition("-")[0]
        with contextlib.suppress(OSError, ValueError):
            try:
                os.kill(int(number), 0)
            except ProcessLookupError:
                shutil.rmtree(folder, ignore_errors=True)
    return tempfile.mkdtemp(prefix=f"{_HOME}{process}-")


@contextlib.contextmanager
def preset_file(content: bytes = b"") -> Iterator[str]:
    """A preset file for an engine, which is gone afterwards."""
    number, name = tempfile.mkstemp(".fxp")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        yield name
    finally:
        Path(name).unlink(missing_ok=True)


def load_preset(synth: Any, content: bytes) -> None:
    """Have an engine load a preset; raises `ValueError` where it refuses it."""
    with preset_file(content) as name:
        if not synth.loadPatch(name):
            raise ValueError("Surge's engine refuses this preset")


def roll(seed: int) -> None:
    """Put the C library's dice in a state; those that the engine has besides cannot be reached."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).srand(seed + 1)


def parameters(synth: Any) -> dict[int, Any]:
    """All parameters of an engine by their numbers; only control groups give handles that set them."""
    constants = module().constants
    groups = [getattr(constants, name) for name in dir(constants) if name.startswith("cg_")]
    entries = [entry for group in groups for entry in synth.getControlGroup(group).getEntries()]
    return {p.getId().getSynthSideId(): p for entry in entries for p in entry.getParams()}


def data_folder(module: Path | None) -> Path | None:
    """Surge's data folder: what the environment names, else that of the module's source, else where it is installed."""
    named = os.environ.get(DATA_VARIABLE)
    if named:
        return Path(named).expanduser()
    places = []
    if module is not None:
        places = [parent / "resources/data" for parent in list(module.resolve().parents)[:_NEAR]]
    return next((folder for folder in [*places, *_installed()] if is_data(folder)), None)


def is_data(folder: Path) -> bool:
    """Whether a folder holds Surge's data."""
    return any((folder / name).exists() for name in _DATA_FILES)


def with_module() -> Place:
    """What is here, if the Python module is.

    Raises:
        PluginError: it is not.
    """
    place = find()
    if place.module is None:
        raise PluginError(
            f"Surge is here as a plug-in only ({place.plugin}): its Python module (surgepy) was not found on Python's "
            f"path, nor where {VARIABLE} points; see docs/surge.md"
        )
    return place


def preset_folders(user: Path, data: Path | None) -> list[Path]:
    """Folders of patches that are there: the user's, the factory's, those of other authors."""
    found = [user]
    if data is not None:
        found += [data / "patches_factory", data / "patches_3rdparty"]
    return [folder for folder in found if folder.is_dir()]


def user_patches() -> Path:
    """Where Surge keeps a user's own patches."""
    if sys.platform == "darwin":
        return Path.home() / "Documents/Surge XT/Patches"
    return platformdirs.user_documents_path() / "Surge XT" / "Patches"


def _named(path: Path) -> Place:
    """What `PATCHPILOT_SURGE` names."""
    if is_plugin_name(path) and not path.name.startswith(("surgepy", "_surgepy")):
        if path.exists():
            return Place(plugin=path)
    elif path.is_file():
        return Place(path, data_folder(path))
    elif path.is_dir():
        module = _in(path)
        if module is not None:
            return Place(module, data_folder(module))
    raise PluginError(
        f"{VARIABLE} names {path}: expected the folder or the file of Surge's Python module (surgepy), or its VST3"
    )


def _in(folder: Path) -> Path | None:
    """The module in a folder: a compiled file, or a package."""
    files = [*folder.glob("surgepy*.so"), *folder.glob("surgepy*.pyd"), *folder.glob("surgepy/__init__.py")]
    return min(files, default=None)


def _importable() -> Path | None:
    """The module on Python's path."""
    try:
        spec = importlib.util.find_spec("surgepy")
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec is not None and spec.origin else None


def _installed() -> list[Path]:
    """Where installers put the data folder on this system."""
    if sys.platform == "win32":
        roots = [os.environ.get("PROGRAMDATA", ""), os.environ.get("LOCALAPPDATA", "")]
        return [Path(root) / "Surge XT" for root in roots if root]
    if sys.platform == "darwin":
        return [root / "Library/Application Support/Surge XT" for root in (Path.home(), Path("/"))]
    names = [Path("/usr/share/surge-xt"), Path("/usr/local/share/surge-xt"), Path("/usr/share/Surge XT")]
    return [platformdirs.user_data_path("surge-xt"), Path.home() / ".local/share/Surge XT", *names]
