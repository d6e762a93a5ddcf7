"""Files that are sent, on their way into the workspace."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import UploadFile

from patchpilot.workspace import Workspace


@contextmanager
def spooled(workspace: Workspace, file: UploadFile) -> Iterator[Path]:
    """A file that was sent, as a file of the workspace that is gone afterwards; its name is not what it was called.

    Raises:
        OSError: the disk is full.
    """
    with tempfile.TemporaryDirectory(dir=workspace.path, prefix=".upload-") as folder:
        place = Path(folder) / "file"
        with place.open("wb") as out:
            shutil.copyfileobj(file.file, out, 1 << 20)
        yield place
