"""Every error a user can cause, as one small tree.

    PatchPilotError
    ├── AudioError         a sound file cannot be read, written or used
    ├── PatchError         a patch or preset file is not one the instrument can take
    ├── ParameterError     an argument is out of its range
    ├── OutputError        a place to write to is not usable, or already holds results
    ├── EngineError        a render crashed, hung or failed
    ├── LibraryError       a library of patches is damaged, foreign or of another engine
    ├── DatasetError       a dataset file is damaged, foreign, or of another recipe
    ├── BankError          a bank of takes is damaged, foreign, of a newer version, or has no such take
    ├── RackError          a module or a rack cannot be made or played
    ├── EstimatorError     an estimator is damaged, foreign, or of another instrument
    ├── LiveError          Ableton Live does not answer, refuses, or lacks what was asked for
    └── PluginError        a registered plugin or an optional extra is missing or broken

A message says what was expected, what came, the likely cause, and what to do.
The command line prints the message and exits with 1; no traceback reaches its user.
"""


class PatchPilotError(Exception):
    """Root of all errors that a user's input or surroundings can cause."""


class AudioError(PatchPilotError):
    """A sound file cannot be read, written or used."""


class PatchError(PatchPilotError):
    """A patch or preset file is not one the instrument can take."""


class ParameterError(PatchPilotError, ValueError):
    """An argument is out of its range."""


class OutputError(PatchPilotError):
    """A place to write to is not usable, or already holds results."""


class EngineError(PatchPilotError):
    """A render crashed, hung or failed."""


class LibraryError(PatchPilotError):
    """A library of patches is damaged, foreign, or of another engine, prior or embedding."""


class DatasetError(PatchPilotError):
    """A dataset file is damaged, foreign, or of another recipe."""


class BankError(PatchPilotError):
    """A bank of takes is damaged, foreign, of a newer version, in use, or has no such take."""


class PluginError(PatchPilotError):
    """A registered plugin or an optional extra is missing or broken."""


class RackError(PatchPilotError):
    """A module or a rack cannot be made or played: a syntax error, an unknown port, a cycle, NaN."""


class EstimatorError(PatchPilotError):
    """An estimator's files are damaged, foreign, or made for another instrument or version."""


class LiveError(PatchPilotError):
    """Ableton Live does not answer, refuses, or lacks the track, device, parameter or clip that was asked for."""
