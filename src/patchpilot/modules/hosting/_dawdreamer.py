"""Plug-ins in DawDreamer."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.modules.base import Signal
from patchpilot.modules.hosting.hosted import BLOCK, Played, fitted, stereo
from patchpilot.modules.hosting.knobs import Description

_SEARCH_STEPS = 512
_MANY_STEPS = 1 << 16
"""As many as JUCE gives a parameter that has none."""


class InDawDreamer:
    """See `Hosted`. Raises `RuntimeError` where it cannot be loaded."""

    def __init__(self, path: Path, sample_rate: int) -> None:
        import dawdreamer

        self.sample_rate = sample_rate
        self._engine: Any = dawdreamer.RenderEngine(sample_rate, BLOCK)  # the plug-in lives as long as it
        self._plugin: Any = self._engine.make_plugin_processor("plugin", str(path))

    @property
    def n_inputs(self) -> int:
        """See `Hosted`."""
        return int(self._plugin.get_num_input_channels())

    def describe(self) -> list[Description]:
        """See `Hosted`."""
        found = []
        for said in self._plugin.get_parameters_description():
            index, steps = said["index"], int(said["numSteps"])
            rough = Description(
                index,
                said["name"],
                said["label"],
                float(self._plugin.get_parameter(index)),
                2 if said["isBoolean"] else steps if said["isDiscrete"] and steps < _MANY_STEPS else 0,
                bool(said["isAutomatable"]),
                (),
            )
            texts = () if rough.is_hidden else self._shown(index)
            found.append(Description(**{**vars(rough), "texts": texts}))
        return found

    def _shown(self, index: int) -> tuple[tuple[float, str], ...]:
        try:
            ranges = self._plugin.get_parameter_range(index, _SEARCH_STEPS, False)
        except (RuntimeError, ValueError):
            return ()
        return tuple((float(start), str(text)) for (start, _), text in ranges.items())

    def texts(self, values: Mapping[int, float]) -> dict[int, str]:
        """See `Hosted`."""
        for index, value in values.items():
            self._plugin.set_parameter(index, value)
        return {index: str(self._plugin.get_parameter_text(index)) for index in values}

    def play(self, what: Played) -> Signal:
        """See `Hosted`."""
        plugin, rate = self._plugin, self.sample_rate
        plugin.clear_midi()
        for index, value in what.values.items():
            if index not in what.curves:
                plugin.set_parameter(index, float(value))
        latency = max(0, int(plugin.get_latency_samples()))
        start = what.ahead + latency
        whole = start + what.n_samples
        for index, curve in what.curves.items():
            before = np.full(what.ahead, curve[0], np.float32)
            after = np.full(latency + BLOCK, curve[-1], np.float32)
            plugin.set_automation(index, np.concatenate([before, curve, after]))
        for note in what.notes:
            hold_s = max(note.hold_s, 1.0 / rate)
            velocity = max(1, round(127 * note.velocity))
            plugin.add_midi_note(note.pitch, velocity, what.ahead / rate + note.start_s, hold_s)
        self._engine.set_bpm(what.tempo_bpm)
        self._engine.load_graph([*self._source(what, whole), (plugin, ["heard"] if self.n_inputs else [])])
        self._engine.render((whole + 1) / rate)
        return stereo(np.asarray(self._engine.get_audio(), np.float32), start, what.n_samples)

    def _source(self, what: Played, n_samples: int) -> list[tuple[Any, list[str]]]:
        """What it hears, as the graph's first node."""
        if not self.n_inputs:
            return []
        audio = fitted(what.audio, self.n_inputs, what.n_samples)
        late = np.pad(audio, ((0, 0), (what.ahead, n_samples - what.ahead - what.n_samples + BLOCK)))
        return [(self._engine.make_playback_processor("heard", late), [])]

    def state(self) -> bytes:
        """See `Hosted`."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "state"
            self._plugin.save_state(str(path))
            return path.read_bytes()
