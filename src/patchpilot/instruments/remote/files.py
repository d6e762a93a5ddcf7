"""Preset files that travel: written and read in a temporary folder of the server."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path, PurePath

from patchpilot.errors import PatchError
from patchpilot.instruments.base import Instrument
from patchpilot.space.patch import Patch

_ENDING = re.compile(r"(\.[A-Za-z0-9]{1,12}){1,2}$")


def exported(instrument: Instrument, patch: Patch, name: str) -> bytes:
    """What the instrument writes for a patch.

    Args:
        instrument: of this machine.
        patch: checked already.
        name: of the client's file, of which only the ending counts.
    """
    with tempfile.TemporaryDirectory(prefix="patchpilot-") as folder:
        path = _place(instrument, folder, name)
        instrument.export(patch, path)
        return path.read_bytes()


def loaded(instrument: Instrument, data: bytes, name: str) -> Patch:
    """The patch of a preset file.

    Args:
        instrument: of this machine.
        data: of the file.
        name: of the client's file, for messages; of which only the ending counts.

    Raises:
        PatchError: as the instrument says it, with the client's name of the file.
    """
    with tempfile.TemporaryDirectory(prefix="patchpilot-") as folder:
        path = _place(instrument, folder, name)
        path.write_bytes(data)
        try:
            return instrument.load(path)
        except PatchError as error:
            raise PatchError(str(error).replace(str(path), name or "the file")) from None


def _place(instrument: Instrument, folder: str, name: str) -> Path:
    """A place with a safe name, and the ending that tells the instrument which kind of file it is."""
    ending = _ENDING.search(PurePath(name).name[-40:])
    return Path(folder) / f"preset{ending[0] if ending else instrument.suffix}"
