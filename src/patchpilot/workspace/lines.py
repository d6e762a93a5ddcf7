"""A log: a line of JSON for each thing that was done, appended and never changed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from patchpilot.files import output_error


class Lines:
    """A file of lines, each an object of JSON; who writes to it does so alone.

    Args:
        path: the file; made with the first line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_torn = path.exists() and not path.read_bytes().endswith(b"\n")

    def read(self) -> list[dict[str, Any]]:
        """All lines; one that a power cut left half-written is passed over."""
        if not self.path.exists():
            return []
        found = []
        for line in self.path.read_text("utf-8", errors="replace").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return [line for line in found if isinstance(line, dict)]

    def append(self, line: dict[str, Any]) -> None:
        """Write a line, down to the disk.

        Raises:
            OutputError: it cannot be written.
        """
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"\n{text}\n" if self._is_torn else f"{text}\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self._is_torn = True  # a part of it may be there
            raise output_error(self.path, error) from error
        self._is_torn = False
