"""Playing a sound: through `sounddevice` where it is installed, else through a player of the system."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.audio import Audio, peak, save
from patchpilot.errors import PluginError

_COMMANDS = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet"),
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
)
"""Players of the system and how they are told to be silent about it; the file comes last."""


class Player:
    """Plays one sound at a time; a new one ends that before it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def play(self, audio: Audio) -> str:
        """Begin to play, and return at once.

        Args:
            audio: any rate; what passes full scale is turned down as a whole.

        Returns:
            What plays it.

        Raises:
            PluginError: neither a sound library nor a player is here, or none of them plays.
        """
        self.stop()
        quiet = Audio(np.nan_to_num(audio.samples) / max(peak(audio), 1.0), audio.sample_rate)
        device, why = _sound_device()
        if device is not None:
            try:
                device.play(quiet.samples.T, quiet.sample_rate)
                return "sounddevice"
            except Exception as error:  # PortAudio's own, which exist only where it is
                why = f"sounddevice cannot play: {error}"
        for command in _COMMANDS:
            if shutil.which(command[0]):
                return self._run(command, quiet)
        raise PluginError(
            f"nothing here plays sounds ({why}): pip install 'patchpilot[sound]', "
            f"or install one of {', '.join(command[0] for command in _COMMANDS)}"
        )

    def stop(self) -> None:
        """End what is playing."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
        device, _ = _sound_device(loaded=True)
        if device is not None:
            device.stop()

    def close(self) -> None:
        """End what is playing and leave no file behind."""
        self.stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _run(self, command: tuple[str, ...], audio: Audio) -> str:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="patchpilot-")
        file = Path(self._folder.name) / "row.wav"
        save(audio, file)
        nothing = subprocess.DEVNULL
        try:
            self._process = subprocess.Popen([*command, file], stdin=nothing, stdout=nothing, stderr=nothing)
        except OSError as error:
            raise PluginError(f"{command[0]} cannot be started: {error.strerror or error}") from None
        return command[0]


def _sound_device(*, loaded: bool = False) -> tuple[Any, str]:
    """The module `sounddevice`, or None and why it is not there.

    Args:
        loaded: only if something was played with it before.
    """
    import sys

    if loaded:
        return sys.modules.get("sounddevice"), ""
    try:
        return importlib.import_module("sounddevice"), ""
    except ImportError:
        return None, "sounddevice is not installed"
    except OSError as error:  # installed, but the system has no PortAudio
        return None, f"sounddevice: {error}"
