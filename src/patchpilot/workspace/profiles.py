"""Profiles that tracks of a workspace are compared with: made here, or named by whoever starts it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from patchpilot.files import make_folder
from patchpilot.workspace.errors import ConflictError, MissingError

if TYPE_CHECKING:
    from patchpilot.tracks.profile import Profile
    from patchpilot.workspace.workspace import Workspace

NAME = r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}$"


class Profiles:
    """Profiles by their names.

    Args:
        workspace: whose; those made here are in its folder.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._folder = workspace.path / "profiles"
        self._named = {path.stem: path for path in workspace.profiles}

    @property
    def names(self) -> list[str]:
        """Of all, sorted."""
        made = {path.stem for path in self._folder.glob("*.json") if re.fullmatch(NAME, path.stem)}
        return sorted({*self._named, *made})

    def get(self, name: str) -> Profile:
        """One of them.

        Raises:
            MissingError: there is none of that name.
            ParameterError: its file is damaged.
        """
        from patchpilot.tracks.profile import load_profile

        self.check(name)
        return load_profile(self._named.get(name) or self._path(name))

    def check(self, name: str) -> None:
        """Refuse a name that there is none of; raises `MissingError`."""
        if name not in self.names:
            there = ", ".join(self.names) or "none yet: build one of tracks that you brought"
            raise MissingError(f"there is no profile {name!r:.80}; there are: {there}")

    def check_free(self, name: str) -> None:
        """Refuse a name that is taken; raises `ConflictError`."""
        if name in self.names:
            raise ConflictError(f"there is a profile {name!r} already: choose another name")

    def save(self, name: str, profile: Profile) -> None:
        """Keep one that was made here; raises `OutputError`."""
        make_folder(self._folder)
        profile.save(self._path(name))

    def _path(self, name: str) -> Path:
        assert re.fullmatch(NAME, name), name
        return self._folder / f"{name}.json"
