"""What runs inside a worker process: the only code that touches Vital's engine.

`boot` → `prepare` → `run` are the three steps of `patchpilot.engine.Program`. Vital draws its random numbers
from a counter in the process, and leaves state behind after a render; so each render starts from an engine
that has just been made and loaded, and has never played.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt


def boot() -> None:
    """Load the engine's library; make nothing with it yet."""
    import vita  # noqa: F401


def identity() -> str:
    """Vital's fingerprint on this machine; loads nothing."""
    from patchpilot.instruments._fingerprint import fingerprint
    from patchpilot.instruments.vital.discover import engine_version

    return fingerprint("vital", engine_version())


USUAL_RATE = 44100
"""Hz. Setting the rate costs as much as a short render, even where it is the same."""


def common() -> Any:
    """The first engine of its process, at the usual rate."""
    import vita

    synth = vita.Synth()
    synth.set_sample_rate(USUAL_RATE)
    return synth


def prepare(base: dict[str, Any], synth: Any) -> Any:
    """A fresh engine with a preset loaded.

    Args:
        base: "document": Vital preset JSON as text, or None for the init preset;
            "sample_rate": Hz; "engine_seed": how many engines are made and dropped before this one.
        synth: what `common` made.

    Raises:
        ValueError: the engine refuses the preset.
    """
    import vita

    for _ in range(base["engine_seed"]):
        synth = vita.Synth()
    if base["engine_seed"] or base["sample_rate"] != USUAL_RATE:
        synth.set_sample_rate(base["sample_rate"])
    if base["document"] is not None and not synth.load_json(base["document"]):
        raise ValueError("Vital's engine refuses this preset")
    return synth


def run(synth: Any, delta: tuple[str, Any]) -> Any:
    """Do one task ("render", "read" or "describe") with a prepared engine."""
    task, argument = delta
    tasks: dict[str, Callable[[Any, Any], Any]] = {"render": _render, "read": _read, "describe": _describe}
    return tasks[task](synth, argument)


def _render(synth: Any, argument: dict[str, Any]) -> npt.NDArray[np.float32]:
    """One note: set the controls that differ from the loaded preset, play, and return float32 (2, n)."""
    controls = synth.get_controls()
    for name, value in argument["controls"].items():
        controls[name].set(value)
    audio = synth.render(argument["pitch"], argument["velocity"], argument["hold_s"], argument["length_s"])
    return np.ascontiguousarray(audio, dtype=np.float32)


def _read(synth: Any, _: None) -> str:
    """What the engine understood of the preset, as Vital preset JSON text."""
    return str(synth.to_json())


def _describe(synth: Any, _: None) -> str:
    """Everything the engine says of its controls and its modulation matrix, as JSON text."""
    import vita

    controls = []
    for name in synth.get_controls():
        info = synth.get_control_details(name)
        controls.append(
            {
                "name": name,
                "minimum": info.min,
                "maximum": info.max,
                "default": info.default_value,
                "is_discrete": info.is_discrete,
                "scale": str(info.scale).rsplit(".", 1)[-1],
                "unit": info.display_units,
                "multiply": info.display_multiply,
                "offset": info.post_offset,
                "options": list(info.options or []),
            }
        )
    return json.dumps(
        {
            "version": vita.__version__,
            "controls": controls,
            "sources": list(vita.get_modulation_sources()),
            "destinations": list(vita.get_modulation_destinations()),
            "init": json.loads(synth.to_json()),
        }
    )
