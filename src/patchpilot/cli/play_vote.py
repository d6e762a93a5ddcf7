"""`patchpilot play vote`: say yes or no to a take of a bank, as `bank vote` does."""

from __future__ import annotations

from patchpilot.cli.bank_mark import vote_command as command

__all__ = ["command"]
