"""The wavetables of Surge's data folder, by name and by content."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from patchpilot.errors import PatchError
from patchpilot.instruments.surge.document import table
from patchpilot.space.assets import Asset

_FOLDERS = ("wavetables", "wavetables_3rdparty")
_MAGIC = b"vawt"


@cache
def files(data: Path | None) -> Mapping[str, Path]:
    """Files that hold frames as presets do (`.wt`), by their paths within their folder, without the ending."""
    if data is None:
        return {}
    found: dict[str, Path] = {}
    for folder in _FOLDERS:
        for path in sorted((data / folder).rglob("*.wt")):
            found.setdefault(path.relative_to(data / folder).with_suffix("").as_posix(), path)
    return found


def named(data: Path | None, name: str) -> Asset:
    """A wavetable by its name.

    Raises:
        PatchError: there is none of that name, or it is damaged.
    """
    path = files(data).get(name)
    if path is None:
        near = difflib.get_close_matches(name, files(data), n=3)
        hint = (
            f"; did you mean {' or '.join(near)}?"
            if near
            else "; is Surge's data folder here (SURGE_DATA_HOME)?"
        )
        raise PatchError(f"Surge has no wavetable {name!r}{hint}")
    content = path.read_bytes()
    if content[:4] != _MAGIC:
        raise PatchError(f"{path}: expected a wavetable of Surge; is the file damaged?")
    return table(content)


@cache
def by_digest(data: Path | None) -> Mapping[str, str]:
    """Names of the wavetables, by the sha256 of their content."""
    found = {}
    for name, path in files(data).items():
        content = path.read_bytes()
        if content[:4] == _MAGIC:
            found[table(content).sha256] = name
    return found


def found(data: Path | None, digest: str, usual: Mapping[str, Asset]) -> Asset:
    """A wavetable by the sha256 of its content.

    Args:
        data: Surge's data folder.
        digest: of the wavetable.
        usual: what oscillators have that bring none.

    Raises:
        PatchError: none has it.
    """
    for asset in usual.values():
        if asset.sha256 == digest:
            return asset
    name = by_digest(data).get(digest)
    if name is None:
        raise PatchError(
            f"asset {digest[:12]}… is not one that comes with Surge: the patch has a wavetable of somebody's own, "
            "which must be at hand to make it"
        )
    return named(data, name)
