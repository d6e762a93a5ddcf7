"""Work that takes a while: what is asked for waits in a line, runs in a thread, and survives the server."""

from patchpilot.workspace.jobs.job import Job
from patchpilot.workspace.jobs.jobs import Jobs
from patchpilot.workspace.jobs.report import Report

__all__ = ["Job", "Jobs", "Report"]
