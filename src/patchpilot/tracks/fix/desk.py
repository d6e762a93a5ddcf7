"""A mixing desk without a DAW: steps are tried on the audio itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from patchpilot.audio import F32, Audio, fitted, fold_to_stereo, resample
from patchpilot.errors import ParameterError
from patchpilot.modules.base import Context, spoken, stored
from patchpilot.modules.kinds import named
from patchpilot.tracks.features import SAMPLE_RATE
from patchpilot.tracks.fix.step import Step
from patchpilot.tracks.profile import MIX
from patchpilot.tracks.section import Section

_FADE_S = 0.02


@dataclass(frozen=True, eq=False)
class Desk:
    """A mix with its stems, all at 44 100 Hz in two channels; `desk_of` makes one.

    Attributes:
        mix: as it was exported.
        stems: by name; they need not add up to the mix: what a step changes in them is added to it.
        sections: of the track.
        tempo_bpm: of the track.
    """

    mix: Audio
    stems: Mapping[str, Audio]
    sections: Sequence[Section]
    tempo_bpm: float

    def after(self, steps: Sequence[Step]) -> Desk:
        """The desk with some steps done.

        Raises:
            ParameterError: a step is for a stem that there is not.
        """
        mix, stems = self.mix.samples.astype(np.float32), dict(self.stems)
        for step in steps:
            before = mix if step.target == MIX else self._stem(step.target, stems).samples
            heard = self._stem(step.side_chain, stems).samples if step.side_chain else None
            made = self._inside(step, before, played(step, before, heard, self.tempo_bpm))
            if step.target == MIX:
                mix = made
            else:
                mix = mix + (made - before)
                stems[step.target] = Audio(made, SAMPLE_RATE)
        return Desk(Audio(mix, SAMPLE_RATE), stems, self.sections, self.tempo_bpm)

    def _stem(self, name: str, stems: Mapping[str, Audio]) -> Audio:
        if name not in stems:
            raise ParameterError(
                f"expected a stem {name!r}, got {', '.join(stems) or 'none'}; name it in --stems"
            )
        return stems[name]

    def _inside(self, step: Step, before: F32, made: F32) -> F32:
        """What was made where the step works, and what was before elsewhere, with short fades between."""
        if not step.sections:
            return made
        part = np.zeros(before.shape[1], np.float32)
        for section in self.sections:
            if section.label in step.sections:
                part[round(section.start_s * SAMPLE_RATE) : round(section.end_s * SAMPLE_RATE)] = 1.0
        n = round(_FADE_S * SAMPLE_RATE)
        sums = np.cumsum(np.pad(part, (n, n), mode="edge"), dtype=np.float64)
        smooth = ((sums[n:] - sums[:-n]) / n)[: len(part)]
        return np.asarray(before + smooth * (made - before), np.float32)


def desk_of(
    mix: Audio, stems: Mapping[str, Audio], sections: Sequence[Section], tempo_bpm: float | None
) -> Desk:
    """A desk; stems are made as long as the mix."""
    whole = _channels(mix)
    n = whole.shape[1]
    parts = {name: Audio(fitted(_channels(stem), n), SAMPLE_RATE) for name, stem in stems.items()}
    return Desk(Audio(whole, SAMPLE_RATE), parts, sections, tempo_bpm or 120.0)


def _channels(audio: Audio) -> F32:
    heard = resample(fold_to_stereo(audio), SAMPLE_RATE).samples
    return np.ascontiguousarray(np.broadcast_to(heard, (2, heard.shape[1])), np.float32)


def played(step: Step, sound: F32, side_chain: F32 | None, tempo_bpm: float) -> F32:
    """What a step's module makes of a sound, float32 (2, n)."""
    module = named(step.module)
    values: dict[str, Any] = {p.name: spoken(p, p.default) for p in module.parameters}
    for parameter in module.parameters:
        if parameter.name in step.values:
            own = stored(parameter, step.values[parameter.name])
            values[parameter.name] = spoken(
                parameter, float(np.clip(own, parameter.minimum, parameter.maximum))
            )
    audio = {port.name: None for port in module.inputs}
    heard: dict[str, Any] = {**audio, module.inputs[0].name: sound}
    if side_chain is not None:
        heard["sidechain"] = side_chain
    context = Context(SAMPLE_RATE, sound.shape[1], tempo_bpm, (), 0)
    return np.asarray(module.prepare(SAMPLE_RATE, frozenset())(heard, values, context)[0], np.float32)
