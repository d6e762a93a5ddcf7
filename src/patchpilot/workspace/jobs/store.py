"""Jobs on the disk: a folder for each, with where it stands, what it told, and its files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from patchpilot.files import make_folder, output_error, write_text
from patchpilot.workspace.jobs.job import Job
from patchpilot.workspace.plain import plain

FILE, EVENTS, RESULTS = "job.json", "events.jsonl", "results"
_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")


class JobStore:
    """The folder of the jobs.

    Args:
        path: of the folder; made where it is missing.

    Raises:
        OutputError: it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = make_folder(path)

    def folder(self, job_id: str) -> Path:
        """Where a job's files are."""
        assert _ID.fullmatch(job_id), job_id
        return self.path / job_id

    def save(self, job: Job) -> None:
        """Keep a job as it is now, whole or not at all; raises `OutputError`."""
        write_text(make_folder(self.folder(job.id)) / FILE, json.dumps(plain(job.json())) + "\n")

    def note(self, job: Job, event: dict[str, Any]) -> None:
        """Add a line to what a job told; raises `OutputError`."""
        path = self.folder(job.id) / EVENTS
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(plain(event), separators=(",", ":")) + "\n")
        except OSError as error:
            raise output_error(path, error) from error

    def load(self, job_id: str) -> Job | None:
        """A job as it was kept last; None where there is none, or its file is damaged."""
        if not _ID.fullmatch(job_id):
            return None
        try:
            return Job.of(json.loads((self.path / job_id / FILE).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def ids(self) -> list[str]:
        """Of all jobs, the oldest first."""
        return sorted(path.parent.name for path in self.path.glob(f"*/{FILE}"))
