"""A file that somebody edits, as a sound: a patch as text, a rack, a Python program, a preset.

    instrument = "vital"                    # pad.toml: a patch as text
    preset = "init.vital"                   # what it begins with; the init patch by default
    values = { osc_1_level = 0.7, filter_1_model = "Ladder" }
    performance = { note = 48, hold_s = 2.0, length_s = 3.0 }

A Python file leaves its `instrument` or `rack`, and if it likes a `patch` and a `performance`.
"""

from __future__ import annotations

import runpy
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchpilot import __version__, registry
from patchpilot.errors import ParameterError, PatchPilotError
from patchpilot.experiment.document import check_keys, performance_of_table
from patchpilot.experiment.roles import stored
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.instruments.take import Origin, Take
from patchpilot.space import Patch, Performance
from patchpilot.space.canonical import Json

_KEYS = ("instrument", "preset", "values", "performance")
_RACK = "patchpilot-rack-"
_PAUSE_S = 0.2


@dataclass(frozen=True, eq=False)
class Written:
    """What a file says.

    Attributes:
        instrument: that plays it.
        patch: what it is told.
        performance: what is played.
    """

    instrument: Instrument
    patch: Patch
    performance: Performance

    def take(self, file: Path, before: Take | None = None) -> Take:
        """Play it; raises `EngineError`.

        Args:
            file: where it is written.
            before: the take of what was written there before.
        """
        parents = () if before is None else (before.id,)
        origin = Origin("by hand", file.name, parents=parents, version=__version__)
        audio = self.instrument.render(self.patch, self.performance)
        return Take(self.patch, self.performance, audio, self.instrument.fingerprint, origin)


def written(file: Path, stack: ExitStack, *, played_by: str = "") -> Written:
    """What a file says.

    Args:
        file: a patch in TOML, a rack in TOML or JSON, a Python program, or a preset.
        stack: closes the instrument.
        played_by: name of the instrument of a preset; of the file's ending by default.

    Raises:
        ParameterError: it cannot be read, or has a typo.
        PatchPilotError: what it names is not there, or its program fails.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ParameterError(f"cannot read {file}: {error.strerror or error}") from None
    if file.suffix == ".py":
        return _program(file, stack)
    if _RACK.encode() in data[:4096]:
        synth = stack.enter_context(instrument(f"rack:{file}"))
        return Written(synth, synth.load(file), Performance())
    if file.suffix == ".toml":
        return _text(file, data, stack)
    synth = stack.enter_context(instrument(played_by or _instrument_of(file.suffix)))
    return Written(synth, synth.load(file), Performance())


def saves(file: Path, *, until: Callable[[], bool] = lambda: False) -> Iterator[bytes]:
    """The content of a file at once, and whenever it was saved with another one.

    Args:
        file: that is watched; it may be gone for a while.
        until: asked some times a second; once it says so, that was all.
    """
    last: bytes | None = None
    while not until():
        try:
            data = file.read_bytes()
        except OSError:
            data = last or b""
        if data and data != last:
            last = data
            yield data
        time.sleep(_PAUSE_S)


def _text(file: Path, data: bytes, stack: ExitStack) -> Written:
    try:
        said = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParameterError(f"{file} is no TOML: {error}") from None
    check_keys(said, _KEYS, "")
    synth = stack.enter_context(instrument(said.get("instrument", "vital")))
    base = synth.load(file.parent / said["preset"]) if "preset" in said else Patch.make(synth.space)
    values: Mapping[str, Json] = said.get("values", {})
    changed = {name: stored(synth.space, name, value) for name, value in values.items()}
    performance = performance_of_table(said.get("performance", {}))
    return Written(synth, base.changed(synth.space, changed), performance)


def _program(file: Path, stack: ExitStack) -> Written:
    try:
        left: dict[str, Any] = runpy.run_path(str(file))
    except PatchPilotError:
        raise
    except (Exception, SystemExit) as error:  # a program that is being written may raise anything
        line = _line_of(error, file)
        raise ParameterError(f"{file}{line}: {type(error).__name__}: {error}") from None
    synth: Any = left.get("rack", left.get("instrument"))
    if not hasattr(synth, "render") or not hasattr(synth, "space"):
        raise ParameterError(f"{file}: expected it to leave its `instrument` or `rack`, got {synth!r}")
    made: Instrument = stack.enter_context(synth)
    return Written(
        made, left.get("patch") or Patch.make(made.space), left.get("performance") or Performance()
    )


def _line_of(error: BaseException, file: Path) -> str:
    """Where in the file it happened, ":12"."""
    trace, line = error.__traceback__, getattr(error, "lineno", None)
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return "" if line is None else f":{line}"


def _instrument_of(suffix: str) -> str:
    """The registered instrument whose presets end so."""
    for name in registry.names("instruments"):
        if getattr(registry.load("instruments", name), "suffix", None) == suffix and suffix:
            return name
    raise ParameterError(
        f"no instrument has presets that end in {suffix!r}: say which plays it with --instrument"
    )
