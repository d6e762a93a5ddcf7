"""What a model works at: a workspace, opened here or by a studio that runs; both are used alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from patchpilot.workspace import Workspace
from patchpilot.workspace.events import Event


class Actions(Protocol):
    """What was done; as `workspace.actions.Actions`."""

    def latest(self, limit: int = ..., /) -> list[dict[str, Any]]:
        """The latest, the last first."""

    def undo(self) -> dict[str, Any]:
        """Undo the last one."""


class Jobs(Protocol):
    """What takes a while; as `workspace.jobs.Jobs`."""

    def all(self, kind: str | None = ..., state: str | None = ..., limit: int = ...) -> list[dict[str, Any]]:
        """The newest first."""

    def cancel(self, job_id: str, /) -> dict[str, Any]:
        """End one."""

    def resume(self, job_id: str, /) -> dict[str, Any]:
        """Go on with one."""


class Events(Protocol):
    """What happens; as `workspace.events.Events`."""

    @property
    def last(self) -> int:
        """Number of the latest."""

    def since(self, number: int, /) -> tuple[Sequence[Event], bool]:
        """Those after one, and whether that is all."""


class Sounds(Protocol):
    """What was brought; as `workspace.sounds.Sounds`."""

    def add(self, file: Path, /, *, name: str) -> dict[str, Any]:
        """Bring one."""


class Desk(Protocol):
    """A workspace, as far as a model needs it: `Workspace` is one, and so is `remote.RemoteWorkspace`.

    Attributes:
        path: its folder, on this machine.
    """

    path: Path

    @property
    def actions(self) -> Actions:
        """What was done."""

    @property
    def jobs(self) -> Jobs:
        """What takes a while."""

    @property
    def events(self) -> Events:
        """What happens."""

    @property
    def sounds(self) -> Sounds:
        """What was brought."""

    def do(self, name: str, request: Any, /) -> dict[str, Any]:
        """Do something; as `Workspace.do`."""

    def wait(self, job_id: str, timeout_s: float | None = ..., /) -> dict[str, Any]:
        """A job once it has ended, or as it is after that long."""

    def close(self) -> bool:
        """Give it back; gives whether everything has ended."""


def bank_folder(desk: Desk) -> Path:
    """Where its bank is."""
    from patchpilot.assist.remote import RemoteWorkspace

    return desk.bank if isinstance(desk, RemoteWorkspace) else _here(desk).bank.path


def sound_wav(desk: Desk, sound: str) -> bytes:
    """A sound as a WAV file; raises `MissingError`."""
    from patchpilot.assist.remote import RemoteWorkspace

    if isinstance(desk, RemoteWorkspace):
        return desk.caller.file(f"/sounds/{sound}/audio")
    return _here(desk).sounds.file(sound).read_bytes()


def take_wav(desk: Desk, number: int) -> bytes:
    """A take as a WAV file; raises as `workspace.takes.audio_of` does."""
    from patchpilot.assist.remote import RemoteWorkspace
    from patchpilot.audio import wav_bytes
    from patchpilot.workspace.takes import audio_of

    if isinstance(desk, RemoteWorkspace):
        return desk.caller.file(f"/takes/{number}/audio")
    return wav_bytes(audio_of(_here(desk), number))


def take_preset(desk: Desk, number: int) -> bytes:
    """The preset file of a take; raises as `workspace.takes.preset_of` does."""
    from patchpilot.assist.remote import RemoteWorkspace
    from patchpilot.workspace.takes import preset_of

    if isinstance(desk, RemoteWorkspace):
        return desk.caller.file(f"/takes/{number}/preset")
    return preset_of(_here(desk), number)[0]


def preset_brought(desk: Desk, file: Path, instrument: str) -> int:
    """The take that a preset file becomes; raises as `workspace.presets.preset_added` does."""
    import shutil
    import tempfile

    from patchpilot.assist.remote import RemoteWorkspace
    from patchpilot.workspace.presets import preset_added

    if isinstance(desk, RemoteWorkspace):
        return int(desk.caller.upload("/presets", file, instrument=instrument)["take"])
    with tempfile.TemporaryDirectory() as folder:  # what brings it moves it
        return preset_added(_here(desk), Path(shutil.copy(file, folder)), file.name, instrument)


def _here(desk: Desk) -> Workspace:
    assert isinstance(desk, Workspace)
    return desk
