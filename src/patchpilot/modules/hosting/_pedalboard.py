"""VST3 plug-ins in pedalboard, which keeps their state, but moves no parameters and lists them slowly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.modules.base import Signal
from patchpilot.modules.hosting.hosted import BLOCK, Played, fitted, stereo
from patchpilot.modules.hosting.knobs import Description

_SEARCH_STEPS = 512
_MANY_STEPS = 1 << 16


class InPedalboard:
    """See `Hosted`. Raises `ImportError` or `ValueError` where it cannot be loaded."""

    def __init__(self, path: Path, sample_rate: int) -> None:
        import pedalboard

        self.sample_rate = sample_rate
        self._plugin: Any = pedalboard.VST3Plugin(str(path))
        self._parameters: list[Any] = list(self._plugin._parameters)  # `parameters` leaves out some

    @property
    def n_inputs(self) -> int:
        """See `Hosted`; pedalboard gives a plug-in two channels, or MIDI."""
        return 0 if self._plugin.is_instrument else 2

    def describe(self) -> list[Description]:
        """See `Hosted`."""
        found = []
        for index, parameter in enumerate(self._parameters):
            steps = int(parameter.num_steps)
            rough = Description(
                index,
                parameter.name,
                parameter.label,
                float(parameter.raw_value),
                2 if parameter.is_boolean else steps if parameter.is_discrete and steps < _MANY_STEPS else 0,
                bool(parameter.is_automatable),
                (),
            )
            texts = () if rough.is_hidden else _shown(parameter)
            found.append(Description(**{**vars(rough), "texts": texts}))
        return found

    def texts(self, values: Mapping[int, float]) -> dict[int, str]:
        """See `Hosted`."""
        return {
            index: str(self._parameters[index].get_text_for_raw_value(value))
            for index, value in values.items()
        }

    def play(self, what: Played) -> Signal:
        """See `Hosted`; raises `ValueError` where something is to move."""
        if what.curves:
            raise ValueError("pedalboard, which plays this plug-in, moves no parameters within a performance")
        for index, value in what.values.items():
            self._parameters[index].raw_value = float(value)
        whole, rate = what.ahead + what.n_samples, self.sample_rate
        if self._plugin.is_instrument:
            heard = self._plugin(
                _messages(what, rate),
                (whole + 1) / rate,
                rate,
                num_channels=2,
                buffer_size=BLOCK,
                reset=False,
            )
        else:
            audio = np.pad(fitted(what.audio, 2, what.n_samples), ((0, 0), (what.ahead, 0)))
            heard = self._plugin(audio, rate, buffer_size=BLOCK, reset=False)
        return stereo(np.asarray(heard, np.float32), what.ahead, what.n_samples)

    def state(self) -> bytes:
        """See `Hosted`."""
        return bytes(self._plugin.raw_state)


def _messages(what: Played, rate: int) -> list[tuple[bytes, float]]:
    """MIDI with times in seconds, in their order; a note ends before another begins at once."""
    found = []
    for note in what.notes:
        start_s = what.ahead / rate + note.start_s
        velocity = max(1, round(127 * note.velocity))
        found.append((start_s, 1, bytes([0x90, note.pitch, velocity])))
        found.append((start_s + max(note.hold_s, 1.0 / rate), 0, bytes([0x80, note.pitch, 0])))
    return [(message, time) for time, _, message in sorted(found)]


def _shown(parameter: Any) -> tuple[tuple[float, str], ...]:
    """Texts where each begins."""
    found: list[tuple[float, str]] = []
    for k in range(_SEARCH_STEPS + 1):
        text = str(parameter.get_text_for_raw_value(k / _SEARCH_STEPS))
        if not found or found[-1][1] != text:
            found.append((k / _SEARCH_STEPS, text))
    return tuple(found)
