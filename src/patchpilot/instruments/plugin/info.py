"""What is known of a plug-in once it was tried: the only thing that is kept of it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from patchpilot.modules.hosting.knobs import PluginKnob
from patchpilot.space.canonical import Json
from patchpilot.space.parameter import Parameter
from patchpilot.space.space import Space

Reproducibility = Literal["reproducible", "reproducible when fresh", "not reproducible"]
"""The same bytes from one instance twice; from new instances only; not even from those."""


@dataclass(frozen=True)
class PluginInfo:
    """A plug-in that could be loaded and played.

    Attributes:
        path: of the file or VST3 bundle.
        sha256: of its code.
        host: "dawdreamer" or "pedalboard".
        n_inputs: channels that it hears.
        is_instrument: whether notes sound without audio.
        reproducibility: measured with its own and with random values.
        is_forkable: whether one that was loaded plays the same in a copy of its process.
        rolls_dice: whether it sounds different after some silence: free oscillators and LFOs, noise.
        keeps_state: whether the host can save its state without a display.
        knobs: its parameters, those that are no MIDI controllers in disguise.
        n_hidden: how many others there are.
    """

    path: str
    sha256: str
    host: str
    n_inputs: int
    is_instrument: bool
    reproducibility: Reproducibility
    is_forkable: bool
    rolls_dice: bool
    keeps_state: bool
    knobs: tuple[PluginKnob, ...]
    n_hidden: int

    @property
    def file(self) -> str:
        """Its file's name, by which it is known everywhere."""
        return Path(self.path).name

    @property
    def name(self) -> str:
        """The file's name without what says that it is a plug-in."""
        return plain_name(self.path)

    @property
    def kind(self) -> str:
        """What it is, for people."""
        made = "VST3" if self.file.endswith(".vst3") else "VST2"
        return f"{made} {'instrument' if self.is_instrument else 'effect'}"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What can be chosen."""
        return tuple(knob.parameter for knob in self.knobs)

    @property
    def space(self) -> Space:
        """All parameters as a space; its version is that of the code."""
        names = tuple(parameter.name for parameter in self.parameters)
        return Space(
            instrument=f"plugin:{self.file}",
            version=self.sha256[:16],
            parameters=self.parameters,
            views={"core": names, "full": names},
        )

    def to_json(self) -> Json:
        """Plain JSON."""
        plain = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {**plain, "knobs": [knob.to_json() for knob in self.knobs]}

    @classmethod
    def from_json(cls, data: Json) -> PluginInfo:
        """The inverse of `to_json`; raises `KeyError` or `TypeError` where a part is missing or unknown."""
        return cls(**{**data, "knobs": tuple(PluginKnob.from_json(knob) for knob in data["knobs"])})


def plain_name(path: str | Path) -> str:
    """ "amsynth" of "/usr/lib/vst/amsynth_vst.so"."""
    name = Path(path).name
    for ending in (".vst3", ".so"):
        name = name.removesuffix(ending)
    for ending in ("_vst", "-vst", ".vst"):
        name = name.removesuffix(ending)
    return name
