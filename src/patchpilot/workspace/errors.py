"""Errors that only somebody who works with a workspace can cause; HTTP has a status for each."""

from __future__ import annotations

from patchpilot.errors import AudioError, BankError, ParameterError


class MissingError(ParameterError):
    """There is no sound, job, draft or take of that name here."""


class ConflictError(ParameterError):
    """It cannot be done as things are now: a job that ended cannot be cancelled."""


class TooLargeError(AudioError):
    """A sound is larger or longer than this workspace takes."""


class BusyError(BankError):
    """Another process holds the bank, or too much is going on; a little later it may work."""
