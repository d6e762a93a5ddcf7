"""A plug-in that is loaded: for worker processes only, since it may crash, hang or print.

DawDreamer loads VST3 and VST2; pedalboard VST3 that DawDreamer cannot.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from patchpilot.errors import PluginError
from patchpilot.modules.base import Signal
from patchpilot.modules.hosting.folders import program_of
from patchpilot.modules.hosting.knobs import Description
from patchpilot.space.performance import Note

BLOCK = 128
"""Samples that a plug-in hears at once; moving parameters are heard by the block."""
HOSTS = ("dawdreamer", "pedalboard")
"""Libraries that load plug-ins, the better first."""


@dataclass(frozen=True)
class Played:
    """What a plug-in is to play.

    Attributes:
        n_samples: length.
        values: the plug-in's own, 0..1 by index; what is missing stays as it was loaded.
        curves: likewise, float32 (n,), of what moves.
        notes: MIDI; of an effect none.
        audio: float32 (2, n) that it hears; None for silence.
        tempo_bpm: beats a minute.
        ahead: samples of silence that are played before, and cut off.
    """

    n_samples: int
    values: Mapping[int, float] = field(default_factory=dict)
    curves: Mapping[int, npt.NDArray[np.float32]] = field(default_factory=dict)
    notes: Sequence[Note] = ()
    audio: Signal | None = None
    tempo_bpm: float = 120.0
    ahead: int = 0


class Hosted(Protocol):
    """One instance of a plug-in."""

    @property
    def n_inputs(self) -> int:
        """Channels that it hears."""

    def describe(self) -> list[Description]:
        """All parameters, hidden ones too."""

    def texts(self, values: Mapping[int, float]) -> dict[int, str]:
        """What it shows at the plug-in's own values, by index."""

    def play(self, what: Played) -> Signal:
        """Play, and return float32 (2, n), its latency taken away."""

    def state(self) -> bytes:
        """All that it keeps, in its own format; may end the process where it wants a display."""


def load(path: Path, host: str, sample_rate: int) -> Hosted:
    """A new instance.

    Args:
        path: of the plug-in.
        host: one of `HOSTS`.
        sample_rate: Hz.

    Raises:
        PluginError: the host is not installed, or cannot load it (it says why, where the system does).
    """
    if find_spec(host) is None:
        raise PluginError(f"plug-ins need {host}: pip install 'patchpilot[racks]'")
    try:
        if host == "dawdreamer":
            from patchpilot.modules.hosting._dawdreamer import InDawDreamer

            return InDawDreamer(path, sample_rate)
        from patchpilot.modules.hosting._pedalboard import InPedalboard

        return InPedalboard(path, sample_rate)
    except (RuntimeError, ImportError, ValueError) as error:
        said = _linker(path) or " ".join(str(error).split())
        raise PluginError(f"{host} cannot load it: {said}") from None


def hosts_for(path: Path) -> tuple[str, ...]:
    """Those that can be tried."""
    able = HOSTS if path.suffix == ".vst3" else HOSTS[:1]
    return tuple(host for host in able if find_spec(host) is not None)


def host_version(host: str) -> str:
    """Of the host, "" where it is not installed."""
    try:
        return importlib.metadata.version(host)
    except importlib.metadata.PackageNotFoundError:
        return ""


def fitted(audio: Signal | None, channels: int, n_samples: int) -> Signal:
    """Audio for so many inputs, cut off or followed by silence; mono inputs hear the mean."""
    made = np.zeros((channels, n_samples), np.float32)
    if audio is not None:
        n = min(n_samples, audio.shape[1])
        if channels == 1:
            made[0, :n] = audio[:, :n].mean(axis=0)
        else:
            made[:2, :n] = audio[:, :n]
    return made


def stereo(heard: npt.NDArray[np.float32], start: int, n_samples: int) -> Signal:
    """The first two channels from a sample on; mono goes to both.

    Raises:
        ValueError: there are no outputs, or NaN is among the samples.
    """
    if not len(heard):
        raise ValueError("the plug-in has no audio output")
    two = heard[:2] if len(heard) > 1 else np.repeat(heard[:1], 2, axis=0)
    made = np.zeros((2, n_samples), np.float32)
    part = two[:, start : start + n_samples]
    made[:, : part.shape[1]] = part
    if not np.isfinite(made).all():
        raise ValueError("the plug-in gives NaN or infinite samples")
    return made


def _linker(path: Path) -> str:
    """Why the system's loader refuses a file, "" where it does not."""
    try:
        ctypes.CDLL(str(program_of(path)))
    except OSError as error:
        return str(error)
    return ""
