"""Modules that are effects of other makers: VST plug-ins. `patchpilot.instruments.plugin.effects` makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from patchpilot.errors import PatchPilotError, RackError
from patchpilot.modules.base import Context, Port, Process, Signal, Value
from patchpilot.modules.hosting.binary import objection
from patchpilot.modules.hosting.folders import plugin_files, standard_folders
from patchpilot.modules.hosting.hosted import Hosted, Played, load
from patchpilot.modules.hosting.knobs import PluginKnob, can_move, told
from patchpilot.modules.wiring import Wirable
from patchpilot.space.canonical import Json
from patchpilot.space.parameter import Parameter


def whereabouts(path: str) -> Path:
    """A plug-in where it was, or by the same file name in the standard folders.

    Raises:
        RackError: it is in neither; or it is no plug-in for this machine.
    """
    found = Path(path)
    if not found.exists():
        same = [file for file in plugin_files(standard_folders()) if file.name == found.name]
        if not same:
            raise RackError(
                f"the plug-in {found.name} is missing: it was {path}; install it there or in one of: "
                + (", ".join(map(str, standard_folders())) or "the usual folders")
            )
        found = same[0]
    wrong = objection(found)
    if wrong:
        raise RackError(f"{found}: {wrong}")
    return found


@dataclass(frozen=True, eq=False)
class PluginModule(Wirable):
    """A plug-in as an effect.

    Attributes:
        name: of the module.
        summary: what it is, in a sentence.
        path: of the plug-in when it was scanned.
        sha256: of its code then.
        host: what loads it.
        is_forkable: whether one that was loaded plays the same in a copy of its process.
        knobs: its parameters.
    """

    name: str
    summary: str
    path: str
    sha256: str
    host: str
    is_forkable: bool
    knobs: tuple[PluginKnob, ...]
    inputs: tuple[Port, ...] = (Port("in"),)
    outputs: tuple[Port, ...] = (Port("out"),)
    is_random: bool = field(default=False, init=False)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """0..1, or categorical."""
        return tuple(knob.parameter for knob in self.knobs)

    @cached_property
    def varying(self) -> frozenset[str]:
        """The continuous ones that the plug-in lets move, where the host can."""
        return frozenset(knob.parameter.name for knob in self.knobs if can_move(knob, self.host))

    @property
    def missing(self) -> str:
        """Why it cannot be played here, "" where nothing speaks against it."""
        try:
            whereabouts(self.path)
        except RackError as error:
            return str(error)
        return ""

    def to_json(self) -> Json:
        """Which plug-in it is, and its parameters, so that a rack with it opens where it is missing."""
        return {
            "kind": "plugin",
            "name": self.name,
            "summary": self.summary,
            "path": self.path,
            "sha256": self.sha256,
            "host": self.host,
            "is_forkable": self.is_forkable,
            "knobs": [knob.to_json() for knob in self.knobs],
        }

    def prepare(self, sample_rate: int, moving: frozenset[str]) -> Process:  # noqa: ARG002 (as all modules)
        """Load it; or only find it, where each performance must load it anew."""
        path = whereabouts(self.path)

        def loaded() -> Hosted:
            try:
                return load(path, self.host, sample_rate)
            except PatchPilotError as error:
                raise RackError(f"{path.name}: {error}") from None

        ready = loaded() if self.is_forkable else None

        def process(
            inputs: Mapping[str, Signal | None], values: Mapping[str, Value], context: Context
        ) -> Sequence[Signal]:
            fixed: dict[str, float] = {}
            curves = {}
            for knob in self.knobs:
                name = knob.parameter.name
                value = values[name]
                if isinstance(value, np.ndarray):
                    curves[knob.index] = value
                else:
                    is_option = isinstance(value, str)
                    fixed[name] = knob.parameter.options.index(value) if is_option else float(value)
            what = Played(
                context.n_samples,
                told(self.knobs, fixed),
                curves,
                audio=inputs["in"],
                tempo_bpm=context.tempo_bpm,
            )
            return [(ready or loaded()).play(what)]

        return process


def plugin_of(data: Json) -> PluginModule:
    """The inverse of `PluginModule.to_json`, also where the plug-in is missing; raises `KeyError`, `TypeError`."""
    knobs = tuple(PluginKnob.from_json(knob) for knob in data["knobs"])
    rest = {key: data[key] for key in ("name", "summary", "path", "sha256", "host", "is_forkable")}
    return PluginModule(**rest, knobs=knobs)
