"""Sound files that a model may bring to the workspace: those of folders that whoever started it has named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from patchpilot.errors import AudioError
from patchpilot.workspace import TooLargeError
from patchpilot.workspace.verbs import Verb, request

if TYPE_CHECKING:
    from patchpilot.assist.desk import Desk
    from patchpilot.workspace.jobs.report import Report

_ENDINGS = (".wav", ".flac", ".mp3", ".ogg", ".aif", ".aiff")
_SHOWN = 20


@request
class BringRequest:
    """Bring a sound file to the workspace; the answer's `id` is what other tools take as `sound`."""

    file: Annotated[
        str, Field(min_length=1, max_length=1000, description="Name in a folder that is open, or path.")
    ]


def bringing(folders: Sequence[Path]) -> Verb:
    """The verb that brings files of some folders, and of folders in them.

    Args:
        folders: that are open to the model.
    """
    roots = tuple(folder.resolve() for folder in folders)

    def bring(workspace: Desk, asked: BringRequest, report: Report) -> dict[str, Any]:  # noqa: ARG001
        place = _found(roots, asked.file)
        most = int(workspace.do("status", {})["limits"]["upload_bytes"])
        if place.stat().st_size > most:
            raise TooLargeError(
                f"expected a file of at most {most >> 20} MB, got {place.stat().st_size >> 20} MB"
            )
        return workspace.sounds.add(place, name=place.name)

    return Verb("bring_sound", "Bring a sound file from a folder that is open to you.", BringRequest, bring)


def _found(roots: Sequence[Path], name: str) -> Path:
    """The file of a name; raises `AudioError` where it is not in one of the folders."""
    for root in roots:
        with suppress(OSError, ValueError):  # no name of a file: too long, or with a NUL
            place = (root / name).resolve()
            if place.is_relative_to(root) and place.is_file():
                return place
    there = sorted(_sounds(roots))
    shown = ", ".join(there[:_SHOWN]) + (f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else "")
    raise AudioError(
        f"there is no sound file {name!r:.200} in the folders that are open; there are: {shown or 'none'}"
    )


def _sounds(roots: Iterable[Path]) -> Iterable[str]:
    for root in roots:
        for place in root.rglob("*"):
            if place.suffix.lower() in _ENDINGS and place.is_file():
                yield str(place.relative_to(root))
